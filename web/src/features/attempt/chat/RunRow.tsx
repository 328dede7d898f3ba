import { Wrench } from "lucide-react"
import { memo, useSyncExternalStore } from "react"
import { useText } from "@/app/text"
import { text } from "../text"
import { useChat, useOpen } from "./context"
import { ItemRow, Line } from "./ItemRow"
import { ICONS } from "./ToolRow"

const WORDS = ["exec", "read", "search", "fetch", "think", "mcp_tool_call"] as const

/** Tool calls shown at once when a run is opened; more on request, because the list is virtual by rows only. */
const AT_ONCE = 50

interface Props {
    rowKey: string
    action: string
    ids: readonly string[]
}

/** Many calls of one kind in a row, as one line that opens to them. */
export const RunRow = memo(function RunRow({ rowKey, action, ids }: Props) {
    const say = useText(text)
    const [isOpen, toggle] = useOpen(rowKey)
    const [isWhole, showWhole] = useOpen(`${rowKey} whole`)
    const Icon = ICONS[action] ?? Wrench
    const word = WORDS.find((one) => one === action) ?? "other"
    const failed = useFailed(ids)
    const last = useLastName(ids.at(-1) ?? "")
    const shown = isWhole ? ids : ids.slice(0, AT_ONCE)
    return (
        <div className="py-px">
            <Line isOpen={isOpen} onToggle={toggle}>
                <Icon size={14} strokeWidth={1.5} className="shrink-0" aria-hidden />
                <span className="text-1 shrink-0">{say(`run.${word}`, { n: ids.length })}</span>
                {!isOpen && <span className="mono text-3 min-w-0 truncate">{last}</span>}
                {failed > 0 && (
                    <span className="text-bad ml-auto shrink-0 pl-2 text-xs">
                        {say("runFailed", { n: failed })}
                    </span>
                )}
            </Line>
            {isOpen && (
                <div className="border-line mb-1 ml-2 border-l pl-4">
                    {shown.map((id) => (
                        <ItemRow key={id} id={id} />
                    ))}
                    {shown.length < ids.length && (
                        <button
                            type="button"
                            onClick={showWhole}
                            className="text-2 hover:text-1 h-7 text-xs underline underline-offset-2"
                        >
                            {say("runRest", { n: ids.length - shown.length })}
                        </button>
                    )}
                </div>
            )}
        </div>
    )
})

/** How many of them failed; looked at again when the run grows or its last call changes. */
function useFailed(ids: readonly string[]): number {
    const { store } = useChat()
    const last = ids.at(-1) ?? ""
    return useSyncExternalStore(
        (heard) => store.entries.subscribe(last, heard),
        () =>
            ids.filter((id) => {
                const item = store.entries.get(id)?.item
                return item?.type === "tool" && item.tool.status === "failed"
            }).length,
    )
}

function useLastName(id: string): string {
    const { store } = useChat()
    return useSyncExternalStore(
        (heard) => store.entries.subscribe(id, heard),
        () => {
            const item = store.entries.get(id)?.item
            return item?.type === "tool"
                ? ((item.tool.command ?? item.tool.name).split("\n", 1)[0] ?? "")
                : ""
        },
    )
}
