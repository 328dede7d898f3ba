import type { Board } from "@/sync/boardStore"

/** What a newcomer does next on the demo board. */
export type Step =
    | { kind: "open"; cardId: string; cardKey: string }
    | { kind: "start"; cardId: string; cardKey: string }
    | { kind: "wait"; cardId: string; cardKey: string; attemptId: string }
    | { kind: "answer"; cardId: string; cardKey: string; attemptId: string }
    | { kind: "merge"; cardId: string; cardKey: string; attemptId: string }
    | { kind: "retry"; cardId: string; cardKey: string }
    | { kind: "done"; cardKey: string }

/**
 * The next step. It is read off the board, so that it is right whichever way somebody took.
 *
 * `openKey` names the card that is open; `waiting` the attempts that wait for an answer; `merged` those that were merged
 * while the page was looked at.
 */
export function stepOf(
    board: Board,
    openKey: string | null,
    waiting: ReadonlySet<string>,
    merged: ReadonlySet<string>,
): Step | null {
    if (!board.isKnown) return null
    const cards = Object.values(board.state.cards)
    const keyOf = (card: { id: string; ticketKey?: string | null }): string => card.ticketKey ?? card.id
    const lastOf = (cardId: string) => board.attempts[cardId]?.at(-1)
    const done = new Set(
        Object.values(board.state.columns).flatMap(({ key, cardIds }) => (key === "done" ? cardIds : [])),
    )
    const finished = cards.find((card) => {
        const last = lastOf(card.id)
        return last?.status === "succeeded" && (merged.has(last.attemptId) || done.has(card.id))
    })
    if (finished) return { kind: "done", cardKey: keyOf(finished) }

    const open = cards.find((card) => keyOf(card) === openKey)
    const tried = [...(open ? [open] : []), ...cards].find((card) => lastOf(card.id) !== undefined)
    const last = tried && lastOf(tried.id)
    if (tried && last) {
        const of = { cardId: tried.id, cardKey: keyOf(tried) }
        const { attemptId, status } = last
        if (status === "succeeded") return { kind: "merge", ...of, attemptId }
        if (status === "failed" || status === "stopped") return { kind: "retry", ...of }
        return { kind: waiting.has(attemptId) ? "answer" : "wait", ...of, attemptId }
    }
    if (open) return { kind: "start", cardId: open.id, cardKey: keyOf(open) }
    const firstId = board.state.columnOrder.flatMap((id) => board.state.columns[id]?.cardIds ?? [])[0]
    const first = firstId === undefined ? undefined : board.state.cards[firstId]
    return first ? { kind: "open", cardId: first.id, cardKey: keyOf(first) } : null
}

/** How many steps there are, and which one it is, from 1. */
export const STEPS = 5
export const PLACE: Record<Step["kind"], number> = {
    open: 1,
    start: 2,
    retry: 2,
    wait: 3,
    answer: 3,
    merge: 4,
    done: 5,
}
