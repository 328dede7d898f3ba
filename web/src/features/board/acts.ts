import type { Card, CardPatch } from "@/api/api.gen"
import { complain, notify } from "@/app/notices"
import { say } from "@/app/text"
import type { BoardStore } from "@/sync/boardStore"
import { deleteCard, editCard, moveCards } from "@/sync/commands"
import { blockersOf, columnOf } from "./rules"
import { text } from "./text"

// What a person does to cards, with what is said when it was refused. The change is on the screen at once.

export function nameOf(card: Card | undefined): string {
    return card?.ticketKey ?? card?.title ?? ""
}

/** Puts cards at a place, one after the other. */
export async function move(
    store: BoardStore,
    cardIds: readonly string[],
    columnId: string,
    index: number,
): Promise<void> {
    const { state } = store.shown.value
    const moving = cardIds.filter((cardId) => cardId in state.cards)
    const [first] = moving
    if (first === undefined) return
    const refused =
        state.columns[columnId]?.key === "inProgress"
            ? moving.find((one) => isBlocked(store, one, columnId))
            : undefined
    const name = nameOf(state.cards[first])
    const title =
        moving.length === 1
            ? say(text, "notMoved", { key: name })
            : say(text, "notMovedMany", { n: moving.length })
    if (refused !== undefined) {
        // The server would say the same; so the card does not jump there and back.
        const card = state.cards[refused]
        const blockers = card ? blockersOf(state, card).map((one) => nameOf(state.cards[one])) : []
        const detail = say(text, "blockedMove", {
            key: nameOf(card),
            blockers: blockers.filter(Boolean).join(", ") || "…",
        })
        notify({ kind: "error", title, detail, code: "blocked" })
        return
    }
    if (isInPlace(store, moving, columnId, index)) return
    try {
        await store.perform(moveCards(store.boardId, moving, columnId, index))
    } catch (error) {
        complain(title, error)
    }
}

function isBlocked({ shown }: BoardStore, cardId: string, columnId: string): boolean {
    const { state } = shown.value
    const card = state.cards[cardId]
    return (
        card !== undefined && columnOf(state, cardId)?.id !== columnId && blockersOf(state, card).length > 0
    )
}

function isInPlace(
    { shown }: BoardStore,
    [cardId, ...others]: readonly string[],
    columnId: string,
    index: number,
): boolean {
    if (cardId === undefined || others.length > 0) return false
    return shown.value.state.columns[columnId]?.cardIds[index] === cardId
}

/** Changes a card from its menu: the last one wins. */
export async function change(store: BoardStore, cardId: string, patch: CardPatch): Promise<void> {
    const name = nameOf(store.shown.value.state.cards[cardId])
    try {
        await store.perform(editCard(store.boardId, cardId, patch))
    } catch (error) {
        complain(say(text, "notSaved", { key: name }), error)
    }
}

export async function remove(store: BoardStore, cardIds: readonly string[]): Promise<void> {
    const { state } = store.shown.value
    const one = async (cardId: string): Promise<void> => {
        const name = nameOf(state.cards[cardId])
        try {
            await store.perform(deleteCard(store.boardId, cardId))
        } catch (error) {
            complain(say(text, "notDeleted", { key: name }), error)
        }
    }
    await Promise.all(cardIds.map(one))
}
