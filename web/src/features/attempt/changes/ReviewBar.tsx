import { MessageSquareText } from "lucide-react"
import { useState } from "react"
import { call, newKey } from "@/api/client"
import { complain } from "@/app/notices"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { messageOf, type Review } from "./review"
import { text } from "./text"

/** The comments that wait to be sent, all as one message. */
export function ReviewBar({ review, attemptId }: { review: Review; attemptId: string }) {
    const say = useText(text)
    const comments = useSignal(review.comments)
    const [isSending, setSending] = useState(false)
    if (comments.length === 0) return null
    const send = async (): Promise<void> => {
        setSending(true)
        try {
            await call("POST /attempts/{attempt_id}/messages", {
                path: { attempt_id: attemptId },
                body: { prompt: messageOf(comments) },
                idempotencyKey: newKey(),
            })
            review.clear()
        } catch (error) {
            complain(say("notSent"), error)
        } finally {
            setSending(false)
        }
    }
    return (
        <div className="border-line bg-raised flex shrink-0 items-center gap-2 border-t px-4 py-2">
            <MessageSquareText size={16} strokeWidth={1.5} className="text-accent" aria-hidden />
            <span role="status" className="flex-1">
                {say("comments", { n: comments.length })}
            </span>
            <Button isSmall look="ghost" onClick={() => review.clear()}>
                {say("discard")}
            </Button>
            <Button isSmall look="primary" disabled={isSending} onClick={() => void send()}>
                {say("sendComments")}
            </Button>
        </div>
    )
}
