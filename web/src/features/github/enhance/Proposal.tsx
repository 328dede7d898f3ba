import { CircleAlert, Sparkles } from "lucide-react"
import { type ReactNode, useState } from "react"
import type { Card } from "@/api/api.gen"
import { useBoard, useBoardStore, useEntry } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { accept, enhance, enhanceWith, putAway } from "./acts"
import { Compared } from "./Compared"
import { EditedText } from "./EditedText"
import { Live } from "./Live"
import { text } from "./text"
import type { TicketText } from "./titled"

/** What there is of a better text for a card; nothing, when nobody asked for one. */
export default function Proposal({ projectId, card }: { projectId: string; card: Card }) {
    const store = useBoardStore(projectId)
    const enhancement = useBoard(store, (board) => board.enhancements[card.id])
    const written = useEntry(store.proposals, card.id)?.text ?? ""
    const about = { projectId, card }
    switch (enhancement?.status) {
        case "enhancing":
            return (
                <Frame>
                    <Live {...{ written }} onCancel={() => void putAway(projectId, card.id, true)} />
                </Frame>
            )
        case "ready":
            return (
                <Ready
                    {...about}
                    suggestion={{
                        title: enhancement.suggestion?.title ?? card.title,
                        description: enhancement.suggestion?.description ?? "",
                    }}
                />
            )
        case "failed":
            return <Failed {...about} why={enhancement.failure ?? null} />
        default:
            return null
    }
}

function Frame({ children, isBad = false }: { children: ReactNode; isBad?: boolean }) {
    const say = useText(text)
    return (
        <section
            aria-label={say("proposal")}
            className={classes(
                "rounded-md border p-3",
                isBad ? "border-line-strong" : "border-spark/40 bg-spark-tint",
            )}
        >
            {children}
        </section>
    )
}

interface ReadyProps {
    projectId: string
    card: Card
    suggestion: TicketText
}

function Ready({ projectId, card, suggestion }: ReadyProps) {
    const say = useText(text)
    const [edited, setEdited] = useState<TicketText | null>(null)
    const [isBusy, setBusy] = useState(false)
    const take = async (): Promise<void> => {
        setBusy(true)
        await accept(projectId, card, edited)
        setBusy(false)
    }
    return (
        <Frame>
            <div className="flex flex-col gap-3">
                <p role="status" className="flex items-center gap-2">
                    <Sparkles size={14} strokeWidth={1.5} className="text-spark shrink-0" aria-hidden />
                    {say("ready")}
                </p>
                {edited === null ? (
                    <Compared
                        before={{ title: card.title, description: card.description ?? "" }}
                        after={suggestion}
                    />
                ) : (
                    <EditedText value={edited} onChange={setEdited} />
                )}
                <div className="flex flex-wrap gap-2">
                    <Button
                        look="primary"
                        disabled={isBusy || edited?.title.trim() === ""}
                        onClick={() => void take()}
                    >
                        {say(edited === null ? "accept" : "acceptEdited")}
                    </Button>
                    {edited === null ? (
                        <Button disabled={isBusy} onClick={() => setEdited(suggestion)}>
                            {say("edit")}
                        </Button>
                    ) : (
                        <Button disabled={isBusy} onClick={() => setEdited(null)}>
                            {say("back")}
                        </Button>
                    )}
                    <Button
                        look="ghost"
                        disabled={isBusy}
                        onClick={() => void putAway(projectId, card.id, false)}
                    >
                        {say("discard")}
                    </Button>
                </div>
            </div>
        </Frame>
    )
}

function Failed({ projectId, card, why }: { projectId: string; card: Card; why: string | null }) {
    const say = useText(text)
    return (
        <Frame isBad>
            <div className="flex gap-2.5">
                <CircleAlert size={16} strokeWidth={1.5} className="text-bad mt-0.5 shrink-0" aria-hidden />
                <div role="alert" className="min-w-0 flex-1">
                    <p className="font-medium">{say("failed")}</p>
                    <p className="text-2 break-words whitespace-pre-wrap">{why ?? say("failedPlain")}</p>
                    <div className="mt-2 flex flex-wrap items-center gap-2">
                        <Button isSmall onClick={() => void enhance(projectId, card)}>
                            {say("again")}
                        </Button>
                        <Button isSmall onClick={() => enhanceWith(projectId, card)}>
                            {say("chooseAgent")}
                        </Button>
                        <Button isSmall look="ghost" onClick={() => void putAway(projectId, card.id, false)}>
                            {say("putAway")}
                        </Button>
                    </div>
                </div>
            </div>
        </Frame>
    )
}
