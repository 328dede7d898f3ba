import { useVirtualizer } from "@tanstack/react-virtual"
import { ArrowLeft, ArrowRight, MoreHorizontal, Pencil, Plus, Trash2 } from "lucide-react"
import { memo, useCallback, useDeferredValue, useEffect, useRef } from "react"
import { complain } from "@/app/notices"
import { useBoard, usePart, useSignal } from "@/app/services"
import { say as sayNow, useText } from "@/app/text"
import type { Board, BoardStore } from "@/sync/boardStore"
import { changeColumn, deleteColumn } from "@/sync/commands"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { useKeptPlace } from "@/ui/keptPlace"
import { type Entry, Menu } from "@/ui/Menu"
import { NewPill } from "@/ui/NewPill"
import { useArrivals } from "./arrivals"
import { CardView } from "./CardView"
import { useBoardContext } from "./context"
import { makeColumn, makeScrolling } from "./drag"
import type { Role } from "./rules"
import { text } from "./text"
import { type Filter, isNarrowed, visible, type View } from "./view"

/** Height of a card with one line of title and no facts, in pixels: what is not yet measured is taken for such a one. */
const CARD_HEIGHT = 66
/** Pixels within which a list is at its top: there one sees what comes in. */
const AT_TOP = 4

/** The ids of a column's shown cards; the same list as long as it holds the same ids. */
function useVisible(store: BoardStore, filter: Filter, columnId: string): readonly string[] {
    const last = useRef<{ board: Board; filter: Filter; cardIds: readonly string[] } | null>(null)
    return useBoard(
        store,
        useCallback(
            (board) => {
                const was = last.current
                if (was?.filter === filter && isSameFor(filter, columnId, was.board, board)) {
                    return was.cardIds
                }
                const next = visible(board, columnId, filter)
                const isSame =
                    was?.cardIds.length === next.length &&
                    next.every((cardId, place) => cardId === was.cardIds[place])
                const cardIds = isSame ? was.cardIds : next
                last.current = { board, filter, cardIds }
                return cardIds
            },
            [columnId, filter],
        ),
    )
}

/** Whether nothing has changed that decides which of a column's cards are shown. React asks this often. */
function isSameFor(filter: Filter, columnId: string, was: Board, board: Board): boolean {
    if (was === board) return true
    if (was.state.columns[columnId]?.cardIds !== board.state.columns[columnId]?.cardIds) return false
    if (filter.order === "manual" && !isNarrowed(filter)) return true
    const isByOthers = filter.traits.length > 0
    return was.state.cards === board.state.cards && !(isByOthers && !isSameState(was, board))
}

function isSameState(was: Board, board: Board): boolean {
    return was.attempts === board.attempts && was.state.columns === board.state.columns
}

/** The list with the card that the keyboard carries put where it would go. */
function withCarried(
    cardIds: readonly string[],
    columnId: string,
    carried: View["carried"]["value"],
): readonly string[] {
    if (!carried) return cardIds
    const left = cardIds.filter((cardId) => cardId !== carried.cardId)
    if (carried.columnId !== columnId) return left.length === cardIds.length ? cardIds : left
    return [...left.slice(0, carried.index), carried.cardId, ...left.slice(carried.index)]
}

const DOTS: Record<Role, string> = {
    backlog: "bg-line-strong",
    inProgress: "bg-accent",
    review: "bg-warn",
    done: "bg-ok",
}

export const ColumnView = memo(function ColumnView({
    columnId,
    onEdit,
}: {
    columnId: string
    onEdit: (columnId: string) => void
}) {
    const { store, view, create } = useBoardContext()
    const say = useText(text)
    const title = useBoard(store, (board) => board.state.columns[columnId]?.title ?? "")
    const role = useBoard(store, (board) => board.state.columns[columnId]?.key ?? null)
    const limit = useBoard(store, (board) => board.state.columns[columnId]?.wipLimit ?? null)
    const all = useBoard(store, (board) => board.state.columns[columnId]?.cardIds.length ?? 0)
    const narrowed = usePart(view.filter, isNarrowed)
    // A new filter is looked for in the background: its field does not wait for thousands of cards.
    const filter = useDeferredValue(useSignal(view.filter))
    const cardIds = withCarried(useVisible(store, filter, columnId), columnId, useSignal(view.carried))
    const isOver = limit !== null && all > limit
    const count = narrowed
        ? say("shownOf", { n: cardIds.length, all })
        : limit === null
          ? String(all)
          : `${all}/${limit}`
    const meaning =
        limit === null
            ? say("cards", { n: all })
            : say(isOver ? "overLimit" : "withinLimit", { n: all, limit })
    return (
        <section
            aria-label={`${title}, ${meaning}`}
            className="flex h-full max-w-[360px] min-w-0 flex-[1_0_272px] flex-col max-md:w-[min(85vw,320px)] max-md:flex-none max-md:snap-center"
        >
            <header className="group flex h-8 shrink-0 items-center gap-2 px-1.5">
                <span
                    aria-hidden
                    className={classes("size-2 rounded-full", role === null ? "bg-line-strong" : DOTS[role])}
                />
                <h2 className="truncate font-semibold">{title}</h2>
                <span
                    title={meaning}
                    className={classes("shrink-0 text-xs", isOver ? "text-bad font-medium" : "text-3")}
                >
                    {count}
                </span>
                <div className="ml-auto flex">
                    <IconButton
                        label={say("addCard", { column: title })}
                        onClick={() => create(columnId)}
                        className="size-6"
                    >
                        <Plus size={16} strokeWidth={1.5} />
                    </IconButton>
                    <Menu align="end" entries={() => entriesOf(store, columnId, onEdit)}>
                        <IconButton label={say("columnMenu", { column: title })} className="size-6">
                            <MoreHorizontal size={16} strokeWidth={1.5} />
                        </IconButton>
                    </Menu>
                </div>
            </header>
            <List columnId={columnId} cardIds={cardIds} filter={filter} isNarrowed={narrowed} />
        </section>
    )
})

function List({
    columnId,
    cardIds,
    filter,
    isNarrowed: narrowed,
}: {
    columnId: string
    cardIds: readonly string[]
    filter: Filter
    isNarrowed: boolean
}) {
    const { store, view } = useBoardContext()
    const say = useText(text)
    const scroller = useRef<HTMLDivElement>(null)
    const isOver = usePart(view.target, (target) => target?.columnId === columnId && target.cardId === null)
    const virtual = useVirtualizer({
        count: cardIds.length,
        getScrollElement: () => scroller.current,
        estimateSize: () => CARD_HEIGHT,
        getItemKey: (place) => cardIds[place] ?? place,
        overscan: 6,
    })
    useEffect(() => {
        const element = scroller.current
        if (!element) return
        const ends = [makeColumn(element, columnId, view), makeScrolling(element)]
        return () => ends.forEach((end) => end())
    }, [columnId, view])
    // A card that one put there oneself is to be seen; so is the first of a list that is not scrolled.
    useKeptPlace(
        cardIds,
        virtual,
        scroller,
        () => !isChangedHere(store, columnId) && (scroller.current?.scrollTop ?? 0) > AT_TOP,
    )
    useFollowed(view, cardIds, (place) => virtual.scrollToIndex(place))
    const { unseen, saw } = useArrivals({
        cardIds,
        told: store.confirmed?.columns[columnId]?.cardIds ?? cardIds,
        basis: filter,
    })
    const sideOf = (cardId: string): "top" | "bottom" | null => {
        const card = virtual.measurementsCache[cardIds.indexOf(cardId)]
        const top = virtual.scrollOffset ?? 0
        if (!card || card.start + card.size / 2 < top) return "top"
        return card.start + card.size / 2 > top + (virtual.scrollRect?.height ?? 0) ? "bottom" : null
    }
    useEffect(() => {
        if (unseen.length > 0) saw((cardId) => sideOf(cardId) === null)
    })

    return (
        <div className="relative flex min-h-0 flex-1 flex-col">
            <div
                ref={scroller}
                role={cardIds.length > 0 ? "list" : undefined}
                data-column={columnId}
                className={classes(
                    "min-h-0 flex-1 overflow-y-auto overscroll-contain rounded-md px-1 pt-1 pb-6 transition-colors duration-100 [overflow-anchor:none]",
                    isOver && "bg-accent-tint",
                )}
            >
                {cardIds.length === 0 ? (
                    <p className="text-3 px-2 py-3 text-xs">{say(narrowed ? "noMatch" : "emptyColumn")}</p>
                ) : (
                    <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
                        {virtual.getVirtualItems().map(({ key, index, start }) => (
                            <div
                                key={key}
                                ref={virtual.measureElement}
                                data-index={index}
                                className="absolute inset-x-0 top-0"
                                style={{ transform: `translateY(${start}px)` }}
                            >
                                <CardView cardId={cardIds[index] ?? ""} columnId={columnId} />
                            </div>
                        ))}
                    </div>
                )}
            </div>
            {(["top", "bottom"] as const).map((at) => {
                const there = unseen.filter((cardId) => sideOf(cardId) === at)
                const next = at === "top" ? there.at(-1) : there[0]
                if (next === undefined) return null
                return (
                    <NewPill
                        key={at}
                        at={at}
                        label={say("newCards", { n: there.length })}
                        onClick={() => virtual.scrollToIndex(cardIds.indexOf(next), { align: "center" })}
                    />
                )
            })}
        </div>
    )
}

/** Whether the column is shown with changes of one's own that the server has not told yet. */
function isChangedHere(store: BoardStore, columnId: string): boolean {
    const [mine, told] = [store.shown.value.state, store.confirmed]
    return mine.columns[columnId]?.cardIds !== told?.columns[columnId]?.cardIds
}

/** Brings the focused card into sight, and gives it the browser's focus, when the keys moved it. */
function useFollowed(view: View, cardIds: readonly string[], show: (place: number) => void): void {
    const focused = useSignal(view.focused)
    const latest = useRef(show)
    useEffect(() => {
        latest.current = show
    })
    useEffect(() => {
        if (focused === null || !isBoardFocused()) return
        const place = cardIds.indexOf(focused)
        if (place < 0) return
        latest.current(place)
        const frame = requestAnimationFrame(() => {
            document
                .querySelector<HTMLElement>(`[data-card="${CSS.escape(focused)}"]`)
                ?.focus({ preventScroll: true })
        })
        return () => cancelAnimationFrame(frame)
    }, [focused, cardIds])
}

/** Whether the keys are for the board: nothing else has them. */
function isBoardFocused(): boolean {
    const active = document.activeElement
    return active === null || active === document.body || active.closest("[data-board]") !== null
}

function entriesOf(
    store: BoardStore,
    columnId: string,
    onEdit: (columnId: string) => void,
): readonly Entry[] {
    const { columnOrder, columns } = store.shown.value.state
    const place = columnOrder.indexOf(columnId)
    const column = columns[columnId]
    const shift = async (index: number): Promise<void> => {
        try {
            await store.perform(changeColumn(store.boardId, columnId, { index }))
        } catch (error) {
            complain(sayNow(text, "columnFailed", { column: column?.title ?? "" }), error)
        }
    }
    const remove = async (): Promise<void> => {
        try {
            await store.perform(deleteColumn(store.boardId, columnId))
        } catch (error) {
            complain(sayNow(text, "columnFailed", { column: column?.title ?? "" }), error)
        }
    }
    const isEmpty = column?.cardIds.length === 0
    return [
        { id: "edit", label: sayNow(text, "editColumn"), icon: Pencil, run: () => onEdit(columnId) },
        ...(place > 0
            ? [
                  {
                      id: "left",
                      label: sayNow(text, "moveLeft"),
                      icon: ArrowLeft,
                      run: () => void shift(place - 1),
                  },
              ]
            : []),
        ...(place < columnOrder.length - 1
            ? [
                  {
                      id: "right",
                      label: sayNow(text, "moveRight"),
                      icon: ArrowRight,
                      run: () => void shift(place + 1),
                  },
              ]
            : []),
        {
            id: "delete",
            label: sayNow(text, "deleteColumn"),
            icon: Trash2,
            isDangerous: true,
            isFirstOfGroup: true,
            obstacle: isEmpty ? null : sayNow(text, "columnNotEmpty"),
            run: () => void remove(),
        },
    ]
}
