import { Link } from "@tanstack/react-router"
import { ChevronDown, ChevronUp, Maximize2, Minimize2, MoreHorizontal, SearchX, X } from "lucide-react"
import { type ComponentType, lazy, type LazyExoticComponent, Suspense, useEffect, useState } from "react"
import type { Card } from "@/api/api.gen"
import { type InspectorTab, type TabProps, tabs } from "@/app/feature"
import { useShortcuts } from "@/app/keys"
import { useAsked, useGo, useParam } from "@/app/navigation"
import { paths } from "@/app/paths"
import { useBoard } from "@/app/services"
import { useText } from "@/app/text"
import { remember, remembered } from "@/app/theme"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Menu } from "@/ui/Menu"
import { Bones, Empty } from "@/ui/states"
import { entriesOf } from "../cardMenu"
import { useBoardContext } from "../context"
import { cardNamed, columnOf, TYPE_COLOURS } from "../rules"
import { text } from "../text"
import { visible } from "../view"
import { ResizeHandle } from "./ResizeHandle"

const WIDTH = "kanbanai.inspector.width"
const TAB = "kanbanai.inspector.tab"
/** Pixels: narrower, a diff cannot be read; wider, the board cannot. */
const [LEAST, MOST, USUAL] = [480, 900, 560]

const PARTS = new Map<string, LazyExoticComponent<ComponentType<TabProps>>>(
    tabs.map((tab) => [tab.id, lazy(tab.load)]),
)

/** A card beside its board: what it says, and what its attempts do. */
export default function Inspector() {
    const say = useText(text)
    const go = useGo()
    const key = useParam("key")
    const { store, projectId } = useBoardContext()
    const card = useBoard(store, (board) => cardNamed(board.state, key))
    const isKnown = useBoard(store, (board) => board.isKnown)
    const [width, setWidth] = useState(() => clamped(Number(remembered(WIDTH)) || USUAL))
    const [isFull, setFull] = useState(false)
    const close = (): void => go(paths.board(projectId))

    const resize = (next: number): void => {
        setWidth(clamped(next))
        remember(WIDTH, String(clamped(next)))
    }
    return (
        <aside
            aria-label={card?.title ?? key}
            style={isFull ? undefined : { width }}
            className={classes(
                "border-line bg-surface animate-slide flex min-w-0 flex-col max-lg:w-full! max-lg:border-l-0",
                isFull ? "absolute inset-0 z-20" : "relative shrink-0 border-l",
            )}
        >
            {!isFull && (
                <ResizeHandle
                    label={say("resize")}
                    width={width}
                    least={LEAST}
                    most={MOST}
                    onResize={resize}
                />
            )}
            {card ? (
                <Opened {...{ card, isFull }} onFull={() => setFull(!isFull)} onClose={close} />
            ) : isKnown ? (
                <Empty
                    icon={SearchX}
                    title={say("noCard")}
                    action={
                        <Link to={paths.board(projectId)} className="text-accent hover:underline">
                            {say("backToBoard")}
                        </Link>
                    }
                >
                    {say("noCardHint")}
                </Empty>
            ) : (
                <Bones className="m-4 h-6 w-2/3" />
            )}
        </aside>
    )
}

function clamped(width: number): number {
    return Math.min(MOST, Math.max(LEAST, width))
}

interface OpenedProps {
    card: Card
    isFull: boolean
    onFull: () => void
    onClose: () => void
}

function Opened({ card, isFull, onFull, onClose }: OpenedProps) {
    const say = useText(text)
    const go = useGo()
    const context = useBoardContext()
    const { store, view, projectId } = context
    const column = useBoard(store, (board) => columnOf(board.state, card.id)?.title ?? "")
    const latest = useBoard(store, (board) => board.attempts[card.id]?.at(-1)?.attemptId ?? null)
    const [attempt, tab] = [useAsked("attempt"), useAsked("tab")]
    const attemptId = attempt ?? latest
    const mine = useBoard(store, (board) => tabsOf(card, board, attemptId))
    const wanted = tab ?? remembered(TAB)
    const shown = tabs.filter(({ id }) => mine.split(" ").includes(id))
    const current = shown.find(({ id }) => id === wanted) ?? shown[0]
    const choose = (id: string): void => {
        remember(TAB, id)
        const query = new URLSearchParams({ ...(attempt === undefined ? {} : { attempt }), tab: id })
        go(`${location.pathname}?${query.toString()}`, { replace: true })
    }
    const neighbour = (by: 1 | -1): void => {
        const board = store.shown.value
        const all = board.state.columnOrder.flatMap((columnId) => visible(board, columnId, view.filter.value))
        const next = board.state.cards[all[all.indexOf(card.id) + by] ?? ""]
        if (!next) return
        view.focused.set(next.id)
        context.open(next)
    }
    useEffect(() => view.focused.set(card.id), [view, card.id])
    useShortcuts([
        { id: "full", keys: "f", label: say("fullPage"), group: say("cardGroup"), run: onFull },
        {
            id: "previous",
            keys: "[",
            label: say("previous"),
            group: say("cardGroup"),
            run: () => neighbour(-1),
        },
        { id: "next", keys: "]", label: say("next"), group: say("cardGroup"), run: () => neighbour(1) },
        { id: "close", keys: "escape", label: say("close"), group: say("cardGroup"), run: onClose },
        ...shown.slice(0, 6).map((one, place) => ({
            id: `tab-${one.id}`,
            keys: String(place + 1),
            label: one.label(),
            group: say("cardGroup"),
            run: () => choose(one.id),
        })),
    ])
    const Part = current && PARTS.get(current.id)
    const about: TabProps = { projectId, card, attemptId }
    return (
        <>
            <header className="border-line shrink-0 border-b">
                <div className="flex h-11 items-center gap-2 pr-2 pl-4">
                    <span className="mono text-3 shrink-0">{card.ticketKey}</span>
                    {card.ticketType && (
                        <span
                            className={classes("shrink-0 text-xs font-medium", TYPE_COLOURS[card.ticketType])}
                        >
                            {card.ticketType}
                        </span>
                    )}
                    <span className="text-3 truncate text-xs">{column}</span>
                    <div className="ml-auto flex">
                        <IconButton
                            label={say("previous")}
                            onClick={() => neighbour(-1)}
                            className="max-sm:hidden"
                        >
                            <ChevronUp size={16} strokeWidth={1.5} />
                        </IconButton>
                        <IconButton
                            label={say("next")}
                            onClick={() => neighbour(1)}
                            className="max-sm:hidden"
                        >
                            <ChevronDown size={16} strokeWidth={1.5} />
                        </IconButton>
                        <Menu align="end" entries={() => entriesOf(context, card)}>
                            <IconButton label={say("menuOf", { key: card.ticketKey ?? card.title })}>
                                <MoreHorizontal size={16} strokeWidth={1.5} />
                            </IconButton>
                        </Menu>
                        <IconButton
                            label={say(isFull ? "besideBoard" : "fullPage")}
                            onClick={onFull}
                            className="max-lg:hidden"
                        >
                            {isFull ? (
                                <Minimize2 size={16} strokeWidth={1.5} />
                            ) : (
                                <Maximize2 size={16} strokeWidth={1.5} />
                            )}
                        </IconButton>
                        <IconButton label={say("close")} onClick={onClose}>
                            <X size={16} strokeWidth={1.5} />
                        </IconButton>
                    </div>
                </div>
                <h2 className="px-4 pb-2 text-base font-semibold break-words">{card.title}</h2>
                <Tabs shown={shown} current={current?.id} about={about} onChoose={choose} />
            </header>
            <div
                role="tabpanel"
                id="inspector-panel"
                aria-label={current?.label()}
                className="min-h-0 flex-1 overflow-y-auto"
            >
                <Suspense fallback={<Bones className="m-4 h-24" />}>
                    {Part && <Part key={`${card.id} ${attemptId ?? ""}`} {...about} />}
                </Suspense>
            </div>
        </>
    )
}

/** The ids of the tabs that a card has, as one word, so that it is the same word as long as they are. */
function tabsOf(
    card: Card,
    board: Parameters<NonNullable<InspectorTab["isFor"]>>[1],
    attemptId: string | null,
): string {
    return tabs
        .filter(({ isFor }) => isFor?.(card, board, attemptId) ?? true)
        .map(({ id }) => id)
        .join(" ")
}

interface TabsProps {
    shown: readonly InspectorTab[]
    current: string | undefined
    about: TabProps
    onChoose: (id: string) => void
}

function Tabs({ shown, current, about, onChoose }: TabsProps) {
    const step = (by: number): void => {
        const place = shown.findIndex(({ id }) => id === current)
        const next = shown[(place + by + shown.length) % shown.length]
        if (!next) return
        onChoose(next.id)
        document.getElementById(`tab-${next.id}`)?.focus()
    }
    useEffect(() => {
        // On a phone there are more than fit.
        const tab = current === undefined ? null : document.getElementById(`tab-${current}`)
        tab?.scrollIntoView({ block: "nearest", inline: "nearest" })
    }, [current])
    if (shown.length < 2) return null
    return (
        <div
            role="tablist"
            className="-mb-px flex [scrollbar-width:none] gap-1 overflow-x-auto px-2.5"
            onKeyDown={(event) => {
                if (event.key === "ArrowRight") step(1)
                else if (event.key === "ArrowLeft") step(-1)
            }}
        >
            {shown.map(({ id, label, Count }) => {
                const isCurrent = id === current
                return (
                    <button
                        key={id}
                        id={`tab-${id}`}
                        type="button"
                        role="tab"
                        aria-selected={isCurrent}
                        aria-controls="inspector-panel"
                        tabIndex={isCurrent ? 0 : -1}
                        onClick={() => onChoose(id)}
                        className={classes(
                            "flex h-8 items-center gap-1.5 border-b-2 px-1.5 whitespace-nowrap",
                            isCurrent
                                ? "border-accent text-1 font-medium"
                                : "text-2 hover:text-1 border-transparent",
                        )}
                    >
                        {label()}
                        {Count && (
                            <Suspense>
                                <Count {...about} />
                            </Suspense>
                        )}
                    </button>
                )
            })}
        </div>
    )
}
