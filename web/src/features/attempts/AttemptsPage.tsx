import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { useVirtualizer } from "@tanstack/react-virtual"
import {
    ArrowDown,
    ArrowUp,
    Check,
    CircleAlert,
    CircleSlash,
    Clock,
    History,
    LoaderCircle,
    type LucideIcon,
    Scale,
} from "lucide-react"
import { useEffect, useMemo, useRef, useState } from "react"
import type { ListedAttempt } from "@/api/api.gen"
import { call } from "@/api/client"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { useProjects, useServices } from "@/app/services"
import { useLanguage, useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Input, Select } from "@/ui/Field"
import { useHand, useHeld } from "@/ui/held"
import { NewPill } from "@/ui/NewPill"
import { Bones, Empty, Trouble } from "@/ui/states"
import { CompareDialog } from "./CompareDialog"
import { filtered, type Named, rowOf, type RunRow, sorted, type SortKey, type Sorting } from "./table"
import { text } from "./text"

const ROW = 36
const PAGE = 100
const STATUSES = ["active", "queued", "running", "succeeded", "failed", "stopped"] as const
type Status = (typeof STATUSES)[number]

export const LOOKS: Record<ListedAttempt["status"], { icon: LucideIcon; colour: string }> = {
    queued: { icon: Clock, colour: "text-2" },
    running: { icon: LoaderCircle, colour: "text-accent" },
    stopping: { icon: LoaderCircle, colour: "text-warn" },
    succeeded: { icon: Check, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad" },
    stopped: { icon: CircleSlash, colour: "text-2" },
}

/** All runs of all projects: filter, sort, compare. */
export default function AttemptsPage() {
    const say = useText(text)
    const [status, setStatus] = useState<Status | "">("")
    const [agent, setAgent] = useState("")
    const [wanted, setWanted] = useState("")
    const [sorting, setSorting] = useState<Sorting>({ key: "started", isDown: true })
    const [chosen, setChosen] = useState<readonly string[]>([])
    const [isComparing, setComparing] = useState(false)
    const query = useAttempts(status, agent)
    const attempts = useMemo(() => query.data?.pages.flatMap((page) => page.attempts) ?? [], [query.data])
    const rows = useRows(attempts)
    const shown = sorted(filtered(rows, wanted), sorting)
    const compared = rows.filter(({ attempt }) => chosen.includes(attempt.id))

    const choose = (id: string): void => {
        // A third one takes the place of the first.
        setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-2))
    }
    return (
        <div className="flex h-full flex-col">
            <header className="border-line flex flex-wrap items-center gap-2 border-b px-3 py-2">
                <h1 className="text-base font-semibold">{say("attempts")}</h1>
                <div className="ml-auto flex flex-wrap items-center gap-2 max-md:w-full">
                    <Input
                        type="search"
                        aria-label={say("filter")}
                        placeholder={say("filter")}
                        className="h-7! w-52! max-md:flex-1"
                        value={wanted}
                        onChange={({ target }) => setWanted(target.value)}
                    />
                    <Select
                        aria-label={say("status")}
                        className="h-7! w-32!"
                        value={status}
                        onChange={({ target }) => setStatus(target.value as Status | "")}
                    >
                        <option value="">{say("everyStatus")}</option>
                        {STATUSES.map((one) => (
                            <option key={one} value={one}>
                                {say(`status_${one}`)}
                            </option>
                        ))}
                    </Select>
                    <AgentSelect value={agent} onChange={setAgent} />
                    <Button disabled={compared.length !== 2} onClick={() => setComparing(true)}>
                        <Scale size={14} strokeWidth={1.5} aria-hidden />
                        {say("compareN", { n: compared.length })}
                    </Button>
                </div>
            </header>
            {query.error && attempts.length === 0 ? (
                <Trouble title={say("notLoaded")} {...tellOf(query.error)}>
                    <Button isSmall onClick={() => void query.refetch()}>
                        {say("again")}
                    </Button>
                </Trouble>
            ) : query.isPending ? (
                <div className="flex flex-col gap-2 p-3">
                    <Bones className="h-7" />
                    <Bones className="h-7" />
                    <Bones className="h-7" />
                </div>
            ) : shown.length === 0 && !query.hasNextPage ? (
                <Empty icon={History} title={say(attempts.length === 0 ? "none" : "noneMatch")}>
                    {say(attempts.length === 0 ? "noneHint" : "noneMatchHint")}
                </Empty>
            ) : (
                <Table
                    {...{ rows: shown, sorting, chosen }}
                    basis={[status, agent, wanted].join("\n")}
                    onSort={setSorting}
                    onChoose={choose}
                    onEnd={() => {
                        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
                    }}
                />
            )}
            {isComparing && compared.length === 2 && (
                <CompareDialog rows={compared} onClose={() => setComparing(false)} />
            )}
        </div>
    )
}

function AgentSelect({ value, onChange }: { value: string; onChange: (agent: string) => void }) {
    const say = useText(text)
    const agents = useQuery({
        queryKey: ["agents"],
        queryFn: async () => (await call("GET /agents")).agents,
    }).data
    return (
        <Select
            aria-label={say("agent")}
            className="h-7! w-36!"
            value={value}
            onChange={({ target }) => onChange(target.value)}
        >
            <option value="">{say("everyAgent")}</option>
            {agents?.map(({ key, label }) => (
                <option key={key} value={key}>
                    {label}
                </option>
            ))}
        </Select>
    )
}

function useAttempts(status: Status | "", agent: string) {
    const { feed } = useServices()
    const query = useInfiniteQuery({
        queryKey: ["attempts", status, agent],
        initialPageParam: undefined as string | undefined,
        queryFn: ({ pageParam }) =>
            call("GET /attempts", {
                query: {
                    limit: PAGE,
                    ...(status === "" ? {} : { status: [status] }),
                    ...(agent === "" ? {} : { agent: [agent] }),
                    ...(pageParam === undefined ? {} : { after: pageParam }),
                },
            }),
        getNextPageParam: ({ next }) => next ?? undefined,
    })
    const { refetch } = query
    // The dashboard's overview is told after changes anywhere: then the list may be another one, too.
    useEffect(() => feed.overview.subscribe(() => void refetch()), [feed, refetch])
    return query
}

/** The attempts with the names of their cards, one request a project. */
function useRows(attempts: readonly ListedAttempt[]): readonly RunRow[] {
    const now = useNow()
    const projects = useProjects()
    const boardIds = [...new Set(attempts.map(({ boardId }) => boardId))]
    const boards = useQueries({
        queries: boardIds.map((boardId) => ({
            queryKey: ["card-names", boardId],
            queryFn: async () =>
                (await call("GET /boards/{board_id}", { path: { board_id: boardId } })).state.cards,
        })),
    })
    const cards = new Map(boardIds.map((boardId, place) => [boardId, boards[place]?.data]))
    const { queries } = useServices()
    const unnamed = attempts
        .filter(({ boardId, cardId }) => cards.get(boardId)?.[cardId] === undefined && cards.get(boardId))
        .map(({ cardId }) => cardId)
        .join()
    // A card that was made since: its name is asked for once, and again only when there is another one.
    useEffect(() => {
        if (unnamed !== "") void queries.invalidateQueries({ queryKey: ["card-names"] })
    }, [queries, unnamed])
    return attempts.map((attempt) => {
        const card = cards.get(attempt.boardId)?.[attempt.cardId]
        const named: Named = {
            key: card?.ticketKey ?? null,
            title: card?.title ?? null,
            project: projects?.find(({ id }) => id === attempt.boardId)?.name ?? null,
        }
        return rowOf(attempt, named, now)
    })
}

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

function Table({ rows: all, basis, sorting, chosen, onSort, onChoose, onEnd }: TableProps) {
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
                    : moneyOf(usage.cost, usage.currency, language)}
            </span>
        </div>
    )
}

export function moneyOf(value: number, currency: string | null | undefined, language: string): string {
    return new Intl.NumberFormat(language, { style: "currency", currency: currency ?? "USD" }).format(value)
}
