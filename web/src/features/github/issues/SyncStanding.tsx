import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import {
    CircleAlert,
    CircleCheck,
    CircleDashed,
    Import,
    LoaderCircle,
    RefreshCw,
    type LucideIcon,
} from "lucide-react"
import { useEffect } from "react"
import type { IssueSyncStatus, ShownProjectSettings } from "@/api/api.gen"
import { call } from "@/api/client"
import { useLanguage, useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Bones } from "@/ui/states"
import { Refusal } from "../parts/Refusal"
import { importing } from "./asked"
import { numbers, Progress } from "./Progress"
import { useSync } from "./following"
import { text } from "./text"

type Status = IssueSyncStatus["status"]

const LOOKS: Record<Status, { icon: LucideIcon; colour: string }> = {
    idle: { icon: CircleDashed, colour: "text-2" },
    running: { icon: LoaderCircle, colour: "text-2" },
    succeeded: { icon: CircleCheck, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad" },
}

/** In a project's settings: how its issues are kept in step, live, and what can be done about it. */
export default function SyncStanding({ projectId }: { projectId: string }) {
    const say = useText(text)
    const queries = useQueryClient()
    const told = useSync(projectId)
    const path = { project_id: projectId }
    const key = ["github-sync", projectId]
    const { data, error, refetch } = useQuery({
        queryKey: key,
        queryFn: () => call("GET /projects/{project_id}/github/issues/sync", { path }),
        staleTime: 5_000,
    })
    const settings = useQuery({
        queryKey: ["project-settings", projectId],
        queryFn: async () => (await call("GET /projects/{project_id}/settings", { path })).settings,
    }).data
    const sync = useMutation({
        mutationFn: () => call("POST /projects/{project_id}/github/issues/sync", { path }),
        onSettled: () => queries.invalidateQueries({ queryKey: key }),
    })
    const [status, when] = [told?.status, settings?.updatedAt]
    // What the stream tells, and what is saved above, changes when it is next.
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: ["github-sync", projectId] })
    }, [queries, projectId, status, when])

    if (error && !data) {
        return (
            <div className="p-3">
                <Refusal title={say("notKnown")} error={error}>
                    <Button isSmall onClick={() => void refetch()}>
                        {say("again")}
                    </Button>
                </Refusal>
            </div>
        )
    }
    if (!data) return <Bones className="m-3 h-12" />
    return (
        <div className="flex flex-col gap-2.5 px-3 py-3">
            <Standing sync={data} told={told?.status ?? null} />
            {told?.status === "running" && <Progress sync={told} />}
            {sync.error && <Refusal title={say("notSynced")} error={sync.error} />}
            <div className="flex flex-wrap gap-2">
                <Button
                    isSmall
                    disabled={data.repository === null || sync.isPending || told?.status === "running"}
                    onClick={() => sync.mutate()}
                >
                    <RefreshCw size={14} strokeWidth={1.5} aria-hidden />
                    {say("syncNow")}
                </Button>
                <Button isSmall onClick={() => importing.set(projectId)}>
                    <Import size={14} strokeWidth={1.5} aria-hidden />
                    {say("import")}
                </Button>
            </div>
            {settings && <ClosedBySelf settings={settings} />}
        </div>
    )
}

function useWhen(): (time: string) => string {
    const language = useLanguage()
    return (time) => new Date(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" })
}

function Standing({ sync, told }: { sync: IssueSyncStatus; told: Status | null }) {
    const say = useText(text)
    const when = useWhen()
    if (sync.repository === null) return <p className="text-2">{say("noRepository")}</p>
    const status = told === "running" ? "running" : sync.status
    const { icon: Icon, colour } = LOOKS[status]
    const lines = [
        sync.lastSyncAt && say("lastAt", { when: when(sync.lastSyncAt) }),
        status === "failed" && sync.lastSuccessAt && say("succeededAt", { when: when(sync.lastSuccessAt) }),
        status === "succeeded" && say("counts", numbers(sync.counts)),
        sync.nextSyncAt
            ? say("nextAt", { when: when(sync.nextSyncAt) })
            : say(sync.enabled ? "nextSoon" : "notPlanned"),
    ].filter((line): line is string => Boolean(line))
    const { rateLimit } = sync
    return (
        <div className="flex flex-col gap-1">
            <p className="font-medium">{say("syncState", { repository: sync.repository })}</p>
            <p role="status" className={classes("flex items-center gap-1.5", colour)}>
                <Icon
                    size={14}
                    strokeWidth={1.5}
                    className={status === "running" ? "animate-soft" : undefined}
                    aria-hidden
                />
                {say(`status.${status}`)}
            </p>
            {status === "failed" && sync.error !== null && (
                <p className="text-bad text-xs break-words">
                    {sync.error}
                    {sync.errorCode !== null && <span className="mono"> · {sync.errorCode}</span>}
                </p>
            )}
            <p className="text-2 text-xs">{lines.join(" · ")}</p>
            {sync.waiting > 0 && (
                <p className="text-warn text-xs break-words">
                    {say("waiting", { n: sync.waiting })}
                    {sync.waitingError !== null && `: ${sync.waitingError}`}
                </p>
            )}
            {rateLimit && (
                <p
                    className={classes(
                        "text-xs",
                        rateLimit.remaining * 10 < rateLimit.limit ? "text-warn" : "text-3",
                    )}
                >
                    {say("limit", {
                        remaining: rateLimit.remaining,
                        limit: rateLimit.limit,
                        when: when(rateLimit.resetAt),
                    })}
                </p>
            )}
        </div>
    )
}

/** When pull requests and issues were last looked at for cards that are done. */
function ClosedBySelf({ settings }: { settings: ShownProjectSettings }) {
    const say = useText(text)
    const when = useWhen()
    const lines = [
        settings.lastGithubPrAutoCloseAt &&
            say("pullsLooked", {
                when: when(settings.lastGithubPrAutoCloseAt),
                how: say(`status.${settings.lastGithubPrAutoCloseStatus ?? "idle"}`),
            }),
        settings.lastGithubIssueAutoCloseAt &&
            say("issuesLooked", {
                when: when(settings.lastGithubIssueAutoCloseAt),
                how: say(`status.${settings.lastGithubIssueAutoCloseStatus ?? "idle"}`),
            }),
    ].filter(Boolean)
    if (lines.length === 0) return null
    return (
        <ul className="text-3 text-xs">
            {lines.map((line) => (
                <li key={line}>{line}</li>
            ))}
        </ul>
    )
}
