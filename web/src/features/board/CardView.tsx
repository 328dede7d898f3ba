import {
    CircleAlert,
    CircleCheck,
    CirclePause,
    CircleStop,
    GitPullRequest,
    Link2Off,
    LoaderCircle,
    MoreHorizontal,
    Sparkles,
    CircleDot,
    type LucideIcon,
} from "lucide-react"
import { memo, type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react"
import type { Card } from "@/api/api.gen"
import { useBoard, usePart, useServices, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { isUnnamed } from "@/sync/commands"
import type { AttemptStatus } from "@/sync/fold"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Menu } from "@/ui/Menu"
import { nameOf } from "./acts"
import { entriesOf } from "./cardMenu"
import { useBoardContext } from "./context"
import { type Edge, makeDraggable } from "./drag"
import { blockersOf, TYPE_COLOURS } from "./rules"
import { text } from "./text"

interface Props {
    cardId: string
    columnId: string
}

/** One card. It renders when what it shows of itself changes, and not when others do. */
export const CardView = memo(function CardView({ cardId, columnId }: Props) {
    const { store } = useBoardContext()
    const card = useBoard(store, (board) => board.state.cards[cardId])
    return card ? <Shown card={card} columnId={columnId} /> : null
})

function Shown({ card, columnId }: { card: Card; columnId: string }) {
    const context = useBoardContext()
    const { store, view, open } = context
    const say = useText(text)
    const face = useRef<HTMLDivElement>(null)
    const [edge, setEdge] = useState<Edge | null>(null)
    const [isDragged, setDragged] = useState(false)
    const attempt = useBoard(store, (board) => board.attempts[card.id]?.at(-1))
    const isSelected = usePart(view.selected, (selected) => selected.has(card.id))
    const isFocused = usePart(view.focused, (focused) => focused === card.id)
    const isCarried = usePart(view.carried, (carried) => carried?.cardId === card.id)
    const enhancement = useBoard(store, (board) => board.enhancements[card.id]?.status ?? null)
    const status = attempt?.status ?? null
    const isUnderWay = status === "running" || status === "queued" || status === "stopping"
    const isPending = isUnnamed(card.id)

    useEffect(() => {
        if (!face.current || isPending) return
        return makeDraggable(face.current, {
            cardId: card.id,
            columnId,
            moving: () => (view.selected.value.has(card.id) ? [...view.selected.value] : [card.id]),
            onEdge: setEdge,
            onDrag: setDragged,
        })
    }, [card.id, columnId, view, isPending])

    const choose = (event: MouseEvent): void => {
        if ((event.target as HTMLElement).closest("a, button, [role=menu]")) return
        view.focused.set(card.id)
        if (event.metaKey || event.ctrlKey || event.shiftKey) view.toggle(card.id)
        else open(card)
    }
    return (
        <div className="relative pb-1.5">
            {edge !== null && (
                <div
                    aria-hidden
                    className={classes(
                        "bg-accent absolute inset-x-0 z-10 h-0.5 rounded",
                        edge === "top" ? "-top-1" : "-bottom-px",
                    )}
                />
            )}
            <div
                ref={face}
                role="listitem"
                data-card={card.id}
                tabIndex={isFocused ? 0 : -1}
                aria-label={`${card.ticketKey ?? ""} ${card.title}`}
                aria-roledescription={isCarried ? "carried" : undefined}
                aria-selected={isSelected || undefined}
                onClick={choose}
                onFocus={() => view.focused.set(card.id)}
                className={classes(
                    "group bg-surface shadow-lift relative overflow-hidden rounded-md border px-2.5 pt-2 pb-2 transition-[border-color,box-shadow,opacity] duration-100 select-none",
                    lookOf(status, card.isEnhanced),
                    isSelected && "ring-accent border-accent ring-1",
                    isCarried && "shadow-float ring-accent z-10 scale-[1.01] ring-2",
                    isDragged && "opacity-40",
                    isPending && "opacity-60",
                )}
            >
                {isUnderWay && <div aria-hidden className="running-line absolute inset-x-0 top-0 h-0.5" />}
                <div className="flex h-5 items-center gap-1.5 text-xs">
                    <span className="mono text-3">{card.ticketKey ?? "…"}</span>
                    {card.ticketType && (
                        <span className={classes("font-medium", TYPE_COLOURS[card.ticketType])}>
                            {card.ticketType}
                        </span>
                    )}
                    {!isPending && (
                        <Menu align="end" entries={() => entriesOf(context, card)}>
                            <IconButton
                                label={say("menuOf", { key: nameOf(card) })}
                                tabIndex={-1}
                                className="-my-1 -mr-1.5 ml-auto size-6 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
                            >
                                <MoreHorizontal size={16} strokeWidth={1.5} />
                            </IconButton>
                        </Menu>
                    )}
                </div>
                <p className="line-clamp-2 break-words">{card.title}</p>
                <Facts
                    card={card}
                    status={status}
                    attemptId={attempt?.attemptId ?? null}
                    enhancement={enhancement}
                />
            </div>
        </div>
    )
}

function lookOf(status: AttemptStatus | null, isEnhanced: boolean): string {
    if (status === "failed") return "border-bad"
    return isEnhanced
        ? "border-line bg-spark-tint! hover:border-line-strong"
        : "border-line hover:border-line-strong"
}

interface FactsProps {
    card: Card
    status: AttemptStatus | null
    attemptId: string | null
    enhancement: "enhancing" | "ready" | null
}

/** The third line: only what is true. */
function Facts({ card, status, attemptId, enhancement }: FactsProps) {
    const { store } = useBoardContext()
    const say = useText(text)
    const blockers = useBoard(store, (board) => blockersOf(board.state, card).length)
    const todos = useBoard(store, (board) => (attemptId === null ? undefined : board.todos[attemptId]))
    const isUnderWay = status === "running" || status === "queued" || status === "stopping"
    const facts: ReactNode[] = []
    if (status !== null && status !== "succeeded")
        facts.push(<StatusBadge key="status" status={status} cardId={card.id} />)
    if (status === "succeeded" && !card.prUrl)
        facts.push(<StatusBadge key="status" status={status} cardId={card.id} />)
    if (blockers > 0)
        facts.push(
            <Badge
                key="blocked"
                icon={Link2Off}
                colour="text-warn"
                word={say("blockedBy", { n: blockers })}
            />,
        )
    if (enhancement === "enhancing") {
        facts.push(
            <Badge key="enhance" icon={Sparkles} colour="text-spark animate-soft" word={say("enhancing")} />,
        )
    } else if (enhancement === "ready") {
        facts.push(<Badge key="enhance" icon={Sparkles} colour="text-accent" word={say("proposal")} />)
    } else if (card.isEnhanced)
        facts.push(<Badge key="enhance" icon={Sparkles} colour="text-spark" word={say("enhanced")} />)
    if (card.prUrl) facts.push(<PullRequest key="pr" url={card.prUrl} />)
    if (card.githubIssue) {
        const { issueNumber, url } = card.githubIssue
        facts.push(
            <Badge
                key="issue"
                icon={CircleDot}
                colour="text-2"
                word={say("issue", { number: String(issueNumber) })}
                url={url}
            />,
        )
    }
    if (todos && todos.total > 0 && isUnderWay) {
        facts.push(<Steps key="todos" done={todos.completed} all={todos.total} />)
    }
    if (facts.length === 0) return null
    return <div className="mt-1.5 flex flex-wrap items-center gap-x-2.5 gap-y-0.5 text-xs">{facts}</div>
}

function Badge({
    icon: Icon,
    colour,
    word,
    url,
}: {
    icon: LucideIcon
    colour: string
    word: string
    url?: string
}) {
    const inner = (
        <>
            <Icon size={14} strokeWidth={1.5} aria-hidden className="shrink-0" />
            {word}
        </>
    )
    const look = classes("flex h-4 items-center gap-1 whitespace-nowrap", colour)
    if (url === undefined) return <span className={look}>{inner}</span>
    return (
        <a
            href={url}
            target="_blank"
            rel="noreferrer"
            draggable={false}
            className={classes(look, "underline-offset-2 hover:underline")}
        >
            {inner}
        </a>
    )
}

function PullRequest({ url }: { url: string }) {
    const say = useText(text)
    const number = /\/pull\/(\d+)/.exec(url)?.[1]
    const word = number === undefined ? say("pullRequestPlain") : say("pullRequest", { number })
    return <Badge icon={GitPullRequest} colour="text-ok" word={word} url={url} />
}

const STATUS: Record<AttemptStatus, { icon: LucideIcon; colour: string }> = {
    queued: { icon: CirclePause, colour: "text-2" },
    running: { icon: LoaderCircle, colour: "text-accent" },
    stopping: { icon: CircleStop, colour: "text-2" },
    succeeded: { icon: CircleCheck, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad font-medium" },
    stopped: { icon: CircleStop, colour: "text-3" },
}

function StatusBadge({ status, cardId }: { status: AttemptStatus; cardId: string }) {
    const say = useText(text)
    const { icon, colour } = STATUS[status]
    if (status === "running") return <AtWork cardId={cardId} />
    return <Badge icon={icon} colour={colour} word={say(`status.${status}`)} />
}

/** The agent that works on the card, and for how long; the overview knows both. */
function AtWork({ cardId }: { cardId: string }) {
    const say = useText(text)
    const { feed } = useServices()
    const overview = useSignal(feed.overview)
    const now = useNow()
    const active = overview?.activeAttempts.find((one) => one.cardId === cardId)
    return (
        <span className="text-accent flex h-4 items-center gap-1.5 whitespace-nowrap">
            <span aria-hidden className="bg-accent size-1.5 rounded-full" />
            {active ? active.agentId : say("status.running")}
            {active?.startedAt && (
                <span className="mono text-2">{elapsed(now - Date.parse(active.startedAt))}</span>
            )}
        </span>
    )
}

/** How far a plan is: a segment a step. */
function Steps({ done, all }: { done: number; all: number }) {
    const say = useText(text)
    const segments = Math.min(all, 12)
    return (
        <span className="text-2 flex h-4 items-center gap-1" title={say("todos", { done, n: all })}>
            <span aria-hidden className="flex gap-px">
                {Array.from({ length: segments }, (_, place) => (
                    <span
                        key={place}
                        className={classes(
                            "h-1.5 w-1.5 rounded-[1px]",
                            place < Math.round((done / all) * segments) ? "bg-accent" : "bg-line-strong",
                        )}
                    />
                ))}
            </span>
            {done}/{all}
        </span>
    )
}
