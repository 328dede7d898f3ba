import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { Columns2, FileCheck2, FolderTree, Rows2 } from "lucide-react"
import { useEffect, useMemo, useRef, useState } from "react"
import type { FileDiff, WorktreeStatus } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import type { TabProps } from "@/app/feature"
import { tellOf } from "@/app/notices"
import { useServices, useSignal } from "@/app/services"
import { Slot } from "@/app/Slot"
import { useText } from "@/app/text"
import { remember, remembered } from "@/app/theme"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Bones, Empty, Trouble } from "@/ui/states"
import { Counts } from "../chat/ToolRow"
import { AttemptFrame, type Shown } from "../frame/AttemptFrame"
import { ActButton } from "./ActButton"
import { ConflictPanel } from "./ConflictPanel"
import { FileTree } from "./FileTree"
import { FileView } from "./FileView"
import { Review } from "./review"
import { ReviewBar } from "./ReviewBar"
import { text } from "./text"

const SPLIT = "kanbanai.diff.split"

/** What the attempt changed, to be read, commented on and brought home. */
export default function ChangesTab(about: TabProps) {
    return <AttemptFrame about={about}>{(shown) => <Changes {...shown} />}</AttemptFrame>
}

function Changes(shown: Shown) {
    const say = useText(text)
    const { store } = shown
    const { attemptId } = store
    const { queries } = useServices()
    const changes = useSignal(store.gitChanges)
    /** `base`, `head`, or a commit. */
    const [against, setAgainst] = useState("base")
    const path = { attempt_id: attemptId }
    const status = useQuery({
        queryKey: ["git", attemptId, "status"],
        queryFn: () => call("GET /attempts/{attempt_id}/git/status", { path }),
        placeholderData: keepPreviousData,
        retry: false,
    })
    const diff = useQuery({
        queryKey: ["git", attemptId, "diff", against],
        queryFn: () =>
            call("GET /attempts/{attempt_id}/git/diff", {
                path,
                query: against === "base" || against === "head" ? { against } : { commit: against },
            }),
        placeholderData: keepPreviousData,
        retry: false,
    })
    const commits = useQuery({
        queryKey: ["git", attemptId, "commits"],
        queryFn: async () => (await call("GET /attempts/{attempt_id}/git/commits", { path })).commits,
        retry: false,
    })
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: ["git", attemptId] })
    }, [queries, attemptId, changes])
    const error = diff.error ?? status.error
    if (error instanceof ApiProblem && error.status === 409)
        return (
            <Empty icon={FolderTree} title={say("noWorktree")}>
                {say("noWorktreeHint")}
            </Empty>
        )
    if (error)
        return (
            <Trouble title={say("notLoaded")} {...tellOf(error)}>
                <Button
                    isSmall
                    onClick={() => void queries.invalidateQueries({ queryKey: ["git", attemptId] })}
                >
                    {say("again")}
                </Button>
            </Trouble>
        )
    if (!diff.data || !status.data)
        return (
            <div className="flex flex-col gap-3 p-4" aria-label={say("loading")}>
                <Bones className="h-6" />
                <Bones className="h-32" />
            </div>
        )
    return (
        <Loaded
            {...{ shown, against, setAgainst }}
            files={diff.data.files}
            isCut={diff.data.truncated}
            status={status.data}
            commits={(commits.data ?? []).map(({ sha, shortSha, subject }) => ({
                sha,
                label: `${shortSha} ${subject}`,
            }))}
        />
    )
}

interface LoadedProps {
    shown: Shown
    files: FileDiff[]
    isCut: boolean
    status: WorktreeStatus
    commits: { sha: string; label: string }[]
    against: string
    setAgainst: (against: string) => void
}

function Loaded({ shown, files, isCut, status, commits, against, setAgainst }: LoadedProps) {
    const say = useText(text)
    const { attemptId } = shown.store
    const [isSplit, setSplit] = useState(remembered(SPLIT) === "yes")
    const [hasTree, setTree] = useState(true)
    const review = useMemo(() => new Review(attemptId), [attemptId])
    const scroller = useRef<HTMLDivElement>(null)
    const [added, removed] = [sum(files, "additions"), sum(files, "deletions")]
    const split = (): void => {
        setSplit(!isSplit)
        remember(SPLIT, isSplit ? "no" : "yes")
    }
    const jump = (path: string): void => {
        const target = [...(scroller.current?.querySelectorAll<HTMLElement>("[data-file]") ?? [])].find(
            (element) => element.dataset.file === path,
        )
        target?.scrollIntoView({ block: "start" })
        target?.querySelector("button")?.focus({ preventScroll: true })
    }
    return (
        <>
            <div className="border-line flex min-h-10 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b px-4 py-1.5">
                <select
                    aria-label={say("compare")}
                    value={against}
                    onChange={(event) => setAgainst(event.target.value)}
                    className="border-line-strong bg-surface h-6 max-w-36 rounded border px-1 text-xs"
                >
                    <option value="base">{say("all")}</option>
                    <option value="head">{say("uncommitted")}</option>
                    {commits.map(({ sha, label }) => (
                        <option key={sha} value={sha}>
                            {label}
                        </option>
                    ))}
                </select>
                <span className="text-2 text-xs whitespace-nowrap">{say("files", { n: files.length })}</span>
                <Counts added={added} removed={removed} />
                <Standing status={status} base={shown.attempt.baseBranch} />
                <span className="ml-auto flex items-center gap-1">
                    <IconButton
                        label={say("tree")}
                        aria-pressed={hasTree}
                        onClick={() => setTree(!hasTree)}
                        className={classes("max-sm:hidden", hasTree && "bg-hover text-1")}
                    >
                        <FolderTree size={16} strokeWidth={1.5} />
                    </IconButton>
                    <IconButton
                        label={say(isSplit ? "unified" : "split")}
                        onClick={split}
                        className="max-sm:hidden"
                    >
                        {isSplit ? (
                            <Rows2 size={16} strokeWidth={1.5} />
                        ) : (
                            <Columns2 size={16} strokeWidth={1.5} />
                        )}
                    </IconButton>
                    <Slot
                        name="changes.acts"
                        {...{ projectId: shown.projectId, card: shown.card, attemptId }}
                    />
                    <ActButton shown={shown} status={status} />
                </span>
            </div>
            {status.goingOn !== null && <ConflictPanel shown={shown} status={status} />}
            {files.length === 0 ? (
                <div className="min-h-0 flex-1 overflow-y-auto">
                    <Empty icon={FileCheck2} title={say("noChanges")}>
                        {say("noChangesHint")}
                    </Empty>
                </div>
            ) : (
                <div className="@container flex min-h-0 flex-1">
                    {hasTree && files.length > 1 && (
                        <FileTree files={files} review={review} onChoose={jump} isSplit={isSplit} />
                    )}
                    <div ref={scroller} className="min-w-0 flex-1 overflow-y-auto">
                        {isCut && <p className="text-warn px-4 pt-2 text-xs">{say("cut")}</p>}
                        {files.map((file) => (
                            <FileView
                                key={file.path}
                                {...{ file, isSplit, review, against }}
                                attemptId={attemptId}
                            />
                        ))}
                    </div>
                </div>
            )}
            <ReviewBar review={review} attemptId={attemptId} />
        </>
    )
}

function sum(files: readonly FileDiff[], of: "additions" | "deletions"): number {
    return files.reduce((total, file) => total + (file[of] ?? 0), 0)
}

/** How the branch stands to its base. */
function Standing({ status, base }: { status: WorktreeStatus; base: string }) {
    const say = useText(text)
    const { ahead, behind, isMerged } = status
    return (
        <span className="text-3 min-w-0 truncate text-xs">
            {[
                ...(ahead > 0 ? [say("ahead", { n: ahead })] : []),
                ...(isMerged ? [say("merged", { base })] : []),
                ...(behind > 0 && !isMerged ? [say("behind", { n: behind, base })] : []),
            ].join(" · ")}
        </span>
    )
}
