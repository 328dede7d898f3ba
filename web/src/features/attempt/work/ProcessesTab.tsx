import { useQuery } from "@tanstack/react-query"
import { ExternalLink, Play, Square, SquareActivity } from "lucide-react"
import { useEffect, useMemo, useState } from "react"
import type { Automation, DevProcess } from "@/api/api.gen"
import { call } from "@/api/client"
import type { TabProps } from "@/app/feature"
import { useEntry, useServices, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import type { AttemptStore } from "@/sync/attemptStore"
import { Button } from "@/ui/Button"
import { Empty } from "@/ui/states"
import { ChatProvider, OpenRows } from "../chat/context"
import { ItemRow } from "../chat/ItemRow"
import { useDeed } from "../deed"
import { AttemptFrame, type Shown } from "../frame/AttemptFrame"
import { devAddress } from "./devAddress"
import { text } from "./text"

/** The project's scripts as they ran for the attempt, and the dev script, which can be started and stopped. */
export default function ProcessesTab(about: TabProps) {
    return <AttemptFrame about={about}>{(shown) => <Processes {...shown} />}</AttemptFrame>
}

function Processes({ store, attempt }: Shown) {
    const say = useText(text)
    const { queries } = useServices()
    const attemptId = attempt.id
    const path = { attempt_id: attemptId }
    const { isBusy, act } = useDeed("processes", attemptId)
    const [open] = useState(() => new OpenRows())
    const chat = useMemo(
        () => ({ store, open, worktree: attempt.worktreePath }),
        [store, open, attempt.worktreePath],
    )
    const ids = useSignal(store.ids)
    const runs = ids.filter((id) => store.entries.get(id)?.item?.type === "automation").reverse()
    const { data } = useQuery({
        queryKey: ["processes", attemptId],
        queryFn: async () => (await call("GET /attempts/{attempt_id}/processes", { path })).processes,
    })
    useEffect(() => {
        // A process that begins or ends says so in the conversation.
        const stops = runs.map((id) =>
            store.entries.subscribe(id, () => {
                const item = store.entries.get(id)?.item as Automation | null | undefined
                if (item?.status !== "running")
                    void queries.invalidateQueries({ queryKey: ["processes", attemptId] })
            }),
        )
        return () => stops.forEach((end) => end())
    })
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: ["processes", attemptId] })
    }, [queries, attemptId, runs.length])
    const begin = (): void =>
        void act(say("notStarted"), () =>
            call("POST /attempts/{attempt_id}/processes", { path, body: { stage: "dev" } }),
        )
    const end = ({ id }: DevProcess): void =>
        void act(say("notStopped"), () =>
            call("DELETE /attempts/{attempt_id}/processes/{process_id}", {
                path: { ...path, process_id: id },
            }),
        )
    const dev = data?.[0]
    return (
        <ChatProvider value={chat}>
            <div className="border-line flex min-h-10 shrink-0 items-center gap-2 border-b px-4">
                <span className="font-medium">{say("devScript")}</span>
                <span className="text-3 mono min-w-0 flex-1 truncate">{dev?.command.split("\n", 1)[0]}</span>
                {dev && <Address key={dev.id} store={store} dev={dev} />}
                {dev ? (
                    <Button isSmall disabled={isBusy} onClick={() => end(dev)}>
                        <Square size={12} strokeWidth={2} aria-hidden />
                        {say("stop")}
                    </Button>
                ) : (
                    <Button isSmall disabled={isBusy} onClick={begin}>
                        <Play size={12} strokeWidth={2} aria-hidden />
                        {say("start")}
                    </Button>
                )}
            </div>
            <div className="min-h-0 flex-1 overflow-y-auto px-4 py-2">
                {runs.length === 0 ? (
                    <Empty icon={SquareActivity} title={say("noRuns")}>
                        {say("noRunsHint")}
                    </Empty>
                ) : (
                    runs.map((id) => <ItemRow key={id} id={id} />)
                )}
            </div>
        </ChatProvider>
    )
}

/** Where the dev server can be looked at, once it has said so; what it prints afterwards may push the line away. */
function Address({ store, dev }: { store: AttemptStore; dev: DevProcess }) {
    const item = useEntry(store.entries, dev.itemId)?.item
    const printed = item?.type === "automation" ? `${item.stdout ?? ""}\n${item.stderr ?? ""}` : ""
    const now = devAddress(printed, location.hostname)
    const [said, setSaid] = useState<string | null>(null)
    if (now !== null && said === null) setSaid(now)
    const address = said ?? now
    if (address === null) return null
    return (
        <a
            href={address}
            target="_blank"
            rel="noreferrer"
            className="mono text-accent flex shrink-0 items-center gap-1 hover:underline"
        >
            {address}
            <ExternalLink size={12} strokeWidth={1.5} aria-hidden />
        </a>
    )
}
