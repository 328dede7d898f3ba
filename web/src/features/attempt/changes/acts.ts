import { call, newKey } from "@/api/client"
import { complain } from "@/app/notices"
import { say } from "@/app/text"
import { text } from "./text"

/** Says something to the agent; it wakes if it had ended. */
export async function sayToAgent(attemptId: string, prompt: string): Promise<void> {
    try {
        await call("POST /attempts/{attempt_id}/messages", {
            path: { attempt_id: attemptId },
            body: { prompt },
            idempotencyKey: newKey(),
        })
    } catch (error) {
        complain(say(text, "notSent"), error)
    }
}
