import { useQueryClient } from "@tanstack/react-query"
import { Clock, Image as ImageIcon, Pencil, X } from "lucide-react"
import { type KeyboardEvent, useState } from "react"
import type { QueuedBrief } from "@/api/api.gen"
import { call } from "@/api/client"
import { complain } from "@/app/notices"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import type { AttemptStore } from "@/sync/attemptStore"
import { Button, IconButton } from "@/ui/Button"
import { useQueue } from "../attempt"
import { text } from "../text"

/** What waits to be said, each line to be changed or taken back. */
export function QueueLines({ store, isUnderWay }: { store: AttemptStore; isUnderWay: boolean }) {
    const say = useText(text)
    const queue = useQueue(store)
    const hasBegun = useHasBegun(store)
    if (queue.length === 0) return null
    return (
        <section aria-label={say("queue")} className="mb-2">
            <h3 className="text-3 flex items-center gap-1.5 pb-0.5 text-xs">
                <Clock size={12} strokeWidth={1.5} aria-hidden />
                {say(!isUnderWay ? "queuedIdle" : hasBegun ? "queued" : "queuedFirst", { n: queue.length })}
            </h3>
            <ol className="max-h-40 overflow-y-auto">
                {queue.map((message) => (
                    <QueueLine key={message.id} message={message} attemptId={store.attemptId} />
                ))}
            </ol>
        </section>
    )
}

/** Whether the agent was told anything yet: before that it is waited for its worktree and the setup script. */
function useHasBegun(store: AttemptStore): boolean {
    const ids = useSignal(store.ids)
    const isLater = useSignal(store.before) !== null
    const isUser = (id: string): boolean => {
        const item = store.entries.get(id)?.item
        return item?.type === "message" && item.role === "user"
    }
    return isLater || ids.some(isUser)
}

function QueueLine({ message, attemptId }: { message: QueuedBrief; attemptId: string }) {
    const say = useText(text)
    const queries = useQueryClient()
    const [words, setWords] = useState<string | null>(null)
    const path = { attempt_id: attemptId, message_id: message.id }
    const done = (): void => void queries.invalidateQueries({ queryKey: ["messages", attemptId] })
    const withdraw = async (): Promise<void> => {
        try {
            await call("DELETE /attempts/{attempt_id}/messages/{message_id}", { path })
        } catch (error) {
            complain(say("notWithdrawn"), error)
        }
        done()
    }
    const change = async (): Promise<void> => {
        const prompt = words?.trim() ?? ""
        if (prompt !== "" && prompt !== message.text) {
            try {
                await call("PATCH /attempts/{attempt_id}/messages/{message_id}", { path, body: { prompt } })
            } catch (error) {
                complain(say("notChanged"), error)
                return
            }
        }
        setWords(null)
        done()
    }
    const key = (event: KeyboardEvent): void => {
        event.stopPropagation()
        if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault()
            void change()
        } else if (event.key === "Escape") setWords(null)
    }
    if (words !== null)
        return (
            <li className="flex items-end gap-1 py-0.5">
                <textarea
                    autoFocus
                    rows={Math.min(6, words.split("\n").length)}
                    value={words}
                    aria-label={say("changeQueued")}
                    onChange={(event) => setWords(event.target.value)}
                    onKeyDown={key}
                    className="border-accent bg-surface min-w-0 flex-1 resize-none rounded border px-2 py-1 outline-none"
                />
                <Button isSmall onClick={() => setWords(null)}>
                    {say("cancel")}
                </Button>
                <Button isSmall look="primary" onClick={() => void change()}>
                    {say("save")}
                </Button>
            </li>
        )
    return (
        <li className="hover:bg-hover group/queued -mx-1 flex h-7 items-center gap-2 rounded px-1">
            <span className="min-w-0 flex-1 truncate">{message.text}</span>
            {message.images > 0 && (
                <span className="text-3 flex items-center gap-1 text-xs">
                    <ImageIcon size={12} strokeWidth={1.5} aria-hidden />
                    {say("pictures", { n: message.images })}
                </span>
            )}
            <IconButton
                label={say("changeQueued")}
                onClick={() => setWords(message.text)}
                className="size-6!"
            >
                <Pencil size={13} strokeWidth={1.5} />
            </IconButton>
            <IconButton label={say("withdraw")} onClick={() => void withdraw()} className="size-6!">
                <X size={14} strokeWidth={1.5} />
            </IconButton>
        </li>
    )
}
