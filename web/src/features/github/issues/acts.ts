import { call } from "@/api/client"
import { complain } from "@/app/notices"
import { say } from "@/app/text"
import { text } from "./text"

/** Makes an issue for a card. */
export async function exportIssue(projectId: string, cardId: string): Promise<void> {
    try {
        await call("POST /boards/{board_id}/cards/{card_id}/github/issue", {
            path: { board_id: projectId, card_id: cardId },
        })
    } catch (error) {
        complain(say(text, "notExported"), error)
    }
}
