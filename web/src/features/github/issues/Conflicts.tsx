import { TriangleAlert } from "lucide-react"
import { type ReactNode, useState } from "react"
import type { IssueDetails, TextConflict } from "@/api/api.gen"
import { call } from "@/api/client"
import { complain } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { type Piece, marked } from "./marked"
import { text } from "./text"

interface Props {
    projectId: string
    cardId: string
    conflicts: readonly TextConflict[]
    onResolved: (issue: IssueDetails) => void
}

/** Texts that card and issue both changed, side by side, to choose between. */
export function Conflicts({ projectId, cardId, conflicts, onResolved }: Props) {
    const say = useText(text)
    const [isBusy, setBusy] = useState(false)
    const choose = async (field: TextConflict["field"], whose: "mine" | "theirs"): Promise<void> => {
        setBusy(true)
        try {
            const body = { [field]: whose }
            const path = { board_id: projectId, card_id: cardId }
            onResolved(
                await call("POST /boards/{board_id}/cards/{card_id}/github/issue/resolve", { path, body }),
            )
        } catch (error) {
            complain(say("notResolved"), error)
        } finally {
            setBusy(false)
        }
    }
    return conflicts.map((conflict) => (
        <One
            key={conflict.field}
            conflict={conflict}
            isBusy={isBusy}
            onChoose={(whose) => void choose(conflict.field, whose)}
        />
    ))
}

interface OneProps {
    conflict: TextConflict
    isBusy: boolean
    onChoose: (whose: "mine" | "theirs") => void
}

function One({ conflict: { field, base, mine, theirs }, isBusy, onChoose }: OneProps) {
    const say = useText(text)
    const title = say("conflictTitle", { field: say(field) })
    const [ours, other] = marked(mine ?? "", theirs ?? "")
    return (
        <section aria-label={title} className="border-warn/60 @container rounded-md border p-3">
            <h4 className="flex items-center gap-1.5 font-medium">
                <TriangleAlert size={14} strokeWidth={1.5} className="text-warn shrink-0" aria-hidden />
                {title}
            </h4>
            <p className="text-2 mt-0.5 text-xs">{say("conflictHint")}</p>
            <div className="mt-2 grid gap-3 @md:grid-cols-2">
                <Side name={say("cards")} pieces={ours}>
                    <Button isSmall disabled={isBusy} onClick={() => onChoose("mine")}>
                        {say("takeMine")}
                    </Button>
                </Side>
                <Side name={say("issues")} pieces={other}>
                    <Button isSmall disabled={isBusy} onClick={() => onChoose("theirs")}>
                        {say("takeTheirs")}
                    </Button>
                </Side>
            </div>
            <details className="mt-2">
                <summary className="text-2 cursor-pointer text-xs">{say("base")}</summary>
                <p className="text-2 mt-1 text-xs break-words whitespace-pre-wrap">{base ?? say("empty")}</p>
            </details>
        </section>
    )
}

function Side({ name, pieces, children }: { name: string; pieces: readonly Piece[]; children: ReactNode }) {
    const say = useText(text)
    const isEmpty = pieces.every((piece) => piece.text === "")
    return (
        <div className="flex min-w-0 flex-col items-start gap-2">
            <p className="text-2 text-xs font-medium">{name}</p>
            <div
                role="region"
                aria-label={name}
                tabIndex={0}
                className="border-line bg-surface max-h-64 w-full flex-1 overflow-y-auto rounded border p-2 break-words whitespace-pre-wrap"
            >
                {isEmpty ? (
                    <span className="text-3">{say("empty")}</span>
                ) : (
                    pieces.map((piece, place) =>
                        piece.isOther ? (
                            <mark key={place} className="bg-accent-tint text-1 rounded-sm font-medium">
                                {piece.text}
                            </mark>
                        ) : (
                            <span key={place}>{piece.text}</span>
                        ),
                    )
                )}
            </div>
            {children}
        </div>
    )
}
