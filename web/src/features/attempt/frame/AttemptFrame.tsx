import { GitBranch, Hand, Play, RotateCcw, Square } from "lucide-react"
import type { ReactNode } from "react"
import type { Attempt, Card, Usage } from "@/api/api.gen"
import { useAgentName } from "@/app/agents"
import type { TabProps } from "@/app/feature"
import { tellOf } from "@/app/notices"
import { useAttemptStore, useBoardStore } from "@/app/services"
import { useLanguage, useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import type { AttemptStore } from "@/sync/attemptStore"
import { type AttemptStatus, isActive } from "@/sync/fold"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Bones, Empty, Trouble } from "@/ui/states"
import { useAttempt, useStatus, useUsage } from "../attempt"
import { askToStart, resume, stop } from "../start/acts"
import { text } from "../text"
import { duration, price, short } from "../words"
import { STATUS_LOOKS, type StatusLook } from "./status"

/** An agent that waits for a person looks the same on its card, in the side bar and here. */
const WAITS: StatusLook = { icon: Hand, colour: "text-accent" }

export interface Shown {
    projectId: string
    card: Card
    store: AttemptStore
    attempt: Attempt
    status: AttemptStatus
}

/** What every tab about an attempt begins with: how it stands with it. Below it the tab's own content. */
export function AttemptFrame({
    about,
    children,
}: {
    about: TabProps
    children: (shown: Shown) => ReactNode
}) {
    const say = useText(text)
    const { projectId, card, attemptId } = about
    if (attemptId === null)
        return (
            <Empty
                icon={Play}
                title={say("noAttempt")}
                action={
                    <Button look="primary" onClick={() => askToStart({ projectId, card })}>
                        <Play size={14} strokeWidth={1.5} aria-hidden />
                        {say("start")}
                    </Button>
                }
            >
                {say("noAttemptHint")}
            </Empty>
        )
    return <Of {...{ projectId, card, attemptId }}>{children}</Of>
}

interface OfProps {
    projectId: string
    card: Card
    attemptId: string
    children: (shown: Shown) => ReactNode
}

function Of({ projectId, card, attemptId, children }: OfProps) {
    const say = useText(text)
    useBoardStore(projectId)
    const store = useAttemptStore(projectId, attemptId)
    const { attempt, error } = useAttempt(store)
    const status = useStatus(projectId, store, attempt)
    if (!attempt && error) return <Trouble title={say("noSuchAttempt")} {...tellOf(error)} />
    if (!attempt || status === null)
        return (
            <div className="p-4" aria-label={say("loading")}>
                <Bones className="h-5 w-1/2" />
            </div>
        )
    const shown: Shown = { projectId, card, store, attempt, status }
    return (
        <div className="flex h-full min-h-0 flex-col">
            <Bar {...shown} />
            {children(shown)}
        </div>
    )
}

function Bar({ projectId, card, store, attempt, status }: Shown) {
    const say = useText(text)
    const agent = useAgentName(attempt.agent)
    const usage = useUsage(store, attempt)
    const isUnderWay = isActive(status)
    const waits = isUnderWay && (attempt.waiting ?? 0) > 0
    const { icon: Icon, colour, isSoft } = waits ? WAITS : STATUS_LOOKS[status]
    return (
        <div className="border-line relative shrink-0 border-b">
            {status === "running" && (
                <div aria-hidden className="running-line absolute inset-x-0 -top-px h-0.5" />
            )}
            <div className="flex min-h-10 items-center gap-x-3 gap-y-1 px-4 py-1.5 max-sm:flex-wrap">
                <span
                    role="status"
                    className={classes("flex shrink-0 items-center gap-1.5 font-medium", colour)}
                >
                    <Icon
                        size={14}
                        strokeWidth={1.5}
                        aria-hidden
                        className={isSoft ? "animate-soft" : undefined}
                    />
                    {waits ? say("waitsForYou") : say(`status.${status}`)}
                </span>
                <span className="text-2 min-w-0 truncate">{agent}</span>
                <Time attempt={attempt} isUnderWay={isUnderWay} />
                <span
                    className="text-3 mono flex min-w-0 flex-1 items-center gap-1"
                    title={`${say("branch")}: ${attempt.branchName}`}
                >
                    <GitBranch size={13} strokeWidth={1.5} className="shrink-0" aria-hidden />
                    <span className="truncate">{attempt.branchName}</span>
                </span>
                <span className="ml-auto flex shrink-0 items-center gap-2">
                    {usage && <Used usage={usage} />}
                    {isUnderWay && (
                        <Button
                            isSmall
                            look="ghost"
                            disabled={status === "stopping"}
                            title={say("stopHint")}
                            onClick={() => void stop(attempt.id)}
                        >
                            <Square size={12} strokeWidth={2} aria-hidden />
                            {say("stop")}
                        </Button>
                    )}
                    {!isUnderWay && status !== "failed" && (
                        <Button
                            isSmall
                            look="ghost"
                            onClick={() => askToStart({ projectId, card, like: attempt })}
                        >
                            <RotateCcw size={12} strokeWidth={2} aria-hidden />
                            {say("retry")}
                        </Button>
                    )}
                </span>
            </div>
            {status === "failed" && (
                <div
                    role="alert"
                    className="bg-bad-tint flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2"
                >
                    <p className="min-w-0 flex-1 basis-60 break-words">
                        {attempt.failure ?? say("failedPlain")}
                    </p>
                    <Button isSmall title={say("resumeHint")} onClick={() => void resume(attempt.id)}>
                        <Play size={12} strokeWidth={2} aria-hidden />
                        {say("resume")}
                    </Button>
                    <Button
                        isSmall
                        title={say("retryHint")}
                        onClick={() => askToStart({ projectId, card, like: attempt })}
                    >
                        <RotateCcw size={12} strokeWidth={2} aria-hidden />
                        {say("retry")}
                    </Button>
                </div>
            )}
        </div>
    )
}

function Time({ attempt, isUnderWay }: { attempt: Attempt; isUnderWay: boolean }) {
    const { startedAt, endedAt, createdAt } = attempt
    if (isUnderWay) return <Running since={startedAt ?? createdAt} />
    if (startedAt === null || endedAt === null) return null
    return <span className="mono text-3">{duration(Date.parse(endedAt) - Date.parse(startedAt))}</span>
}

function Running({ since }: { since: string }) {
    return <span className="mono text-3">{elapsed(useNow() - Date.parse(since))}</span>
}

/** Tokens and cost, in full when the pointer rests on them. */
function Used({ usage }: { usage: Usage }) {
    const say = useText(text)
    const language = useLanguage()
    const { inputTokens, outputTokens, cachedTokens, totalTokens, contextUsed, contextSize, workMs, turns } =
        usage
    const tokens = totalTokens ?? (inputTokens ?? 0) + (outputTokens ?? 0)
    const money = price(usage, language)
    const facts = [
        ...(inputTokens ? [say("tokensIn", { n: inputTokens })] : []),
        ...(cachedTokens ? [say("tokensCached", { n: cachedTokens })] : []),
        ...(outputTokens ? [say("tokensOut", { n: outputTokens })] : []),
        ...(contextUsed && contextSize ? [say("context", { used: contextUsed, size: contextSize })] : []),
        ...(workMs ? [say("worked", { time: duration(workMs) })] : []),
        ...(turns ? [say("turns", { n: turns })] : []),
    ]
    if (tokens === 0 && money === null) return null
    return (
        <span className="text-3 text-xs whitespace-nowrap" title={facts.join("\n")}>
            {[
                ...(tokens > 0 ? [say("tokens", { n: tokens, short: short(tokens, language) })] : []),
                ...(money ? [money] : []),
            ].join(" · ")}
        </span>
    )
}
