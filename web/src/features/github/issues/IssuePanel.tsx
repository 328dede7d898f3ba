import { useQuery, useQueryClient } from "@tanstack/react-query"
import { CircleCheckBig, CircleDot, Plus, UserRound } from "lucide-react"
import { lazy, Suspense, useEffect, useState } from "react"
import type { Card, IssueDetails } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { Labels } from "@/app/marks/IssueMark"
import { useLanguage, useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Mark } from "@/ui/Mark"
import { Bones } from "@/ui/states"
import { Refusal } from "../parts/Refusal"
import { exportIssue } from "./acts"
import { Conflicts } from "./Conflicts"
import { text } from "./text"

const Markdown = lazy(() => import("@/ui/Markdown"))

interface Props {
    projectId: string
    card: Card
}

/** The issue that a card stands for; where there is none, the way to make one. */
export function IssuePanel({ projectId, card }: Props) {
    const say = useText(text)
    const queries = useQueryClient()
    const key = ["issue", card.id]
    const path = { board_id: projectId, card_id: card.id }
    const { data, error, refetch } = useQuery({
        queryKey: key,
        queryFn: () => call("GET /boards/{board_id}/cards/{card_id}/github/issue", { path }),
        retry: false,
    })
    // What the board tells of the issue or the texts has changed: so has this.
    const told = JSON.stringify([card.githubIssue, card.title, card.description])
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: ["issue", card.id] })
    }, [queries, card.id, told])
    const isNone = error instanceof ApiProblem && error.status === 404
    if (isNone) return <None {...{ projectId, card }} onMade={() => void refetch()} />
    if (error && !data) {
        return (
            <Refusal title={say("notLoaded")} error={error}>
                <Button isSmall onClick={() => void refetch()}>
                    {say("again")}
                </Button>
            </Refusal>
        )
    }
    if (!data) return <Bones className="h-16" />
    const isRefused = card.githubIssue?.refused === true
    return (
        <div className="flex flex-col gap-3">
            <Facts issue={data} />
            {data.error !== null && (
                <p role="status" className="text-warn break-words">
                    {say(data.number === null ? "stillToMake" : isRefused ? "refused" : "stillToTell")}{" "}
                    {data.error}
                </p>
            )}
            {data.waiting && data.error === null && <p className="text-2">{say("stillToTell")}</p>}
            <Conflicts
                {...{ projectId, cardId: card.id }}
                conflicts={data.conflicts}
                onResolved={(issue) => queries.setQueryData(key, issue)}
            />
            {data.number !== null && <Comments {...{ projectId, cardId: card.id }} n={data.comments} />}
        </div>
    )
}

function None({ projectId, card, onMade }: Props & { onMade: () => void }) {
    const say = useText(text)
    const [isBusy, setBusy] = useState(false)
    const make = async (): Promise<void> => {
        setBusy(true)
        await exportIssue(projectId, card.id)
        setBusy(false)
        onMade()
    }
    return (
        <div className="flex flex-col items-start gap-2">
            <p className="text-2">{say("exportHint")}</p>
            <Button isSmall disabled={isBusy} onClick={() => void make()}>
                <Plus size={14} strokeWidth={1.5} aria-hidden />
                {say("exportIt")}
            </Button>
        </div>
    )
}

function Facts({ issue }: { issue: IssueDetails }) {
    const say = useText(text)
    const language = useLanguage()
    const { number, url, repository, state, direction, labels, assignees, updatedAt } = issue
    const isClosed = state === "closed"
    return (
        <div className="flex flex-col gap-1.5">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                {number !== null && (
                    <Mark
                        icon={isClosed ? CircleCheckBig : CircleDot}
                        colour={isClosed ? "text-spark" : "text-ok"}
                        word={say(isClosed ? "closed" : "open")}
                    />
                )}
                {url !== null && number !== null ? (
                    <a
                        href={url}
                        target="_blank"
                        rel="noreferrer"
                        className="mono text-accent break-all hover:underline"
                    >
                        {repository}#{number}
                    </a>
                ) : (
                    <span className="mono break-all">{repository}</span>
                )}
                <span className="text-3 text-xs">{say(direction)}</span>
            </div>
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs empty:hidden">
                {labels.length > 0 && <Labels labels={labels} />}
                {assignees.length > 0 && (
                    <Mark
                        icon={UserRound}
                        colour="text-2"
                        word={
                            <>
                                <span className="sr-only">{say("assigned")}: </span>
                                {assignees.join(", ")}
                            </>
                        }
                    />
                )}
                {updatedAt !== null && updatedAt !== "" && (
                    <span className="text-3">
                        {say("updated", { when: new Date(updatedAt).toLocaleString(language, WHEN) })}
                    </span>
                )}
            </div>
        </div>
    )
}

const WHEN = { dateStyle: "medium", timeStyle: "short" } as const

/** What was said to the issue; asked for when somebody wants to see it. */
function Comments({ projectId, cardId, n }: { projectId: string; cardId: string; n: number }) {
    const say = useText(text)
    const language = useLanguage()
    const [isWanted, setWanted] = useState(false)
    const { data, error, isFetching, refetch } = useQuery({
        queryKey: ["issue-comments", cardId, n],
        queryFn: async () =>
            (
                await call("GET /boards/{board_id}/cards/{card_id}/github/issue/comments", {
                    path: { board_id: projectId, card_id: cardId },
                })
            ).comments,
        enabled: isWanted,
        retry: false,
        placeholderData: (before) => before,
    })
    if (!isWanted) {
        return (
            <Button isSmall className="self-start" onClick={() => setWanted(true)}>
                {say("showComments", { n })}
            </Button>
        )
    }
    return (
        <section aria-label={say("comments")} className="flex flex-col gap-3">
            {error && (
                <Refusal title={say("notLoadedComments")} error={error}>
                    <Button isSmall onClick={() => void refetch()}>
                        {say("again")}
                    </Button>
                </Refusal>
            )}
            {!data && isFetching && <Bones className="h-16" />}
            {data?.length === 0 && <p className="text-2">{say("noComments")}</p>}
            {data?.map(({ id, author, body, url, createdAt }) => (
                <article key={id} className="border-line border-l-2 pl-3">
                    <p className="text-2 text-xs">
                        <span className="text-1 font-medium">{author ?? say("somebody")}</span>
                        {" · "}
                        <a href={url} target="_blank" rel="noreferrer" className="hover:underline">
                            {new Date(createdAt).toLocaleString(language, WHEN)}
                        </a>
                    </p>
                    <Suspense fallback={<Bones className="mt-1 h-8" />}>
                        <Markdown text={body} className="mt-1 max-w-[70ch]" />
                    </Suspense>
                </article>
            ))}
        </section>
    )
}
