import type { Card } from "@/api/api.gen"
import { call } from "@/api/client"
import { complain, notify } from "@/app/notices"
import { say } from "@/app/text"
import { AS_SET, type Choice, chosenOf, hasWriter } from "../parts/writer"
import { choosing } from "./asked"
import { text } from "./text"
import type { TicketText } from "./titled"

type Named = Pick<Card, "id" | "ticketKey" | "title">

// What a person does about a better text for a card. How it goes on the stream tells, to every tab.

/** Has an agent write a better text: the one that was chosen, else as the project's settings say. Raises what the server says. */
export async function begin(projectId: string, cardId: string, choice: Choice): Promise<void> {
    await call("POST /projects/{project_id}/cards/{card_id}/enhance", {
        path: { project_id: projectId, card_id: cardId },
        body: chosenOf(choice),
    })
}

/** The same as the settings say; where they say nothing, the person is asked first. */
export async function enhance(projectId: string, card: Named): Promise<void> {
    try {
        const path = { project_id: projectId }
        const { settings } = await call("GET /projects/{project_id}/settings", { path })
        if (hasWriter(settings)) await begin(projectId, card.id, AS_SET)
        else enhanceWith(projectId, card)
    } catch (error) {
        complain(say(text, "notBegun"), error)
    }
}

/** Asks who is to write a better text. */
export function enhanceWith(projectId: string, { id, ticketKey, title }: Named): void {
    choosing.set({ projectId, cardId: id, name: ticketKey ?? title })
}

/** Puts the proposal away; what is still being written is called off. */
export async function putAway(projectId: string, cardId: string, isWritten: boolean): Promise<void> {
    try {
        await call("DELETE /projects/{project_id}/cards/{card_id}/enhancement", {
            path: { project_id: projectId, card_id: cardId },
        })
    } catch (error) {
        complain(say(text, isWritten ? "notCalledOff" : "notDiscarded"), error)
    }
}

/** Gives the card the proposed text, or that text as a person changed it. False: it was refused. */
export async function accept(projectId: string, card: Card, edited: TicketText | null): Promise<boolean> {
    const path = { project_id: projectId, card_id: card.id }
    try {
        if (edited !== null) {
            await call("PUT /projects/{project_id}/cards/{card_id}/enhancement", {
                path,
                body: { status: "ready", suggestion: edited },
            })
        }
        await call("POST /projects/{project_id}/cards/{card_id}/enhancement/accept", { path })
    } catch (error) {
        complain(say(text, "notAccepted"), error)
        return false
    }
    notify({
        kind: "news",
        title: say(text, "accepted", { key: card.ticketKey ?? card.title }),
        detail: "",
        code: "",
        action: { label: say(text, "undo"), run: () => void restore(projectId, card) },
    })
    return true
}

async function restore(projectId: string, { id, title, description, isEnhanced }: Card): Promise<void> {
    try {
        await call("PATCH /boards/{board_id}/cards/{card_id}", {
            path: { board_id: projectId, card_id: id },
            body: { title, description: description ?? null, isEnhanced },
            minimal: true,
        })
    } catch (error) {
        complain(say(text, "notUndone"), error)
    }
}
