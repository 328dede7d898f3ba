import { Sparkles } from "lucide-react"
import { useEffect, useRef, useState } from "react"
import { written } from "@/api/written"
import type { Slots } from "@/app/feature"
import { tellOf } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { AS_SET, type Choice, chosenOf } from "../parts/writer"
import { useWriter, WriterLine } from "../parts/WriterFields"
import { Compared } from "./Compared"
import { Live } from "./Live"
import { text } from "./text"
import type { TicketText } from "./titled"

type Standing =
    | { kind: "none" }
    | { kind: "writing"; written: string }
    | { kind: "ready"; before: TicketText; after: TicketText }
    | { kind: "failed"; error: unknown }

/** In the form of a new card: has its text written better before there is a card. */
export default function InDraft({ projectId, draft, images, onText }: Slots["card.draft"]) {
    const say = useText(text)
    const [standing, setStanding] = useState<Standing>({ kind: "none" })
    const [choice, setChoice] = useState<Choice>(AS_SET)
    const writer = useWriter(projectId, "ticketEnhance", choice)
    const control = useRef<AbortController | null>(null)
    // Whoever closes the form calls it off.
    useEffect(() => () => control.current?.abort(), [])

    const begin = async (): Promise<void> => {
        const mine = new AbortController()
        control.current = mine
        const before = { title: draft.title, description: draft.description }
        let all = ""
        setStanding({ kind: "writing", written: "" })
        try {
            const { ticket } = await written(
                "POST /projects/{project_id}/tickets/enhance",
                {
                    path: { project_id: projectId },
                    body: {
                        ...before,
                        ...chosenOf(choice),
                        ticketType: draft.ticketType,
                        images: [...images],
                    },
                    signal: mine.signal,
                },
                (piece) => {
                    all += piece
                    if (!mine.signal.aborted) setStanding({ kind: "writing", written: all })
                },
            )
            if (!mine.signal.aborted) setStanding({ kind: "ready", before, after: ticket })
        } catch (error) {
            if (!mine.signal.aborted) setStanding({ kind: "failed", error })
        }
    }
    const end = (): void => {
        control.current?.abort()
        setStanding({ kind: "none" })
    }
    const isBlank = draft.title.trim() === ""
    return (
        <div className="border-line flex max-h-[45vh] shrink-0 flex-col border-t px-4 py-2.5">
            {standing.kind === "none" && (
                <WriterLine {...{ projectId, choice }} task="ticketEnhance" onChange={setChoice}>
                    <Button
                        isSmall
                        look="ghost"
                        disabled={isBlank}
                        title={say(isBlank ? "needsTitle" : "enhanceHint")}
                        onClick={() => void begin()}
                        className="-ml-2"
                    >
                        <Sparkles size={14} strokeWidth={1.5} className="text-spark" aria-hidden />
                        {say("enhanceShort")}
                    </Button>
                </WriterLine>
            )}
            {standing.kind === "writing" && (
                <Live written={standing.written} by={writer?.name} onCancel={end} />
            )}
            {standing.kind === "ready" && (
                <div className="flex min-h-0 flex-col gap-2.5">
                    <div className="min-h-0 overflow-y-auto">
                        <Compared before={standing.before} after={standing.after} />
                    </div>
                    <div className="flex shrink-0 gap-2">
                        <Button
                            autoFocus
                            onClick={() => {
                                onText(standing.after)
                                end()
                            }}
                        >
                            {say("useIt")}
                        </Button>
                        <Button look="ghost" onClick={end}>
                            {say("keepMine")}
                        </Button>
                    </div>
                </div>
            )}
            {standing.kind === "failed" && (
                <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <p className="text-bad min-w-0 flex-1 break-words">
                        {say("failed")}: {tellOf(standing.error).detail}
                    </p>
                    <Button isSmall onClick={() => void begin()}>
                        {say("again")}
                    </Button>
                    <Button isSmall look="ghost" onClick={end}>
                        {say("putAway")}
                    </Button>
                </div>
            )}
        </div>
    )
}
