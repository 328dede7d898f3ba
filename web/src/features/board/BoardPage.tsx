import { Outlet } from "@tanstack/react-router"
import { BetweenVerticalEnd, Plus, SquareKanban } from "lucide-react"
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react"
import type { Card } from "@/api/api.gen"
import { useGo, useParam, usePath } from "@/app/navigation"
import { paths } from "@/app/paths"
import { useBoard, useBoardStore, useProject, useSignal } from "@/app/services"
import { loadSlot, Slot } from "@/app/Slot"
import { useText } from "@/app/text"
import { isStale } from "@/sync/health"
import type { BoardStore } from "@/sync/boardStore"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Bones, Empty, Trouble } from "@/ui/states"
import { move } from "./acts"
import { ColumnView } from "./ColumnView"
import { type BoardContext, BoardProvider, useBoardContext } from "./context"
import type { Beginning } from "./draft"
import { type Dropped, hearDrops, makeScrolling } from "./drag"
import { FilterBar } from "./FilterBar"
import { SelectionBar } from "./SelectionBar"
import { text } from "./text"
import { hearTouches } from "./touch"
import { useBoardKeys } from "./useBoardKeys"
import { indexBefore, type View, viewOf, visible } from "./view"

const parts = {
    card: () => import("./CardDialog"),
    column: () => import("./ColumnDialog"),
    delete: () => import("./DeleteDialog"),
}
const CardDialog = lazy(parts.card)
const ColumnDialog = lazy(parts.column)
const DeleteDialog = lazy(parts.delete)

/** Milliseconds after which what was put off is loaded: the board is on the screen then. */
const SETTLED = 1_500

/** Loads what opens over the board before it is needed: it has to open while the server cannot be reached, too. */
function useParts(): void {
    useEffect(() => {
        const timer = setTimeout(() => {
            Promise.all([
                parts.card(),
                parts.column(),
                parts.delete(),
                import("./inspector/Inspector"),
                loadSlot("card.draft"),
            ]).catch((error: unknown) => console.warn("Parts of the board are not here yet:", error))
        }, SETTLED)
        return () => clearTimeout(timer)
    }, [])
}

/** What lies over the board. */
type Opened =
    | { kind: "create"; columnId: string | undefined; from: Beginning | undefined }
    | { kind: "edit"; cardId: string }
    | { kind: "column"; columnId: string | null }
    | { kind: "delete"; cardIds: readonly string[] }

export default function BoardPage() {
    const project = useParam("project")
    // Everything below belongs to one board: another one begins anew.
    return <Board key={project} projectId={project} />
}

function Board({ projectId }: { projectId: string }) {
    const say = useText(text)
    const store = useBoardStore(projectId)
    const view = viewOf(projectId)
    const go = useGo()
    const [opened, setOpened] = useState<Opened | null>(null)
    const [announced, setAnnounced] = useState("")
    const isKnown = useBoard(store, (board) => board.isKnown)
    const health = useSignal(store.health)
    const isOpen = usePath().startsWith(`${paths.board(projectId)}/c/`)

    const context = useMemo<BoardContext>(
        () => ({
            projectId,
            store,
            view,
            open: (card: Card) =>
                go(paths.card(projectId, card.ticketKey ?? card.id), {
                    replace: location.pathname.includes("/c/"),
                }),
            edit: (card: Card) => setOpened({ kind: "edit", cardId: card.id }),
            create: (columnId, from) => setOpened({ kind: "create", columnId, from }),
            confirmDelete: (cardIds) => setOpened({ kind: "delete", cardIds }),
            announce: setAnnounced,
        }),
        [projectId, store, view, go],
    )
    useBoardKeys(context)
    useParts()
    const close = (): void => setOpened(null)

    if (health.phase === "closed") {
        return (
            <Trouble title={say("gone")} detail={health.reason ?? ""}>
                <Button isSmall onClick={() => go(paths.home)}>
                    {say("backToBoard")}
                </Button>
            </Trouble>
        )
    }
    return (
        <BoardProvider value={context}>
            <div className="relative flex h-full min-w-0">
                <div className={classes("flex min-w-0 flex-1 flex-col", isOpen && "max-lg:hidden")}>
                    <Header
                        projectId={projectId}
                        onAddColumn={() => setOpened({ kind: "column", columnId: null })}
                    />
                    {isKnown ? (
                        <Columns
                            isDim={isStale(health) && health.phase === "offline"}
                            onEdit={(columnId) => setOpened({ kind: "column", columnId })}
                        />
                    ) : (
                        <Skeleton />
                    )}
                </div>
                <Outlet />
            </div>
            <SelectionBar />
            <p role="status" aria-live="assertive" className="sr-only">
                {announced}
            </p>
            <Suspense>
                {opened?.kind === "create" && <CardDialog cardId={null} {...opened} onClose={close} />}
                {opened?.kind === "edit" && <CardDialog cardId={opened.cardId} onClose={close} />}
                {opened?.kind === "column" && <ColumnDialog columnId={opened.columnId} onClose={close} />}
                {opened?.kind === "delete" && <DeleteDialog cardIds={opened.cardIds} onClose={close} />}
            </Suspense>
        </BoardProvider>
    )
}

/** Cards were dropped: beside a card, or below all of a column. */
async function drop(
    store: BoardStore,
    view: View,
    { cardIds, columnId, cardId: target, edge }: Dropped,
): Promise<void> {
    const board = store.shown.value
    const moving = new Set(cardIds)
    if (target !== null && moving.has(target)) return
    const shown = visible(board, columnId, view.filter.value).filter((cardId) => !moving.has(cardId))
    const before =
        target === null ? null : edge === "top" ? target : (shown[shown.indexOf(target) + 1] ?? null)
    // A selection moves in the order of the board, whatever it was chosen in.
    const order = board.state.columnOrder.flatMap((one) => board.state.columns[one]?.cardIds ?? [])
    await move(
        store,
        order.filter((cardId) => moving.has(cardId)),
        columnId,
        indexBefore(board.state, columnId, before, moving),
    )
    view.deselect()
}

function Header({ projectId, onAddColumn }: { projectId: string; onAddColumn: () => void }) {
    const say = useText(text)
    const project = useProject(projectId)
    return (
        <header className="border-line flex h-11 shrink-0 items-center gap-2 border-b px-3">
            <h1 className="truncate text-base font-semibold max-md:sr-only">
                {project?.name ?? say("board")}
            </h1>
            <FilterBar />
            <IconButton label={say("addColumn")} onClick={onAddColumn} className="max-md:hidden">
                <BetweenVerticalEnd size={16} strokeWidth={1.5} />
            </IconButton>
            <Slot name="board.header" projectId={projectId} />
            <NewCard />
        </header>
    )
}

function NewCard() {
    const say = useText(text)
    const { create } = useBoardContext()
    return (
        <Button look="primary" onClick={() => create()} aria-keyshortcuts="c">
            <Plus size={16} strokeWidth={1.5} aria-hidden />
            <span className="max-sm:sr-only">{say("newCard")}</span>
        </Button>
    )
}

function Columns({ isDim, onEdit }: { isDim: boolean; onEdit: (columnId: string) => void }) {
    const say = useText(text)
    const { store, view, create } = useBoardContext()
    const scroller = useRef<HTMLDivElement>(null)
    const order = useBoard(store, (board) => board.state.columnOrder)
    const isEmpty = useBoard(store, (board) => Object.keys(board.state.cards).length === 0)
    useEffect(() => {
        const board = scroller.current
        if (!board) return
        const onDrop = (dropped: Dropped): void => void drop(store, view, dropped)
        const ends = [makeScrolling(board), hearDrops(onDrop), hearTouches(board, view, onDrop)]
        return () => ends.forEach((end) => end())
    }, [store, view])
    return (
        <div
            ref={scroller}
            data-board
            data-stale={isStale(useSignal(store.health)) || undefined}
            className={classes(
                "relative flex min-h-0 flex-1 gap-3 overflow-x-auto overflow-y-hidden p-3 pb-0 transition-[filter] duration-150 max-md:snap-x max-md:snap-mandatory",
                // Less colour, and not less contrast: it has to be read all the same.
                isDim && "saturate-[0.3]",
            )}
        >
            {order.map((columnId) => (
                <ColumnView key={columnId} columnId={columnId} onEdit={onEdit} />
            ))}
            {isEmpty && (
                <div className="pointer-events-none absolute inset-0 flex items-center justify-center">
                    <div className="pointer-events-auto">
                        <Empty
                            icon={SquareKanban}
                            title={say("emptyBoard")}
                            action={
                                <div className="flex flex-wrap justify-center gap-2">
                                    <Button look="primary" onClick={() => create()}>
                                        <Plus size={16} strokeWidth={1.5} aria-hidden />
                                        {say("newCard")}
                                    </Button>
                                    <Slot name="board.empty" projectId={store.boardId} />
                                </div>
                            }
                        >
                            {say("emptyBoardHint")}
                        </Empty>
                    </div>
                </div>
            )}
        </div>
    )
}

function Skeleton() {
    const say = useText(text)
    return (
        <div className="flex gap-3 p-3" aria-busy>
            <span className="sr-only">{say("loading")}</span>
            {[5, 3, 2, 4].map((cards, column) => (
                <div key={column} className="flex w-[300px] shrink-0 flex-col gap-2">
                    <Bones className="h-5 w-28" />
                    {Array.from({ length: cards }, (_, place) => (
                        <Bones key={place} className="h-16" />
                    ))}
                </div>
            ))}
        </div>
    )
}
