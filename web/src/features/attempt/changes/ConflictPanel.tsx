import { AppWindow, Bot, GitMerge, SquareTerminal } from "lucide-react"
import type { WorktreeStatus } from "@/api/api.gen"
import { call } from "@/api/client"
import { useGo } from "@/app/navigation"
import { notify } from "@/app/notices"
import { paths } from "@/app/paths"
import { useText } from "@/app/text"
import { isActive } from "@/sync/fold"
import { Button } from "@/ui/Button"
import { useDeed } from "../deed"
import type { Shown } from "../frame/AttemptFrame"
import { openInEditor } from "../start/acts"
import { sayToAgent } from "./acts"
import { text } from "./text"

/** A rebase or merge that waits: its conflicts, and the ways on. */
export function ConflictPanel({ shown, status }: { shown: Shown; status: WorktreeStatus }) {
    const say = useText(text)
    const go = useGo()
    const { projectId, card } = shown
    const attemptId = shown.attempt.id
    /** While the agent works, its files are not changed under its hands. */
    const atWork = isActive(shown.status) ? say("atWork") : undefined
    const path = { attempt_id: attemptId }
    const { isBusy, act } = useDeed("git", attemptId)
    const what = say(`goingOn.${status.goingOn ?? "merge"}`)
    return (
        <section
            aria-label={say("conflicts")}
            className="border-line bg-warn-tint shrink-0 border-b px-4 py-2"
        >
            <p className="flex items-center gap-2 font-medium">
                <GitMerge size={16} strokeWidth={1.5} className="text-warn" aria-hidden />
                {status.conflicts.length > 0
                    ? say("conflictsIn", { n: status.conflicts.length, what })
                    : say("resolved", { what })}
            </p>
            {status.conflicts.length > 0 && (
                <ul className="mt-1 max-h-32 overflow-y-auto">
                    {status.conflicts.map((file) => (
                        <li key={file} className="flex h-7 items-center gap-2">
                            <span className="mono min-w-0 flex-1 truncate">{file}</span>
                            <Button isSmall look="ghost" onClick={() => void openInEditor(attemptId, file)}>
                                <AppWindow size={14} strokeWidth={1.5} aria-hidden />
                                {say("openEditor")}
                            </Button>
                        </li>
                    ))}
                </ul>
            )}
            <div className="mt-1.5 flex flex-wrap gap-2">
                <Button
                    isSmall
                    look={status.conflicts.length === 0 ? "primary" : "plain"}
                    disabled={isBusy || atWork !== undefined}
                    title={atWork}
                    onClick={() =>
                        void act(say("notContinued"), async () => {
                            await call("POST /attempts/{attempt_id}/git/continue", { path })
                            notify({ kind: "news", title: say("continued"), detail: "", code: "" })
                        })
                    }
                >
                    {say("act.continue")}
                </Button>
                <Button
                    isSmall
                    disabled={isBusy || atWork !== undefined}
                    title={atWork}
                    onClick={() =>
                        void act(say("notAborted"), () =>
                            call("POST /attempts/{attempt_id}/git/abort", { path }),
                        )
                    }
                >
                    {say("abort")}
                </Button>
                {status.conflicts.length > 0 && (
                    <Button
                        isSmall
                        look="ghost"
                        disabled={isBusy}
                        onClick={() =>
                            void sayToAgent(
                                attemptId,
                                say("resolvePrompt", { files: status.conflicts.join(", ") }),
                            )
                        }
                    >
                        <Bot size={14} strokeWidth={1.5} aria-hidden />
                        {say("askAgent")}
                    </Button>
                )}
                <Button
                    isSmall
                    look="ghost"
                    onClick={() =>
                        go(paths.attempt(projectId, card.ticketKey ?? card.id, attemptId, "terminal"))
                    }
                >
                    <SquareTerminal size={14} strokeWidth={1.5} aria-hidden />
                    {say("openTerminal")}
                </Button>
            </div>
        </section>
    )
}
