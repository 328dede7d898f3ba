import {
    Brain,
    FilePen,
    FileText,
    Globe,
    type LucideIcon,
    Plug,
    Search,
    SquareTerminal,
    Wrench,
} from "lucide-react"
import { lazy, memo, Suspense } from "react"
import type { ToolCall, ToolUse } from "@/api/api.gen"
import { useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { changesOf, type FileChange, outputBytes } from "@/app/tools"
import { classes } from "@/ui/classes"
import { Code } from "@/ui/code/Code"
import { languageOfPath } from "@/ui/code/languages"
import { countsOf, hunksOf } from "@/ui/diff/unified"
import { text } from "../text"
import { duration, within } from "../words"
import { useChat, useOpen } from "./context"
import { Line } from "./ItemRow"
import { Output } from "./Output"

const Hunks = lazy(() => import("@/ui/diff/Hunks").then((module) => ({ default: module.Hunks })))

export const ICONS: Record<string, LucideIcon> = {
    exec: SquareTerminal,
    apply_patch: FilePen,
    read: FileText,
    search: Search,
    fetch: Globe,
    think: Brain,
    mcp_tool_call: Plug,
}

/** A tool call: one line, which opens to what came of it. */
export const ToolRow = memo(function ToolRow({ item }: { item: ToolCall }) {
    const { tool } = item
    const [isOpen, toggle] = useOpen(item.id)
    const Icon = ICONS[tool.action] ?? Wrench
    const isFailed = tool.status === "failed"
    return (
        <div className="py-px">
            <Line isOpen={isOpen} onToggle={toggle}>
                <Icon
                    size={14}
                    strokeWidth={1.5}
                    aria-hidden
                    className={classes("shrink-0", isFailed && "text-bad")}
                />
                <Deed tool={tool} />
                <Result tool={tool} />
            </Line>
            {isOpen && <Opened item={item} />}
        </div>
    )
})

/** Verb and object. */
function Deed({ tool }: { tool: ToolUse }) {
    const say = useText(text)
    const { worktree } = useChat()
    const changes = changesOf(tool)
    if (tool.action === "exec")
        return (
            <span className="mono text-1 min-w-0 truncate">
                <span className="sr-only">{say("ran")} </span>
                {(tool.command ?? tool.name).split("\n", 1)[0]}
            </span>
        )
    if (changes.length > 0) {
        const kinds = new Set(changes.map(({ kind }) => kind))
        const verb =
            kinds.size > 1
                ? "edited"
                : kinds.has("add")
                  ? "wrote"
                  : kinds.has("delete")
                    ? "removed"
                    : "edited"
        const counts = changes.map(countsOfChange)
        const [added, removed] = [sum(counts.map((one) => one.added)), sum(counts.map((one) => one.removed))]
        return (
            <>
                <span className="shrink-0">{say(verb)}</span>
                <span className="mono text-1 min-w-0 truncate">
                    {within(changes[0]?.path ?? "", worktree)}
                    {changes.length > 1 && ` +${changes.length - 1}`}
                </span>
                <Counts added={added} removed={removed} />
            </>
        )
    }
    const paths = pathsOf(tool)
        .map((path) => within(path, worktree))
        .filter((path) => path !== "." && !tool.name.includes(path))
    return (
        <>
            <span className="text-1 min-w-0 truncate">{tool.name}</span>
            {paths.length > 0 && <span className="mono text-3 min-w-0 truncate">{paths.join(" ")}</span>}
        </>
    )
}

function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, n) => total + n, 0)
}

function countsOfChange({ diff, added, removed }: FileChange): { added: number; removed: number } {
    if (added !== null && removed !== null) return { added, removed }
    return diff === null ? { added: 0, removed: 0 } : countsOf(hunksOf(diff))
}

export function Counts({ added, removed }: { added: number; removed: number }) {
    const say = useText(text)
    return (
        <span className="mono shrink-0">
            <span className="sr-only">{say("counts", { added, removed })}</span>
            <span aria-hidden>
                {added > 0 && <span className="text-ok">+{added}</span>}
                {added > 0 && removed > 0 && " "}
                {removed > 0 && <span className="text-bad">−{removed}</span>}
                {added === 0 && removed === 0 && <span className="text-3">±0</span>}
            </span>
        </span>
    )
}

function pathsOf({ metadata }: ToolUse): string[] {
    const paths: unknown = metadata?.paths
    return Array.isArray(paths) ? paths.filter((path): path is string => typeof path === "string") : []
}

/** How it ended, and how long it took; or for how long it has been going on. */
function Result({ tool }: { tool: ToolUse }) {
    const say = useText(text)
    const { status, exitCode, durationMs, startedAt } = tool
    const isBad = status === "failed"
    return (
        <span className="ml-auto flex shrink-0 items-center gap-2 pl-2 text-xs">
            {isBad && (
                <span className="text-bad">
                    {exitCode === null || exitCode === undefined
                        ? say("failed")
                        : say("exit", { code: exitCode })}
                </span>
            )}
            {status === "cancelled" && <span className="text-warn">{say("cancelled")}</span>}
            {(status === "running" || status === "created") && (
                <span className="text-accent flex items-center gap-1.5">
                    <span aria-hidden className="bg-accent animate-soft size-1.5 rounded-full" />
                    {startedAt ? <Since time={startedAt} /> : say("running")}
                </span>
            )}
            {durationMs !== null && durationMs !== undefined && (
                <span className="mono text-3">{duration(durationMs)}</span>
            )}
        </span>
    )
}

export function Since({ time }: { time: string }) {
    return <span className="mono">{elapsed(useNow() - Date.parse(time))}</span>
}

function Opened({ item }: { item: ToolCall }) {
    const say = useText(text)
    const { worktree } = useChat()
    const { tool } = item
    const changes = changesOf(tool)
    const isLong = tool.command?.includes("\n") ?? false
    return (
        <div className="mb-2 ml-5 flex flex-col gap-2 pt-1">
            {tool.command && (isLong || tool.command.length > 80) && (
                <Code code={tool.command} language="bash" copyLabel={say("copyCode")} />
            )}
            {tool.cwd && within(tool.cwd, worktree) !== "." && (
                <p className="text-3 mono truncate">
                    {say("inFolder", { folder: within(tool.cwd, worktree) })}
                </p>
            )}
            {changes.map(({ path, diff }) => (
                <div key={path} className="border-line overflow-hidden rounded border">
                    <p className="mono bg-sunken truncate px-2 py-1">{within(path, worktree)}</p>
                    {diff !== null && (
                        <div className="max-h-[480px] overflow-auto" tabIndex={0}>
                            <Suspense>
                                <Hunks hunks={hunksOf(diff)} language={languageOfPath(path)} />
                            </Suspense>
                        </div>
                    )}
                </div>
            ))}
            <Output
                itemId={item.id}
                stdout={tool.stdout ?? null}
                stderr={tool.stderr ?? null}
                bytes={outputBytes(tool)}
                isQuiet={changes.length > 0}
                isRunning={tool.status === "running"}
            />
        </div>
    )
}
