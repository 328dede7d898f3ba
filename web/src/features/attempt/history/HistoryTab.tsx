import { useInfiniteQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Play } from "lucide-react"
import { useEffect, useState } from "react"
import type { ListedAttempt } from "@/api/api.gen"
import { call } from "@/api/client"
import { useAgentName } from "@/app/agents"
import type { TabProps } from "@/app/feature"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { useBoard, useBoardStore, useServices } from "@/app/services"
import { useLanguage, useText } from "@/app/text"
import { isActive } from "@/sync/fold"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Bones, Trouble } from "@/ui/states"
import { STATUS_LOOKS } from "../frame/status"
import { askToStart } from "../start/acts"
import { text as attemptText } from "../text"
import { duration, price } from "../words"
import { Comparison } from "./Comparison"
import { text } from "./text"

/** All attempts of a card, the newest first; two of them side by side. */
export default function HistoryTab({ projectId, card, attemptId }: TabProps) {
    const say = useText(text)
    const { queries } = useServices()
    const board = useBoardStore(projectId)
    const briefs = useBoard(board, ({ attempts }) => attempts[card.id])
    const [chosen, setChosen] = useState<readonly string[]>([])
    const key = ["attempts", card.id]
    const { data, error, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
        queryKey: key,
        queryFn: ({ pageParam }) =>
            call("GET /projects/{project_id}/cards/{card_id}/attempts", {
                path: { project_id: projectId, card_id: card.id },
                query: pageParam === "" ? {} : { after: pageParam },
            }),
        initialPageParam: "",
        getNextPageParam: ({ next }) => next,
    })
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: ["attempts", card.id] })
    }, [queries, card.id, briefs])
    if (error) return <Trouble title={say("notLoaded")} {...tellOf(error)} />
    if (!data) return <Bones className="m-4 h-24" />
    const all = data.pages.flatMap(({ attempts }) => attempts)
    const choose = (id: string): void =>
        setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen.slice(-1), id])
    const [one, other] = chosen.map((id) => all.find((attempt) => attempt.id === id))
    return (
        <div className="flex flex-col gap-3 p-4">
            <div className="flex items-center gap-2">
                <p className="text-3 flex-1 text-xs">{all.length > 1 && say("compareHint")}</p>
                <Button isSmall onClick={() => askToStart({ projectId, card })}>
                    <Play size={12} strokeWidth={2} aria-hidden />
                    {say("startAnother")}
                </Button>
            </div>
            <ul className="border-line divide-line divide-y rounded-md border">
                {all.map((attempt) => (
                    <Row
                        key={attempt.id}
                        attempt={attempt}
                        to={paths.card(projectId, card.ticketKey ?? card.id)}
                        isShown={attempt.id === attemptId}
                        isChosen={chosen.includes(attempt.id)}
                        canCompare={all.length > 1}
                        onChoose={() => choose(attempt.id)}
                    />
                ))}
            </ul>
            {hasNextPage && (
                <Button
                    isSmall
                    look="ghost"
                    disabled={isFetching}
                    className="self-center"
                    onClick={() => void fetchNextPage()}
                >
                    {say("older")}
                </Button>
            )}
            {one && other && <Comparison one={one} other={other} />}
        </div>
    )
}

interface RowProps {
    attempt: ListedAttempt
    to: string
    isShown: boolean
    isChosen: boolean
    canCompare: boolean
    onChoose: () => void
}

function Row({ attempt, to, isShown, isChosen, canCompare, onChoose }: RowProps) {
    const say = useText(text)
    const sayStatus = useText(attemptText)
    const language = useLanguage()
    const agent = useAgentName(attempt.agent)
    const { icon: Icon, colour, isSoft } = STATUS_LOOKS[attempt.status]
    const time = new Date(attempt.createdAt).toLocaleString(language, {
        dateStyle: "short",
        timeStyle: "short",
    })
    const money = attempt.usage ? price(attempt.usage, language) : null
    return (
        <li className={classes("flex min-h-11 items-center gap-3 px-3 py-1.5", isShown && "bg-accent-tint")}>
            {canCompare && (
                <input
                    type="checkbox"
                    checked={isChosen}
                    onChange={onChoose}
                    aria-label={say("choose", { time })}
                    className="accent-accent"
                />
            )}
            <div className="min-w-0 flex-1">
                <p className="flex items-center gap-2">
                    <span className={classes("flex shrink-0 items-center gap-1.5 font-medium", colour)}>
                        <Icon
                            size={14}
                            strokeWidth={1.5}
                            aria-hidden
                            className={isSoft ? "animate-soft" : undefined}
                        />
                        {sayStatus(`status.${attempt.status}`)}
                    </span>
                    <span className="text-2 shrink-0">{agent}</span>
                    <span className="text-3 mono truncate">{attempt.branchName}</span>
                </p>
                <p className="text-3 truncate text-xs">
                    {[
                        time,
                        ...(isActive(attempt.status) ? [] : timeOf(attempt)),
                        ...(money ? [money] : []),
                        ...(attempt.failure ? [attempt.failure] : []),
                    ].join(" · ")}
                </p>
            </div>
            {isShown ? (
                <span className="text-3 text-xs">{say("shown")}</span>
            ) : (
                <Link
                    to={to}
                    search={{ attempt: attempt.id, tab: "chat" }}
                    className="border-line-strong bg-surface hover:bg-hover inline-flex h-6 items-center rounded border px-2 text-xs"
                >
                    {say("open")}
                </Link>
            )}
        </li>
    )
}

export function timeOf({ startedAt, endedAt }: ListedAttempt): string[] {
    if (startedAt === null || endedAt === null) return []
    return [duration(Date.parse(endedAt) - Date.parse(startedAt))]
}
