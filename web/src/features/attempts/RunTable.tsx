import { Link } from "@tanstack/react-router"
import { useVirtualizer } from "@tanstack/react-virtual"
import { ArrowDown, ArrowUp } from "lucide-react"
import { useEffect, useRef, useState } from "react"
import { money } from "@/app/money"
import { paths } from "@/app/paths"
import { useLanguage, useText } from "@/app/text"
import { elapsed } from "@/app/time"
import { classes } from "@/ui/classes"
import { useHand, useHeld } from "@/ui/held"
import { NewPill } from "@/ui/NewPill"
import { LOOKS } from "./looks"
import type { RunRow, SortKey, Sorting } from "./table"
import { text } from "./text"

/** Pixels that a row is high. */
const ROW = 36

const COLUMNS: readonly { key: SortKey; width: string; isRight?: boolean }[] = [
    { key: "card", width: "minmax(220px, 1fr)" },
    { key: "status", width: "110px" },
    { key: "agent", width: "110px" },
    { key: "started", width: "130px" },
    { key: "time", width: "80px", isRight: true },
    { key: "tokens", width: "80px", isRight: true },
    { key: "cost", width: "80px", isRight: true },
]
const GRID = `36px ${COLUMNS.map(({ width }) => width).join(" ")}`

interface TableProps {
    rows: readonly RunRow[]
    /** What else than the order decides which rows these are. */
    basis: string
    sorting: Sorting
    chosen: readonly string[]
    onSort: (sorting: Sorting) => void
    onChoose: (id: string) => void
    onEnd: () => void
}

/** The runs, a row each; what comes while one reads or has a hand on them moves nothing. */
export function RunTable({ rows: all, basis, sorting, chosen, onSort, onChoose, onEnd }: TableProps) {
    const say = useText(text)
    const scroller = useRef<HTMLDivElement>(null)
    const [isAway, setAway] = useState(false)
    const isHeld = useHand(scroller) || isAway
    const {
        items: rows,
        fresh,
        takeIn,
    } = useHeld(
        {
            items: all,
            idOf: ({ attempt }) => attempt.id,
            timeOf: ({ attempt }) => attempt.createdAt,
            basis: [basis, sorting.key, sorting.isDown].join("\n"),
        },
        isHeld,
    )
    const virtual = useVirtualizer({
        count: rows.length,
        getScrollElement: () => scroller.current,
        estimateSize: () => ROW,
        overscan: 12,
    })
    const shown = virtual.getVirtualItems()
    const isAtEnd = (shown.at(-1)?.index ?? 0) >= rows.length - 5
    useEffect(() => {
        if (isAtEnd) onEnd()
    })
    const toTop = (): void => {
        takeIn()
        if (scroller.current) scroller.current.scrollTop = 0
    }
    return (
        <div className="relative flex min-h-0 flex-1 flex-col">
            <div
                ref={scroller}
                onScroll={({ currentTarget }) => setAway(currentTarget.scrollTop > ROW)}
                role="table"
                aria-label={say("attempts")}
                aria-rowcount={rows.length + 1}
                className="min-h-0 flex-1 overflow-auto"
                tabIndex={0}
            >
                <div role="rowgroup" className="bg-bg sticky top-0 z-10 min-w-210">
                    <div
                        role="row"
                        style={{ gridTemplateColumns: GRID }}
                        className="border-line text-2 grid h-8 items-center border-b px-3 text-xs"
                    >
                        <span role="columnheader">
                            <span className="sr-only">{say("compare")}</span>
                        </span>
                        {COLUMNS.map(({ key, isRight }) => {
                            const isMine = sorting.key === key
                            const Arrow = sorting.isDown ? ArrowDown : ArrowUp
                            return (
                                <span
                                    key={key}
                                    role="columnheader"
                                    aria-sort={
                                        isMine ? (sorting.isDown ? "descending" : "ascending") : "none"
                                    }
                                    className={classes("flex", isRight && "justify-end")}
                                >
                                    <button
                                        type="button"
                                        className="hover:text-1 flex h-6 items-center gap-1 rounded-sm"
                                        onClick={() =>
                                            onSort({ key, isDown: isMine ? !sorting.isDown : key !== "card" })
                                        }
                                    >
                                        {say(`column_${key}`)}
                                        {isMine && <Arrow size={12} aria-hidden />}
                                    </button>
                                </span>
                            )
                        })}
                    </div>
                </div>
                <div
                    role="rowgroup"
                    className="relative min-w-210"
                    style={{ height: virtual.getTotalSize() }}
                >
                    {shown.map(({ index, start }) => {
                        const { item: row, isGone = false } = rows[index] ?? {}
                        return (
                            row && (
                                <Row
                                    key={row.attempt.id}
                                    row={row}
                                    isGone={isGone}
                                    index={index}
                                    start={start}
                                    isChosen={chosen.includes(row.attempt.id)}
                                    onChoose={() => onChoose(row.attempt.id)}
                                />
                            )
                        )
                    })}
                </div>
            </div>
            {fresh > 0 && (
                <NewPill
                    at="top"
                    className="top-0.5! left-44!"
                    label={say("fresh", { n: fresh })}
                    onClick={toTop}
                />
            )}
        </div>
    )
}

interface RowProps {
    row: RunRow
    /** It is none of those that are asked for any more; it stands there so that nothing moves. */
    isGone: boolean
    index: number
    start: number
    isChosen: boolean
    onChoose: () => void
}

function Row({ row, isGone, index, start, isChosen, onChoose }: RowProps) {
    const say = useText(text)
    const language = useLanguage()
    const { attempt, key, title, project, seconds } = row
    const { icon: Icon, colour } = LOOKS[attempt.status]
    const usage = attempt.usage
    const number = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 })
    return (
        <div
            role="row"
            aria-rowindex={index + 2}
            style={{ gridTemplateColumns: GRID, height: ROW, transform: `translateY(${start}px)` }}
            className={classes(
                "border-line absolute inset-x-0 top-0 grid items-center border-b px-3",
                isChosen ? "bg-active" : "hover:bg-hover",
                isGone && "italic",
            )}
        >
            <span role="cell" className="flex">
                <input
                    type="checkbox"
                    className="accent-accent size-4"
                    aria-label={say("choose", { card: key ?? attempt.id })}
                    checked={isChosen}
                    onChange={onChoose}
                />
            </span>
            <span role="cell" className="flex min-w-0 items-center gap-2 pr-3">
                <Link
                    to={paths.card(attempt.boardId, key ?? attempt.cardId)}
                    search={{ attempt: attempt.id }}
                    className="flex min-w-0 items-center gap-2 hover:underline"
                >
                    <span className="mono text-2 shrink-0">{key ?? "…"}</span>
                    <span className="truncate">{title ?? attempt.branchName}</span>
                </Link>
                <span className="text-2 ml-auto shrink-0 text-xs max-md:hidden">{project}</span>
            </span>
            <span
                role="cell"
                title={attempt.failure ?? undefined}
                className={classes("flex items-center gap-1.5", isGone ? "text-3" : colour)}
            >
                {!isGone && <Icon size={14} strokeWidth={1.5} className="shrink-0" aria-hidden />}
                <span className="truncate">{say(isGone ? "elsewhere" : `status_${attempt.status}`)}</span>
            </span>
            <span role="cell" className="truncate">
                {attempt.agent}
            </span>
            <time role="cell" dateTime={attempt.createdAt} className="text-2 truncate">
                {new Date(attempt.createdAt).toLocaleString(language, {
                    dateStyle: "short",
                    timeStyle: "short",
                })}
            </time>
            <span role="cell" className="mono text-right">
                {seconds === null ? "–" : elapsed(seconds * 1_000)}
            </span>
            <span role="cell" className="text-right">
                {usage?.totalTokens ? number.format(usage.totalTokens) : "–"}
            </span>
            <span role="cell" className="text-right">
                {usage?.cost === undefined || usage.cost === null
                    ? "–"
                    : money(usage.cost, usage.currency, language)}
            </span>
        </div>
    )
}
