import type { BoardState, Card, Column } from "@/api/api.gen"
import { isActive } from "@/sync/fold"
import type { Board } from "@/sync/boardStore"

// What a board's own rules are, as far as the client has to know them before it asks.

export type Role = NonNullable<Column["key"]>

export function columnOf(state: BoardState, cardId: string): Column | undefined {
    return Object.values(state.columns).find(({ cardIds }) => cardIds.includes(cardId))
}

export function roleOf(state: BoardState, cardId: string): Role | null {
    return columnOf(state, cardId)?.key ?? null
}

/** The dependencies of a card that are not done. A dependency that is gone blocks as well. */
export function blockersOf(state: BoardState, card: Card): readonly string[] {
    const dependencies = card.dependsOn ?? []
    if (dependencies.length === 0) return []
    const done = Object.values(state.columns).filter(({ key }) => key === "done")
    return dependencies.filter((cardId) => !done.some(({ cardIds }) => cardIds.includes(cardId)))
}

/** Whether an agent works on the card, or is about to. */
export function isRunning(board: Board, cardId: string): boolean {
    return (board.attempts[cardId] ?? []).some(({ status }) => isActive(status))
}

export function hasFailed(board: Board, cardId: string): boolean {
    return board.attempts[cardId]?.at(-1)?.status === "failed" && !isRunning(board, cardId)
}

/** Whether `cardId` leads back to itself when it depends on `other`. */
export function wouldCircle(state: BoardState, cardId: string, other: string): boolean {
    const seen = new Set<string>()
    const queue = [other]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        if (next === cardId) return true
        if (seen.has(next)) continue
        seen.add(next)
        queue.push(...(state.cards[next]?.dependsOn ?? []))
    }
    return false
}

/** A card by its key as an address names it, or by its id. */
export function cardNamed(state: BoardState, name: string): Card | undefined {
    return state.cards[name] ?? Object.values(state.cards).find(({ ticketKey }) => ticketKey === name)
}

export const TICKET_TYPES = [
    "feat",
    "fix",
    "chore",
    "docs",
    "refactor",
    "perf",
    "test",
    "style",
    "build",
    "ci",
    "revert",
] as const
export type TicketType = (typeof TICKET_TYPES)[number]

/** The colour of a type's word; the word says it, too. */
export const TYPE_COLOURS: Record<TicketType, string> = {
    feat: "text-accent",
    fix: "text-bad",
    chore: "text-3",
    docs: "text-info",
    refactor: "text-spark",
    perf: "text-warn",
    test: "text-ok",
    style: "text-spark",
    build: "text-warn",
    ci: "text-info",
    revert: "text-bad",
}
