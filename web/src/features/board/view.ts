import type { BoardState, Card } from "@/api/api.gen"
import type { Board } from "@/sync/boardStore"
import { Signal } from "@/sync/signal"
import { remember, remembered } from "@/app/theme"
import type { TicketType } from "@/app/tickets"
import { blockersOf, hasFailed, isRunning, isWaiting } from "./rules"

export type Order = "manual" | "newest" | "updated" | "key" | "title"
export type Trait = "waiting" | "running" | "failed" | "blocked" | "enhanced" | "pullRequest"

/** What of a board is shown, and in which order. */
export interface Filter {
    text: string
    types: readonly TicketType[]
    traits: readonly Trait[]
    order: Order
}

/** A card in the hand of the keyboard: where it would go. */
export interface Carried {
    cardId: string
    columnId: string
    index: number
}

/** Where what is dragged would be dropped: beside a card; null: below all of the column. */
export interface Target {
    columnId: string
    cardId: string | null
    edge: "top" | "bottom"
}

const PLAIN: Filter = { text: "", types: [], traits: [], order: "manual" }

/** How one board is looked at. Lives beside the board's store, outside of React. */
export class View {
    readonly filter: Signal<Filter>
    readonly selected = new Signal<ReadonlySet<string>>(new Set())
    /** The card that the keys are for. */
    readonly focused = new Signal<string | null>(null)
    readonly carried = new Signal<Carried | null>(null)
    /** The cards that are dragged, and where they would be dropped. */
    readonly dragged = new Signal<ReadonlySet<string>>(new Set())
    readonly target = new Signal<Target | null>(null)
    readonly #key: string

    constructor(boardId: string) {
        this.#key = `kanbanai.view.${boardId}`
        this.filter = new Signal({ ...PLAIN, ...orderOf(remembered(this.#key)) })
    }

    narrow(change: Partial<Filter>): void {
        this.filter.set({ ...this.filter.value, ...change })
        if (change.order) remember(this.#key, change.order)
    }

    clear(): void {
        this.narrow({ text: "", types: [], traits: [] })
    }

    toggle(cardId: string): void {
        const selected = new Set(this.selected.value)
        if (!selected.delete(cardId)) selected.add(cardId)
        this.selected.set(selected)
    }

    /** Says where what is dragged would be dropped; nothing hears of the same place twice. */
    aim(target: Target | null): void {
        const { columnId, cardId, edge } = this.target.value ?? {}
        if (target?.columnId === columnId && target?.cardId === cardId && target?.edge === edge) return
        this.target.set(target)
    }

    deselect(): void {
        if (this.selected.value.size > 0) this.selected.set(new Set())
    }
}

function orderOf(word: string | null): Partial<Filter> {
    const known: readonly string[] = ["manual", "newest", "updated", "key", "title"]
    return word !== null && known.includes(word) ? { order: word as Order } : {}
}

const views = new Map<string, View>()

export function viewOf(boardId: string): View {
    const view = views.get(boardId) ?? new View(boardId)
    views.set(boardId, view)
    return view
}

export function isNarrowed({ text, types, traits }: Filter): boolean {
    return text.trim() !== "" || types.length > 0 || traits.length > 0
}

/** The ids of a column's cards that are shown, in the order they are shown. */
export function visible(board: Board, columnId: string, filter: Filter): readonly string[] {
    const cardIds = board.state.columns[columnId]?.cardIds ?? []
    if (!isNarrowed(filter) && filter.order === "manual") return cardIds
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
    const cards = cardIds
        .map((cardId) => board.state.cards[cardId])
        .filter((card): card is Card => card !== undefined && passes(board, card, words, filter))
    return sorted(cards, filter.order).map(({ id }) => id)
}

function passes(board: Board, card: Card, words: readonly string[], { types, traits }: Filter): boolean {
    if (types.length > 0 && !(card.ticketType && types.includes(card.ticketType))) return false
    if (!traits.every((trait) => has(board, card, trait))) return false
    if (words.length === 0) return true
    const text = searchable(card)
    return words.every((word) => text.includes(word))
}

const searched = new WeakMap<Card, string>()

/** What the filter looks at of a card; made once for each version of it, for every key typed asks all of them. */
function searchable(card: Card): string {
    const known = searched.get(card)
    if (known !== undefined) return known
    const text = `${card.ticketKey ?? ""} ${card.title} ${card.description ?? ""}`.toLowerCase()
    searched.set(card, text)
    return text
}

function has(board: Board, card: Card, trait: Trait): boolean {
    switch (trait) {
        case "waiting":
            return isWaiting(board, card.id)
        case "running":
            return isRunning(board, card.id)
        case "failed":
            return hasFailed(board, card.id)
        case "blocked":
            return blockersOf(board.state, card).length > 0
        case "enhanced":
            return card.isEnhanced
        case "pullRequest":
            return Boolean(card.prUrl)
    }
}

function sorted(cards: readonly Card[], order: Order): readonly Card[] {
    switch (order) {
        case "manual":
            return cards
        case "newest":
            return cards.toSorted((one, other) => compare(other.createdAt, one.createdAt))
        case "updated":
            return cards.toSorted((one, other) => compare(other.updatedAt, one.updatedAt))
        case "key":
            return cards.toSorted((one, other) => numberOf(one) - numberOf(other))
        case "title":
            return cards.toSorted((one, other) => one.title.localeCompare(other.title))
    }
}

function compare(one: string, other: string): number {
    return one < other ? -1 : one > other ? 1 : 0
}

function numberOf({ ticketKey }: Card): number {
    return Number(/\d+$/.exec(ticketKey ?? "")?.[0] ?? Infinity)
}

/**
 * Where cards go that are put before `before` (null: at the end) among what is shown of a column: the index in the whole
 * column, counted without the cards that move.
 */
export function indexBefore(
    state: BoardState,
    columnId: string,
    before: string | null,
    moving: ReadonlySet<string>,
): number {
    const left = (state.columns[columnId]?.cardIds ?? []).filter((cardId) => !moving.has(cardId))
    const place = before === null ? -1 : left.indexOf(before)
    return place < 0 ? left.length : place
}
