import type { BoardState, Card, Column } from "@/api/api.gen"
import type { TicketType } from "@/app/tickets"
import { type AttemptBrief, isActive } from "@/sync/fold"
import type { Board } from "@/sync/boardStore"

// What a board's own rules are, as far as the client has to know them before it asks.

export type Role = NonNullable<Column["key"]>

/** What is asked of a board by every card that it shows, found once for each state. */
interface Places {
    columnOf: ReadonlyMap<string, Column>
    done: ReadonlySet<string>
}

const places = new WeakMap<BoardState["columns"], Places>()

function placesIn({ columns }: BoardState): Places {
    const known = places.get(columns)
    if (known) return known
    const all = Object.values(columns)
    const found = {
        columnOf: new Map(all.flatMap((column) => column.cardIds.map((cardId) => [cardId, column] as const))),
        done: new Set(all.filter(({ key }) => key === "done").flatMap(({ cardIds }) => cardIds)),
    }
    places.set(columns, found)
    return found
}

export function columnOf(state: BoardState, cardId: string): Column | undefined {
    return placesIn(state).columnOf.get(cardId)
}

export function roleOf(state: BoardState, cardId: string): Role | null {
    return columnOf(state, cardId)?.key ?? null
}

const NONE: readonly string[] = []

/** The dependencies of a card that are not done. A dependency that is gone blocks as well. */
export function blockersOf(state: BoardState, card: Card): readonly string[] {
    const dependencies = card.dependsOn ?? NONE
    if (dependencies.length === 0) return NONE
    const { done } = placesIn(state)
    return dependencies.filter((cardId) => !done.has(cardId))
}

/** The attempt that a card speaks of: one that waits for a person, else the latest at work, else the latest. */
export function attemptOf(board: Board, cardId: string): AttemptBrief | undefined {
    const briefs = board.attempts[cardId] ?? []
    const { length } = briefs
    if (length < 2) return briefs[0]
    return (
        briefs.findLast(({ waiting = 0 }) => waiting > 0) ??
        briefs.findLast(({ status }) => status === "running" || status === "stopping") ??
        briefs.at(-1)
    )
}

/** Whether an agent works on the card, or is about to. */
export function isRunning(board: Board, cardId: string): boolean {
    return (board.attempts[cardId] ?? []).some(({ status }) => isActive(status))
}

/** Whether an agent stands still until a person answers. */
export function isWaiting(board: Board, cardId: string): boolean {
    return (board.attempts[cardId] ?? []).some(({ waiting = 0 }) => waiting > 0)
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
