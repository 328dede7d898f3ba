import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Compass, X } from "lucide-react"
import { useEffect, useState } from "react"
import { call, newKey } from "@/api/client"
import { useGo, usePath } from "@/app/navigation"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { useBoard, useBoardStore, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { guide, guided } from "./demo"
import { PLACE, type Step, STEPS, stepOf } from "./steps"
import { text } from "./text"

/** The line at the foot of the demo board that names the next step. */
export default function Guide() {
    const projectId = useSignal(guided)
    const here = usePath()
    if (
        projectId === null ||
        !(here === paths.board(projectId) || here.startsWith(`${paths.board(projectId)}/c/`))
    ) {
        return null
    }
    return <GuideLine projectId={projectId} />
}

/** Attempts that were merged while this page was looked at; the board itself does not say it. */
const merged = new Set<string>()
/** How the line of the log begins that a merge leaves. */
const MERGED = "[git] merged "

function GuideLine({ projectId }: { projectId: string }) {
    const say = useText(text)
    const store = useBoardStore(projectId)
    const queries = useQueryClient()
    const [, setMerged] = useState(0)
    const openKey = /\/c\/([^/?]+)/.exec(usePath())?.[1] ?? null
    const board = useBoard(store, (shown) => shown)
    useEffect(
        () =>
            store.listen((item) => {
                if (item.event === "attempt_permission" || item.event === "snapshot") {
                    void queries.invalidateQueries({ queryKey: ["guide"] })
                }
                if (item.event !== "attempt_log" || !item.body.message.startsWith(MERGED)) return
                merged.add(item.body.attemptId)
                setMerged(merged.size)
            }),
        [store, queries],
    )
    const pending = useQuery({
        queryKey: ["guide", "pending", projectId],
        queryFn: async () => (await call("GET /permissions", { query: { boardId: projectId } })).permissions,
        staleTime: 0,
    }).data
    const waiting = new Set(pending?.map(({ attemptId }) => attemptId))
    const next = (known: ReadonlySet<string>) =>
        stepOf(board, openKey === null ? null : decodeURIComponent(openKey), waiting, known)
    const told = next(merged)
    const unsure = told?.kind === "merge" ? told.attemptId : null
    const was = useQuery({
        queryKey: ["guide", "merged", unsure],
        queryFn: () => wasMerged(unsure ?? ""),
        enabled: unsure !== null,
    })
    if (unsure !== null && was.isPending) return null
    const step = unsure !== null && was.data ? next(new Set([...merged, unsure])) : told
    if (!step) return null
    return (
        <aside
            aria-label={say("guide")}
            className="animate-float bg-raised shadow-float fixed bottom-3 left-1/2 z-30 flex max-w-[calc(100vw-24px)] -translate-x-1/2 flex-wrap items-center gap-x-3 gap-y-1.5 rounded-lg py-1.5 pr-1.5 pl-3"
        >
            <Compass size={16} strokeWidth={1.5} className="text-accent shrink-0" aria-hidden />
            <span className="mono text-3 shrink-0">
                {PLACE[step.kind]}/{STEPS}
            </span>
            <p role="status" className="min-w-0 flex-1">
                {say(`step_${step.kind}`, { key: step.cardKey })}
            </p>
            <Act key={step.kind} step={step} projectId={projectId} onMerged={() => setMerged(merged.size)} />
            <IconButton label={say("dismiss")} onClick={() => guide(null)}>
                <X size={16} strokeWidth={1.5} />
            </IconButton>
        </aside>
    )
}

/** Whether an attempt was merged before this page was opened: its log says so. */
async function wasMerged(attemptId: string): Promise<boolean> {
    const { logs } = await call("GET /attempts/{attempt_id}/logs", { path: { attempt_id: attemptId } })
    return logs.some(({ message }) => message.startsWith(MERGED))
}

interface ActProps {
    step: Step
    projectId: string
    onMerged: () => void
}

/** The button that does the step, for who does not want to look for it. */
function Act({ step, projectId, onMerged }: ActProps) {
    const say = useText(text)
    const go = useGo()
    const queries = useQueryClient()
    const [key] = useState(newKey)
    const act = useMutation({
        mutationFn: async () => {
            if (step.kind === "open") go(paths.card(projectId, step.cardKey))
            else if (step.kind === "start" || step.kind === "retry") {
                await call("POST /projects/{project_id}/cards/{card_id}/attempts", {
                    path: { project_id: projectId, card_id: step.cardId },
                    body: { agent: "DEMO" },
                    idempotencyKey: key,
                })
                go(paths.card(projectId, step.cardKey))
            } else if (step.kind === "answer") await allow(step.attemptId)
            else if (step.kind === "merge") {
                await call("POST /attempts/{attempt_id}/git/merge", {
                    path: { attempt_id: step.attemptId },
                    body: {},
                })
                merged.add(step.attemptId)
                onMerged()
            } else if (step.kind === "done") {
                guide(null)
                go(paths.board(projectId))
            }
        },
        onSettled: () => queries.invalidateQueries({ queryKey: ["guide"] }),
    })
    if (step.kind === "wait") {
        return (
            <span className="text-2 flex items-center gap-2 pr-1 text-xs">
                <span aria-hidden className="bg-accent animate-soft size-1.5 rounded-full" />
                {say("working")}
            </span>
        )
    }
    return (
        <span className="flex flex-wrap items-center gap-2">
            {step.kind === "answer" && <Asked attemptId={step.attemptId} />}
            {step.kind === "merge" && <Made attemptId={step.attemptId} />}
            {act.error && (
                <span role="alert" className="text-bad text-xs">
                    {tellOf(act.error).detail}
                </span>
            )}
            {step.kind === "done" && (
                <Link to={paths.newProject} className="text-accent text-xs hover:underline">
                    {say("ownProject")}
                </Link>
            )}
            <Button look="primary" disabled={act.isPending} onClick={() => act.mutate()}>
                {say(`do_${step.kind}`)}
            </Button>
        </span>
    )
}

async function allow(attemptId: string): Promise<void> {
    const path = { attempt_id: attemptId }
    const { permissions } = await call("GET /attempts/{attempt_id}/permissions", { path })
    for (const { id, status } of permissions) {
        if (status !== "pending") continue
        await call("POST /attempts/{attempt_id}/permissions/{permission_id}", {
            path: { ...path, permission_id: id },
            body: { decision: "allow" },
        })
    }
}

/** What the agent asks for: nobody should allow what they have not read. */
function Asked({ attemptId }: { attemptId: string }) {
    const { data } = useQuery({
        queryKey: ["guide", "asked", attemptId],
        queryFn: async () =>
            (await call("GET /attempts/{attempt_id}/permissions", { path: { attempt_id: attemptId } }))
                .permissions,
        staleTime: 0,
    })
    const pending = data?.find(({ status }) => status === "pending")
    return pending ? <code className="mono bg-sunken rounded-sm px-1.5 py-0.5">{pending.title}</code> : null
}

/** What would be merged, in a line. */
function Made({ attemptId }: { attemptId: string }) {
    const say = useText(text)
    const { data } = useQuery({
        queryKey: ["guide", "made", attemptId],
        queryFn: () => call("GET /attempts/{attempt_id}/git/diff", { path: { attempt_id: attemptId } }),
        staleTime: 0,
    })
    if (!data) return null
    return (
        <span className="mono text-2">
            {say("files", { n: data.files.length })} <span className="text-ok">+{data.additions}</span>{" "}
            <span className="text-bad">−{data.deletions}</span>
        </span>
    )
}
