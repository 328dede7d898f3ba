import { useQuery, useQueryClient } from "@tanstack/react-query"
import { GitPullRequest, MessageSquareReply, RefreshCw } from "lucide-react"
import { lazy, Suspense, useEffect, useState } from "react"
import type { Card, PullRequestDetail } from "@/api/api.gen"
import { call } from "@/api/client"
import { PULL_LOOKS } from "@/app/marks/PullRequestMark"
import { text as marksText } from "@/app/marks/text"
import { useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Mark } from "@/ui/Mark"
import { Bones } from "@/ui/states"
import { Refusal } from "../parts/Refusal"
import { making } from "./asked"
import { Checks } from "./Checks"
import { isOver, numberOf } from "./number"
import { Reviews } from "./Reviews"
import { TellDialog } from "./TellDialog"
import { text } from "./text"

const Markdown = lazy(() => import("@/ui/Markdown"))

interface Props {
    projectId: string
    card: Card
    attemptId: string | null
}

/** A card's pull request, its checks and what reviewers say; where there is none, the way to one. */
export function PullPanel({ projectId, card, attemptId }: Props) {
    const say = useText(text)
    const number = numberOf(card)
    const make = (
        <Button
            isSmall
            className="self-start"
            onClick={() => making.set({ projectId, cardId: card.id, attemptId })}
        >
            <GitPullRequest size={14} strokeWidth={1.5} aria-hidden />
            {say(attemptId === null ? "makeOfBranch" : "make")}
        </Button>
    )
    if (number === null) {
        return (
            <div className="flex flex-col items-start gap-2">
                <p className="text-2">{say(attemptId === null ? "noneNoAttempt" : "none")}</p>
                {make}
            </div>
        )
    }
    return (
        <div className="flex flex-col gap-4">
            <Known {...{ projectId, card, attemptId, number }} />
            {isOver(card) && make}
        </div>
    )
}

function Known({ projectId, card, attemptId, number }: Props & { number: number }) {
    const say = useText(text)
    const queries = useQueryClient()
    const [isTelling, setTelling] = useState(false)
    const { data, error, isFetching, refetch } = useQuery({
        queryKey: ["pull", projectId, number],
        queryFn: () =>
            call("GET /projects/{project_id}/pull-requests/{number}", {
                path: { project_id: projectId, number: String(number) },
            }),
        retry: false,
    })
    // What the card shows of it has changed: so has this.
    const told = JSON.stringify(card.pullRequest)
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: ["pull", projectId, number] })
    }, [queries, projectId, number, told])
    if (error && !data) {
        return (
            <Refusal title={say("notLoaded")} error={error}>
                <Button isSmall onClick={() => void refetch()}>
                    {say("again")}
                </Button>
            </Refusal>
        )
    }
    if (!data) return <Bones className="h-24" />
    const { pr, checks, reviews, comments } = data
    const isSaid = comments.length > 0 || reviews.some(({ body }) => body.trim() !== "")
    return (
        <>
            <div className="flex items-start gap-2">
                <div className="min-w-0 flex-1">
                    <Head pr={pr} />
                </div>
                <IconButton label={say("refresh")} disabled={isFetching} onClick={() => void refetch()}>
                    <RefreshCw
                        size={14}
                        strokeWidth={1.5}
                        className={isFetching ? "animate-soft" : undefined}
                    />
                </IconButton>
            </div>
            {pr.body?.trim() && (
                <details>
                    <summary className="text-2 cursor-pointer text-xs">{say("body_")}</summary>
                    <Suspense fallback={<Bones className="mt-2 h-16" />}>
                        <Markdown text={pr.body} className="mt-2 max-w-[70ch]" />
                    </Suspense>
                </details>
            )}
            <Checks checks={checks} />
            <Reviews reviews={reviews} comments={comments} />
            {isSaid && pr.state === "open" && (
                <Button isSmall className="self-start" onClick={() => setTelling(true)}>
                    <MessageSquareReply size={14} strokeWidth={1.5} aria-hidden />
                    {say("tell")}
                </Button>
            )}
            {isTelling && (
                <TellDialog
                    {...{ projectId, number }}
                    attemptId={data.attemptId ?? attemptId}
                    onClose={() => setTelling(false)}
                />
            )}
        </>
    )
}

const MERGE_WORDS = {
    clean: "merge.clean",
    has_hooks: "merge.clean",
    dirty: "merge.dirty",
    blocked: "merge.blocked",
    behind: "merge.behind",
    unstable: "merge.unstable",
    unknown: "merge.unknown",
} as const

function Head({ pr }: { pr: PullRequestDetail }) {
    const say = useText(text)
    const word = useText(marksText)
    const state = pr.merged ? "merged" : pr.state === "closed" ? "closed" : pr.draft ? "draft" : "open"
    const { icon, colour } = PULL_LOOKS[state]
    const merge = pr.state === "open" ? MERGE_WORDS[pr.mergeableState as keyof typeof MERGE_WORDS] : undefined
    return (
        <div className="flex flex-col gap-1">
            <a
                href={pr.url}
                target="_blank"
                rel="noreferrer"
                className="font-semibold break-words hover:underline"
            >
                {pr.title} <span className="text-3 mono font-normal">#{pr.number}</span>
            </a>
            <p className="text-2 mono text-xs break-all">
                {say("into", { head: pr.headLabel ?? pr.headRef, base: pr.baseRef })}
            </p>
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
                <Mark icon={icon} colour={classes(colour, "font-medium")} word={word(`pull.${state}`)} />
                {pr.author !== null && <span className="text-2">{say("by", { author: pr.author })}</span>}
                <span className="text-2">
                    {say("size", { n: pr.commits })} · {say("files", { n: pr.changedFiles })}
                </span>
                <span className="mono">
                    <span className="text-ok">+{pr.additions}</span>{" "}
                    <span className="text-bad">−{pr.deletions}</span>
                </span>
                {merge !== undefined && (
                    <span className={merge === "merge.dirty" ? "text-bad" : "text-2"}>{say(merge)}</span>
                )}
            </div>
        </div>
    )
}
