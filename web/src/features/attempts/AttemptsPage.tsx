import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query"
import { History, Scale } from "lucide-react"
import { useEffect, useMemo, useState } from "react"
import type { ListedAttempt } from "@/api/api.gen"
import { call } from "@/api/client"
import { tellOf } from "@/app/notices"
import { useProjects, useServices } from "@/app/services"
import { useText } from "@/app/text"
import { useNow } from "@/app/time"
import { Button } from "@/ui/Button"
import { Input, Select } from "@/ui/Field"
import { Bones, Empty, Trouble } from "@/ui/states"
import { CompareDialog } from "./CompareDialog"
import { filtered, type Named, rowOf, type RunRow, sorted, type Sorting } from "./table"
import { RunTable } from "./RunTable"
import { text } from "./text"

const PAGE = 100
const STATUSES = ["active", "queued", "running", "succeeded", "failed", "stopped"] as const
type Status = (typeof STATUSES)[number]

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
                <RunTable
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
