import type { BoardState, Card, CardPatch, Column, ColumnPatch } from "@/api/api.gen"

// What a person's own changes do to a board before the server has confirmed them: pure functions, tested over the same
// golden triples as the fold. A change that no longer fits (the card is gone meanwhile) leaves the state as it is.

/** The cards one after the other at a place; `index` counts in the column without them. */
export function moved(
    state: BoardState,
    cardIds: readonly string[],
    columnId: string,
    index: number,
): BoardState {
    const target = state.columns[columnId]
    const moving = cardIds.filter((cardId) => cardId in state.cards)
    if (!target || moving.length === 0) return state
    const gone = new Set(moving)
    const columns: Record<string, Column> = { ...state.columns }
    for (const column of Object.values(state.columns)) {
        if (column.cardIds.some((cardId) => gone.has(cardId))) {
            columns[column.id] = { ...column, cardIds: column.cardIds.filter((cardId) => !gone.has(cardId)) }
        }
    }
    const left = (columns[columnId] ?? target).cardIds
    const cardIdsThen = [...left.slice(0, index), ...moving, ...left.slice(index)]
    columns[columnId] = { ...target, cardIds: cardIdsThen }
    return { ...state, columns }
}

/** The card with other fields. What is emptied leaves the card, as it leaves the server's JSON. */
export function edited(state: BoardState, cardId: string, patch: CardPatch): BoardState {
    const card = state.cards[cardId]
    if (!card) return state
    // Pictures are no part of a board.
    const places: ReadonlySet<string> = new Set(["columnId", "index", "images"])
    const fields = Object.entries(patch).filter(([name]) => !places.has(name))
    const entries = Object.entries({ ...card, ...Object.fromEntries(fields) })
    const next = Object.fromEntries(
        entries.filter(([name, value]) => !isLeftOut(name, value)),
    ) as unknown as Card
    const then = { ...state, cards: { ...state.cards, [cardId]: next } }
    return patch.columnId === undefined
        ? then
        : moved(then, [cardId], patch.columnId, patch.index ?? Infinity)
}

/** Fields that a card has only when they say something; `ticketType` is there as null. */
function isLeftOut(name: string, value: unknown): boolean {
    if (name === "ticketType") return false
    return (
        value === null ||
        (name === "description" && value === "") ||
        (Array.isArray(value) && value.length === 0)
    )
}

export function created(state: BoardState, card: Card, columnId: string, index?: number): BoardState {
    const column = state.columns[columnId]
    if (!column || card.id in state.cards) return state
    const place = index ?? column.cardIds.length
    const cardIds = [...column.cardIds.slice(0, place), card.id, ...column.cardIds.slice(place)]
    return {
        ...state,
        columns: { ...state.columns, [columnId]: { ...column, cardIds } },
        cards: { ...state.cards, [card.id]: card },
    }
}

export function deleted(state: BoardState, cardIds: readonly string[]): BoardState {
    const gone = new Set(cardIds)
    const columns: Record<string, Column> = {}
    for (const column of Object.values(state.columns)) {
        const isTouched = column.cardIds.some((cardId) => gone.has(cardId))
        columns[column.id] = isTouched
            ? { ...column, cardIds: column.cardIds.filter((cardId) => !gone.has(cardId)) }
            : column
    }
    const cards = Object.fromEntries(Object.entries(state.cards).filter(([cardId]) => !gone.has(cardId)))
    return { ...state, columns, cards }
}

export function columnChanged(
    state: BoardState,
    columnId: string,
    { index, ...fields }: ColumnPatch,
): BoardState {
    const column = state.columns[columnId]
    if (!column) return state
    const entries = Object.entries({ ...column, ...fields }).filter(([, value]) => value !== null)
    const next = Object.fromEntries(entries) as unknown as Column
    const then = { ...state, columns: { ...state.columns, [columnId]: next } }
    if (index === undefined) return then
    const others = state.columnOrder.filter((one) => one !== columnId)
    return { ...then, columnOrder: [...others.slice(0, index), columnId, ...others.slice(index)] }
}

export function columnDeleted(state: BoardState, columnId: string): BoardState {
    const column = state.columns[columnId]
    if (!column || column.cardIds.length > 0) return state
    const columns = Object.fromEntries(Object.entries(state.columns).filter(([one]) => one !== columnId))
    return { ...state, columns, columnOrder: state.columnOrder.filter((one) => one !== columnId) }
}
