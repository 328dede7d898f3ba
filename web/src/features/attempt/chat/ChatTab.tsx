import { useQuery } from "@tanstack/react-query"
import { ListChecks } from "lucide-react"
import { useMemo, useState } from "react"
import { call } from "@/api/client"
import { Ask } from "@/app/asking/Ask"
import type { TabProps } from "@/app/feature"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import type { AttemptStore } from "@/sync/attemptStore"
import { classes } from "@/ui/classes"
import { useTodos } from "../attempt"
import { Composer } from "../composer/Composer"
import { AttemptFrame, type Shown } from "../frame/AttemptFrame"
import { WIDTH } from "../frame/width"
import { text } from "../text"
import { ChatProvider, OpenRows } from "./context"
import { Conversation } from "./Conversation"

/** The conversation with the agent. */
export default function ChatTab(about: TabProps) {
    return <AttemptFrame about={about}>{(shown) => <Chat {...shown} />}</AttemptFrame>
}

function Chat(shown: Shown) {
    const { store, attempt, projectId, card } = shown
    const [open] = useState(() => new OpenRows())
    const chat = useMemo(
        () => ({ store, open, worktree: attempt.worktreePath }),
        [store, open, attempt.worktreePath],
    )
    return (
        <ChatProvider value={chat}>
            <Plan projectId={projectId} cardId={card.id} store={store} />
            <Conversation />
            <Asked store={store} agent={attempt.agent} />
            <Composer {...shown} />
        </ChatProvider>
    )
}

/** The agent's plan as a bar of segments, and as a list on demand. */
function Plan({ projectId, cardId, store }: { projectId: string; cardId: string; store: AttemptStore }) {
    const say = useText(text)
    const todos = useTodos(projectId, cardId, store)
    const [isOpen, setOpen] = useState(false)
    if (!todos || todos.total === 0) return null
    const next = todos.items.find(({ status }) => status === "open")
    return (
        <div className="border-line shrink-0 border-b px-4">
            <button
                type="button"
                aria-expanded={isOpen}
                onClick={() => setOpen(!isOpen)}
                className="hover:bg-hover text-2 -mx-2 flex h-8 w-[calc(100%+16px)] items-center gap-2 rounded px-2 text-left text-xs"
            >
                <ListChecks size={14} strokeWidth={1.5} className="shrink-0" aria-hidden />
                <span className="shrink-0">{say("todos", { done: todos.completed, n: todos.total })}</span>
                <span aria-hidden className="flex w-28 shrink-0 gap-0.5">
                    {todos.items.slice(0, 28).map(({ id, status }) => (
                        <span
                            key={id}
                            className={classes(
                                "h-1 flex-1 rounded-full",
                                status === "done" ? "bg-ok" : "bg-line-strong",
                            )}
                        />
                    ))}
                </span>
                {!isOpen && next && <span className="min-w-0 truncate">{next.text}</span>}
            </button>
            {isOpen && (
                <ul className="max-h-60 overflow-y-auto pb-2">
                    {todos.items.map(({ id, text: words, status }) => (
                        <li key={id} className="flex gap-2 py-0.5">
                            <span
                                className={classes(
                                    "w-4 shrink-0 text-center",
                                    status === "done" ? "text-ok" : "text-3",
                                )}
                            >
                                <span aria-hidden>{status === "done" ? "✓" : "○"}</span>
                                <span className="sr-only">
                                    {say(status === "done" ? "todoDone" : "todoOpen")}
                                </span>
                            </span>
                            <span className={classes("min-w-0 break-words", status === "done" && "text-3")}>
                                {words}
                            </span>
                        </li>
                    ))}
                </ul>
            )}
        </div>
    )
}

/** What the agent waits for; it stands above the composer, so that it is seen wherever one reads. */
function Asked({ store, agent }: { store: AttemptStore; agent: string }) {
    const say = useText(text)
    const { attemptId } = store
    const told = useSignal(store.permissions)
    const { data } = useQuery({
        queryKey: ["attempt", attemptId, "permissions"],
        queryFn: async () =>
            (await call("GET /attempts/{attempt_id}/permissions", { path: { attempt_id: attemptId } }))
                .permissions,
    })
    const all = new Map((data ?? []).map((permission) => [permission.id, permission]))
    for (const [id, permission] of told) all.set(id, permission)
    const pending = [...all.values()].filter(({ status }) => status === "pending")
    if (pending.length === 0) return null
    return (
        <section
            aria-label={say("asked")}
            aria-live="polite"
            className="border-line max-h-[50%] shrink-0 overflow-y-auto border-t py-2"
        >
            <div className={classes(WIDTH, "flex flex-col gap-2")}>
                {pending.map((permission) => (
                    <Ask key={permission.id} permission={permission} agent={agent} />
                ))}
            </div>
        </section>
    )
}
