import type { Card } from "@/api/api.gen"
import { cardActions } from "@/app/feature"
import { type Shortcut, useShortcuts } from "@/app/keys"
import { complain } from "@/app/notices"
import { say, useText } from "@/app/text"
import { move } from "./acts"
import type { BoardContext } from "./context"
import { FILTER_ID } from "./FilterBar"
import { columnOf, roleOf } from "./rules"
import { text } from "./text"
import { type Carried, indexBefore, visible } from "./view"

type Direction = "up" | "down" | "left" | "right"

/** The board by keys alone: going from card to card, opening, carrying, doing what their menus offer. */
export function useBoardKeys(context: BoardContext): void {
    const words = useText(text)
    const [board, cards] = [words("boardGroup"), words("cardGroup")]
    const arrows = (keys: string, direction: Direction): Shortcut => ({
        id: `board-${direction}-${keys}`,
        keys,
        label: words("nextCard"),
        group: cards,
        run: () => step(context, direction),
    })
    const focused = (act: (card: Card) => void): void => {
        const card = context.store.shown.value.state.cards[context.view.focused.value ?? ""]
        if (card) act(card)
    }
    useShortcuts([
        { id: "new-card", keys: "c", label: words("newCard"), group: board, run: () => context.create() },
        {
            id: "filter",
            keys: "/",
            label: words("focusFilter"),
            group: board,
            run: () => document.getElementById(FILTER_ID)?.focus(),
        },
        { id: "clear", keys: "escape", label: words("clearAll"), group: board, run: () => leave(context) },
        arrows("arrowup", "up"),
        arrows("arrowdown", "down"),
        arrows("arrowleft", "left"),
        arrows("arrowright", "right"),
        arrows("k", "up"),
        arrows("j", "down"),
        arrows("h", "left"),
        arrows("l", "right"),
        {
            id: "open",
            keys: "enter",
            label: words("openCard"),
            group: cards,
            run: () => enter(context, focused),
        },
        { id: "edit", keys: "e", label: words("edit"), group: cards, run: () => focused(context.edit) },
        { id: "carry", keys: "space", label: words("pickUp"), group: cards, run: () => carry(context) },
        ...cardActions
            .filter(({ keys }) => keys !== undefined)
            .map((action) => ({
                id: `card-${action.id}`,
                keys: action.keys ?? "",
                label: action.id,
                group: cards,
                run: () =>
                    focused((card) => {
                        const shown = context.store.shown.value
                        const role = roleOf(shown.state, card.id)
                        const about = { projectId: context.projectId, card, board: shown, role }
                        if (!action.isFor(about) || action.obstacle?.(about)) return
                        Promise.resolve(action.run(about)).catch((error: unknown) =>
                            complain(action.label(about), error),
                        )
                    }),
            })),
    ])
}

function enter(context: BoardContext, focused: (act: (card: Card) => void) => void): void {
    if (context.view.carried.value) void putDown(context)
    else focused(context.open)
}

/** Escape: what is carried goes back; else the selection goes, else the filter. */
function leave({ view, store, announce }: BoardContext): void {
    const carried = view.carried.value
    if (carried) {
        view.carried.set(null)
        announce(say(text, "putBack", { title: store.shown.value.state.cards[carried.cardId]?.title ?? "" }))
    } else if (view.selected.value.size > 0) view.deselect()
    else view.clear()
}

function step(context: BoardContext, direction: Direction): void {
    if (context.view.carried.value) carryOn(context, context.view.carried.value, direction)
    else walk(context, direction)
}

function walk({ store, view }: BoardContext, direction: Direction): void {
    const board = store.shown.value
    const columns = board.state.columnOrder.map((columnId) => visible(board, columnId, view.filter.value))
    const here = columns.findIndex((cardIds) => cardIds.includes(view.focused.value ?? ""))
    const column = columns[here]
    if (!column) {
        view.focused.set(columns.find((cardIds) => cardIds.length > 0)?.[0] ?? null)
        return
    }
    const place = column.indexOf(view.focused.value ?? "")
    if (direction === "up" || direction === "down") {
        const next = column[place + (direction === "up" ? -1 : 1)]
        if (next !== undefined) view.focused.set(next)
        return
    }
    const beyond = direction === "left" ? columns.slice(0, here).reverse() : columns.slice(here + 1)
    const next = beyond.find((cardIds) => cardIds.length > 0)
    if (next) view.focused.set(next[Math.min(place, next.length - 1)] ?? null)
}

function carry(context: BoardContext): void {
    const { store, view, announce } = context
    if (view.carried.value) {
        void putDown(context)
        return
    }
    const board = store.shown.value
    const cardId = view.focused.value
    const column = cardId === null ? undefined : columnOf(board.state, cardId)
    if (cardId === null || !column) return
    const index = visible(board, column.id, view.filter.value).indexOf(cardId)
    view.carried.set({ cardId, columnId: column.id, index: Math.max(0, index) })
    announce(say(text, "carrying", { title: board.state.cards[cardId]?.title ?? "" }))
}

function carryOn(context: BoardContext, carried: Carried, direction: Direction): void {
    const { store, view, announce } = context
    const board = store.shown.value
    const order = board.state.columnOrder
    const size = (columnId: string): number =>
        visible(board, columnId, view.filter.value).filter((cardId) => cardId !== carried.cardId).length
    const next = { ...carried }
    if (direction === "up") next.index = Math.max(0, carried.index - 1)
    else if (direction === "down") next.index = Math.min(size(carried.columnId), carried.index + 1)
    else {
        const columnId = order[order.indexOf(carried.columnId) + (direction === "left" ? -1 : 1)]
        if (columnId === undefined) return
        next.columnId = columnId
        next.index = Math.min(carried.index, size(columnId))
    }
    view.carried.set(next)
    announce(placeOf(context, next, "carriedTo"))
}

async function putDown(context: BoardContext): Promise<void> {
    const { store, view, announce } = context
    const carried = view.carried.value
    if (!carried) return
    const { cardId, columnId, index } = carried
    const board = store.shown.value
    const moving = new Set([cardId])
    const shown = visible(board, columnId, view.filter.value).filter((one) => one !== cardId)
    announce(placeOf(context, carried, "dropped"))
    const done = move(
        store,
        [cardId],
        columnId,
        indexBefore(board.state, columnId, shown[index] ?? null, moving),
    )
    view.carried.set(null)
    await done
}

function placeOf(
    { store, view }: BoardContext,
    { cardId, columnId, index }: Carried,
    key: "carriedTo" | "dropped",
): string {
    const board = store.shown.value
    const all = visible(board, columnId, view.filter.value).filter((one) => one !== cardId).length + 1
    const [title, column] = [
        board.state.cards[cardId]?.title ?? "",
        board.state.columns[columnId]?.title ?? "",
    ]
    return say(text, key, { title, column, place: index + 1, all })
}
