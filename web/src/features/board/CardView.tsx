import {
    CircleAlert,
    CircleCheck,
    CirclePause,
    CircleStop,
    Hand,
    Link2Off,
    MoreHorizontal,
    CircleDot,
    type LucideIcon,
} from "lucide-react"
import { Link } from "@tanstack/react-router"
import { memo, type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react"
import type { Card } from "@/api/api.gen"
import { EnhancementMark } from "@/app/marks/EnhancementMark"
import { IssueMark } from "@/app/marks/IssueMark"
import { PullRequestMark } from "@/app/marks/PullRequestMark"
import { paths } from "@/app/paths"
import { useBoard, usePart } from "@/app/services"
import { say, useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { isUnnamed } from "@/sync/commands"
import type { AttemptDetails } from "@/sync/attemptDetails"
import { type AttemptBrief, type AttemptStatus, isActive } from "@/sync/fold"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Mark } from "@/ui/Mark"
import { Menu } from "@/ui/Menu"
import { nameOf as keyOf } from "./acts"
import { entriesOf } from "./cardMenu"
import { useBoardContext } from "./context"
import { makeDraggable } from "./drag"
import { attemptOf, blockersOf, TYPE_COLOURS } from "./rules"
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
    const face = useRef<HTMLDivElement>(null)
    const edge = usePart(view.target, (target) => (target?.cardId === card.id ? target.edge : null))
    const isDragged = usePart(view.dragged, (dragged) => dragged.has(card.id))
    const attempt = useBoard(store, (board) => attemptOf(board, card.id))
    const isSelected = usePart(view.selected, (selected) => selected.has(card.id))
    const isFocused = usePart(view.focused, (focused) => focused === card.id)
    const isCarried = usePart(view.carried, (carried) => carried?.cardId === card.id)
    const isWaiting = (attempt?.waiting ?? 0) > 0
    const isPending = isUnnamed(card.id)

    useEffect(() => {
        if (!face.current || isPending) return
        return makeDraggable(face.current, {
            cardId: card.id,
            columnId,
            moving: () => (view.selected.value.has(card.id) ? [...view.selected.value] : [card.id]),
            view,
        })
    }, [card.id, columnId, view, isPending])

    const choose = (event: MouseEvent): void => {
        const target = event.target as HTMLElement
        // What was chosen in the card's menu comes here, too, though it lies elsewhere in the document.
        if (!event.currentTarget.contains(target) || target.closest("a, button")) return
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
                aria-label={nameOf(card, attempt, isSelected)}
                aria-roledescription={isCarried ? "carried" : undefined}
                onClick={choose}
                onFocus={() => view.focused.set(card.id)}
                className={classes(
                    "group bg-surface shadow-lift relative overflow-hidden rounded-md border px-2.5 pt-2 pb-2 transition-[border-color,box-shadow,opacity] duration-100 select-none",
                    lookOf(attempt, card.isEnhanced, isSelected),
                    isCarried && "shadow-float ring-accent z-10 scale-[1.01] ring-2",
                    isDragged && "opacity-40",
                    isPending && "opacity-60",
                )}
            >
                {attempt?.status === "running" && !isWaiting && (
                    <div aria-hidden className="running-line absolute inset-x-0 top-0 h-0.5" />
                )}
                <div className="flex h-5 items-center gap-1.5 text-xs">
                    <span className="mono text-3">{card.ticketKey ?? "…"}</span>
                    {card.ticketType && (
                        <span className={classes("font-medium", TYPE_COLOURS[card.ticketType])}>
                            {card.ticketType}
                        </span>
                    )}
                    {!isPending && <CardMenu card={card} />}
                </div>
                <p className="line-clamp-2 break-words">{card.title}</p>
                <Facts card={card} attempt={attempt} />
            </div>
        </div>
    )
}

function isUnderWay(status: AttemptStatus | undefined): boolean {
    return status !== undefined && isActive(status)
}

/** What a screen reader says of the card: with the one state that asks for a person. */
function nameOf({ ticketKey, title }: Card, attempt: AttemptBrief | undefined, isSelected: boolean): string {
    const state =
        (attempt?.waiting ?? 0) > 0
            ? say(text, "waitsForYou")
            : attempt && attempt.status !== "succeeded"
              ? say(text, `status.${attempt.status}`)
              : ""
    const facts = [state, isSelected && say(text, "isSelected")].filter(Boolean)
    return [[ticketKey, title].filter(Boolean).join(" "), ...facts].join(", ")
}

function lookOf(attempt: AttemptBrief | undefined, isEnhanced: boolean, isSelected: boolean): string {
    const hasFailed = attempt?.status === "failed"
    const isWaiting = (attempt?.waiting ?? 0) > 0
    const ground = isWaiting ? "bg-accent-tint!" : isEnhanced && !hasFailed ? "bg-spark-tint!" : ""
    if (isSelected) return `${ground} border-accent ring-accent ring-1`
    if (isWaiting) return `${ground} border-accent`
    return `${ground} ${hasFailed ? "border-bad" : "border-line hover:border-line-strong"}`
}

/** The button of the card's menu. The menu itself is made when it is first asked for: most cards never are. */
function CardMenu({ card }: { card: Card }) {
    const context = useBoardContext()
    const say = useText(text)
    const [isUsed, setUsed] = useState(false)
    const button = (
        <IconButton
            label={say("menuOf", { key: keyOf(card) })}
            tabIndex={-1}
            aria-haspopup="menu"
            onClick={isUsed ? undefined : () => setUsed(true)}
            className="-my-1 -mr-1.5 ml-auto size-6 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 pointer-coarse:size-8 pointer-coarse:opacity-100"
        >
            <MoreHorizontal size={16} strokeWidth={1.5} />
        </IconButton>
    )
    if (!isUsed) return button
    return (
        <Menu align="end" isOpenAtFirst entries={() => entriesOf(context, card)}>
            {button}
        </Menu>
    )
}

/** The third line: only what is true. Then, where there is one, what went wrong. */
function Facts({ card, attempt }: { card: Card; attempt: AttemptBrief | undefined }) {
    const { store } = useBoardContext()
    const attemptId = attempt?.attemptId ?? ""
    const details = useBoard(store, (board) => board.details[attemptId])
    const todos = useBoard(store, (board) => board.todos[attemptId])
    const enhancement = useBoard(store, (board) => board.enhancements[card.id]?.status ?? null)
    const facts: ReactNode[] = []
    const status = attempt?.status
    if (attempt && (attempt.waiting ?? 0) > 0)
        facts.push(<WaitsForYou key="waits" n={attempt.waiting ?? 0} />)
    // A pull request says more than that an attempt has ended well.
    if (status !== undefined && !(status === "succeeded" && card.prUrl))
        facts.push(<StatusBadge key="status" status={status} details={details} />)
    if (todos && todos.total > 0 && isUnderWay(status)) {
        facts.push(<Steps key="todos" done={todos.completed} all={todos.total} />)
    }
    if ((card.dependsOn?.length ?? 0) > 0) facts.push(<Blockers key="blocked" card={card} />)
    if (enhancement !== null || card.isEnhanced)
        facts.push(<EnhancementMark key="enhance" status={enhancement} isEnhanced={card.isEnhanced} />)
    if (card.prUrl) facts.push(<PullRequestMark key="pr" url={card.prUrl} badge={card.pullRequest} />)
    if (card.githubIssue) facts.push(<IssueMark key="issue" issue={card.githubIssue} />)
    if (facts.length === 0) return null
    const reason = status === "failed" ? firstLine(details?.failure) : ""
    return (
        <>
            <div className="mt-1.5 flex flex-wrap items-center gap-x-2.5 gap-y-0.5 text-xs empty:hidden">
                {facts}
            </div>
            {reason !== "" && (
                <p className="text-bad mt-0.5 truncate text-xs" title={details?.failure ?? undefined}>
                    {reason}
                </p>
            )}
        </>
    )
}

function firstLine(words: string | null | undefined): string {
    return words?.trim().split("\n", 1)[0]?.trim() ?? ""
}

/** The one loud thing on a board. */
function WaitsForYou({ n }: { n: number }) {
    const say = useText(text)
    return (
        <span className="bg-accent text-on-accent flex h-5 items-center gap-1 rounded px-1.5 font-medium whitespace-nowrap">
            <Hand size={14} strokeWidth={1.5} aria-hidden className="shrink-0" />
            {n > 1 ? say("waitsForYouN", { n }) : say("waitsForYou")}
        </span>
    )
}

/** Blockers that are named; how many more there are is a number. */
const MOST_NAMED = 2

/** What has to be done before, by its keys, each of which leads there. */
function Blockers({ card }: { card: Card }) {
    const { store, projectId } = useBoardContext()
    const say = useText(text)
    // A word, so that the card renders when another card's key or place changes what it says, and else not.
    const names = useBoard(store, ({ state }) =>
        blockersOf(state, card)
            .map((cardId) => state.cards[cardId]?.ticketKey ?? (cardId in state.cards ? cardId : GONE))
            .join(" "),
    )
    if (names === "") return null
    const all = names.split(" ")
    const left = all.length - MOST_NAMED
    const word = (
        <span className="flex gap-1">
            {say("blockedBy")}
            {all.slice(0, MOST_NAMED).map((name, place) =>
                name === GONE ? (
                    <span key={place}>{say("goneCard")}</span>
                ) : (
                    <Link
                        key={place}
                        to={paths.card(projectId, name)}
                        replace={location.pathname.includes("/c/")}
                        draggable={false}
                        tabIndex={-1}
                        className="mono underline decoration-dotted underline-offset-2 hover:decoration-solid"
                    >
                        {name}
                    </Link>
                ),
            )}
            {left > 0 && `+${left}`}
        </span>
    )
    return <Mark icon={Link2Off} colour="text-warn" word={word} />
}

/** Stands for the key of a card that was deleted. */
const GONE = "?"

const STATUS: Record<AttemptStatus, { icon: LucideIcon; colour: string }> = {
    queued: { icon: CirclePause, colour: "text-2" },
    running: { icon: CircleDot, colour: "text-2" },
    stopping: { icon: CircleStop, colour: "text-2" },
    succeeded: { icon: CircleCheck, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad font-medium" },
    stopped: { icon: CircleStop, colour: "text-3" },
}

function StatusBadge({ status, details }: { status: AttemptStatus; details: AttemptDetails | undefined }) {
    const say = useText(text)
    const { icon, colour } = STATUS[status]
    if (status === "running") return <AtWork details={details} />
    const place = status === "queued" ? details?.queuePosition : null
    const word = place ? say("queuedAt", { place }) : say(`status.${status}`)
    return <Mark icon={icon} colour={colour} word={word} />
}

/** The agent that works on the card, and for how long. */
function AtWork({ details }: { details: AttemptDetails | undefined }) {
    const say = useText(text)
    return (
        <span className="text-2 flex h-4 items-center gap-1.5 whitespace-nowrap">
            <span aria-hidden className="bg-accent size-1.5 rounded-full" />
            <span className="sr-only">{say("status.running")}: </span>
            {details ? details.agent : say("status.running")}
            {details?.startedAt && <Since time={details.startedAt} />}
        </span>
    )
}

function Since({ time }: { time: string }) {
    return <span className="mono text-3">{elapsed(useNow() - Date.parse(time))}</span>
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
