import { useQuery, useQueryClient } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { GitPullRequest, Plus, RefreshCw } from "lucide-react"
import { useEffect, useState } from "react"
import type { Card, PullRequest } from "@/api/api.gen"
import { call } from "@/api/client"
import { CHECK_LOOKS, PULL_LOOKS } from "@/app/marks/PullRequestMark"
import { text as marksText } from "@/app/marks/text"
import { useParam } from "@/app/navigation"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { useBoard, useBoardStore } from "@/app/services"
import { useLanguage, useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Mark } from "@/ui/Mark"
import { Page } from "@/ui/Page"
import { Bones, Empty, Trouble } from "@/ui/states"
import { ConnectFirst } from "../parts/ConnectFirst"
import { making } from "./asked"
import { byPull, digestOf, type ListedState, stateOf, STATES } from "./list"
import { text } from "./text"

/** As many as the server lists. */
const MOST = 50

/** The pull requests of a project's repository, whoever made them, and the way to a new one from any branch. */
export default function PullsPage() {
    const say = useText(text)
    const projectId = useParam("project")
    const make = (
        <Button look="primary" onClick={() => making.set({ projectId, cardId: null, attemptId: null })}>
            <Plus size={14} strokeWidth={1.5} aria-hidden />
            {say("newPull")}
        </Button>
    )
    return (
        <Page title={say("pulls")} actions={make}>
            <ConnectFirst>
                <List projectId={projectId} />
            </ConnectFirst>
        </Page>
    )
}

function List({ projectId }: { projectId: string }) {
    const say = useText(text)
    const queries = useQueryClient()
    const [state, setState] = useState<ListedState>("open")
    const cards = useBoard(useBoardStore(projectId), (board) => board.state.cards)
    const known = byPull(Object.values(cards))
    const { data, error, isFetching, refetch } = useQuery({
        queryKey: ["pulls", projectId, state],
        queryFn: async () =>
            (
                await call("GET /projects/{project_id}/pull-requests", {
                    path: { project_id: projectId },
                    query: { state },
                })
            ).pullRequests,
        retry: false,
    })
    // What cards show of their pull requests has changed: so has the list.
    const told = digestOf(Object.values(cards))
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: ["pulls", projectId] })
    }, [queries, projectId, told])
    return (
        <section aria-label={say("pulls")} className="flex flex-col gap-2">
            <div className="flex items-center gap-0.5">
                {STATES.map((one) => (
                    <button
                        key={one}
                        type="button"
                        aria-pressed={state === one}
                        onClick={() => setState(one)}
                        className={classes(
                            "h-7 rounded px-2.5 pointer-coarse:h-9",
                            state === one ? "bg-hover text-1 font-medium" : "text-2 hover:text-1",
                        )}
                    >
                        {say(`list.${one}`)}
                    </button>
                ))}
                <IconButton
                    label={say("refresh")}
                    className="ml-auto"
                    disabled={isFetching}
                    onClick={() => void refetch()}
                >
                    <RefreshCw
                        size={14}
                        strokeWidth={1.5}
                        className={isFetching ? "animate-soft" : undefined}
                    />
                </IconButton>
            </div>
            {error && !data ? (
                <Trouble title={say("listNotLoaded")} {...tellOf(error)}>
                    <Button isSmall onClick={() => void refetch()}>
                        {say("again")}
                    </Button>
                </Trouble>
            ) : !data ? (
                <div className="flex flex-col gap-2">
                    <Bones className="h-12" />
                    <Bones className="h-12" />
                </div>
            ) : data.length === 0 ? (
                <Empty icon={GitPullRequest} title={say(`noPulls.${state}`)}>
                    {say("noPullsHint")}
                </Empty>
            ) : (
                <ul className="border-line bg-surface divide-line divide-y rounded-md border">
                    {data.map((pull) => (
                        <Row key={pull.number} {...{ projectId, pull }} card={known.get(pull.url)} />
                    ))}
                </ul>
            )}
            {data && data.length >= MOST && <p className="text-3 text-xs">{say("mostShown", { n: MOST })}</p>}
        </section>
    )
}

interface RowProps {
    projectId: string
    pull: PullRequest
    card: Card | undefined
}

function Row({ projectId, pull, card }: RowProps) {
    const say = useText(text)
    const word = useText(marksText)
    const language = useLanguage()
    const state = stateOf(pull)
    const { icon: Icon, colour } = PULL_LOOKS[state]
    const checks = card?.pullRequest?.checks
    const when = new Date(pull.updatedAt).toLocaleString(language, {
        dateStyle: "medium",
        timeStyle: "short",
    })
    return (
        <li className="flex items-start gap-2.5 px-3 py-2.5">
            <Icon size={16} strokeWidth={1.5} className={classes("mt-0.5 shrink-0", colour)} aria-hidden />
            <div className="flex min-w-0 flex-1 flex-col gap-0.5">
                <a
                    href={pull.url}
                    target="_blank"
                    rel="noreferrer"
                    className="font-medium break-words hover:underline"
                >
                    {pull.title} <span className="text-3 mono font-normal">#{pull.number}</span>
                </a>
                <div className="text-2 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs">
                    <span className={classes(colour, "font-medium")}>{word(`pull.${state}`)}</span>
                    <span className="mono break-all">
                        {say("into", { head: pull.headLabel ?? pull.headRef, base: pull.baseRef })}
                    </span>
                    {checks && <Mark {...CHECK_LOOKS[checks]} word={word(`checks.${checks}`)} />}
                    <span>{say("changed", { when })}</span>
                </div>
            </div>
            {card && (
                <Link
                    to={`${paths.card(projectId, card.ticketKey ?? card.id)}?tab=github`}
                    title={card.title}
                    className="mono text-accent shrink-0 py-0.5 hover:underline"
                >
                    {card.ticketKey ?? say("card")}
                </Link>
            )}
        </li>
    )
}
