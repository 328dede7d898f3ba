import { Brain, ChevronRight, CircleAlert, Info } from "lucide-react"
import { lazy, memo, type ReactNode, Suspense, useDeferredValue, useMemo } from "react"
import type { Failure, Message as MessageItem, Thinking as ThinkingItem } from "@/api/api.gen"
import { useEntry } from "@/app/services"
import { useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { Code } from "@/ui/code/Code"
import { languageNamed } from "@/ui/code/languages"
import { text } from "../text"
import { AutomationRow } from "./AutomationRow"
import { useChat, useOpen } from "./context"
import { segmentsOf } from "./segments"
import { ToolRow } from "./ToolRow"

const Markdown = lazy(() => import("@/ui/Markdown"))

/** One item of a conversation; it renders when that item changes. */
export const ItemRow = memo(function ItemRow({ id }: { id: string }) {
    const { store } = useChat()
    const entry = useEntry(store.entries, id)
    if (!entry) return null
    const { item, draft } = entry
    if (item === null) return <Said words={draft ?? ""} isWritten />
    switch (item.type) {
        case "message":
            return <Message item={item} draft={draft} />
        case "thinking":
            return <Thought item={item} draft={draft} />
        case "tool":
            return <ToolRow item={item} />
        case "automation":
            return <AutomationRow item={item} />
        case "error":
            return <Wrong item={item} />
    }
})

function Message({ item, draft }: { item: MessageItem; draft: string | null }) {
    const say = useText(text)
    const words = draft ?? item.text
    if (item.role === "assistant")
        return <Said words={words} isWritten={draft !== null} format={item.format} />
    if (item.role === "system")
        return (
            <p className="text-3 flex gap-2 py-1.5 text-xs">
                <Info size={14} strokeWidth={1.5} className="mt-px shrink-0" aria-hidden />
                <span className="min-w-0 break-words whitespace-pre-wrap">{words}</span>
            </p>
        )
    return (
        <div className="border-accent bg-accent-tint my-2 rounded-r border-l-[2px] px-3 py-2">
            <span className="sr-only">{say("you")}</span>
            <Words words={words} format={item.format} />
            {item.images && item.images.length > 0 && (
                <div className="mt-2 flex flex-wrap gap-2">
                    {item.images.map(({ data, mime, name }, place) => (
                        <img
                            key={place}
                            src={`data:${mime};base64,${data}`}
                            alt={name ?? say("picture", { n: place + 1 })}
                            className="border-line max-h-40 rounded border"
                        />
                    ))}
                </div>
            )}
        </div>
    )
}

interface SaidProps {
    words: string
    isWritten: boolean
    format?: MessageItem["format"]
}

/** What the agent says, as far as it is written. */
function Said({ words, isWritten, format = "markdown" }: SaidProps) {
    // Text that comes 60 times a second may be shown a little later than what the reader does.
    const shown = useDeferredValue(words)
    return (
        <div className="max-w-[72ch] py-1.5">
            <Words words={isWritten ? shown : words} format={format} />
            {isWritten && (
                <span
                    aria-hidden
                    className="bg-accent animate-soft mt-1 inline-block h-3.5 w-[7px] rounded-[1px]"
                />
            )}
        </div>
    )
}

function Words({ words, format }: { words: string; format: MessageItem["format"] }): ReactNode {
    const say = useText(text)
    const segments = useMemo(() => (format === "markdown" ? segmentsOf(words) : []), [words, format])
    if (format === "plaintext") return <p className="break-words whitespace-pre-wrap">{words}</p>
    return (
        <Suspense fallback={<p className="break-words whitespace-pre-wrap">{words}</p>}>
            {segments.map((segment, place) =>
                segment.kind === "code" ? (
                    <Code
                        key={place}
                        code={segment.code}
                        // What is still being written changes too often to be worth colours.
                        language={segment.isOpen ? null : languageNamed(segment.language)}
                        copyLabel={say("copyCode")}
                        className="my-2"
                    />
                ) : (
                    <Markdown key={place} text={segment.text} {...(place > 0 ? { className: "mt-2" } : {})} />
                ),
            )}
        </Suspense>
    )
}

function Thought({ item, draft }: { item: ThinkingItem; draft: string | null }) {
    const say = useText(text)
    const [isOpen, toggle] = useOpen(item.id)
    const words = draft ?? item.text
    const title = item.title ?? firstLine(words)
    return (
        <div className="py-0.5">
            <Line isOpen={isOpen} onToggle={toggle}>
                <Brain
                    size={14}
                    strokeWidth={1.5}
                    className={classes("shrink-0", draft !== null && "animate-soft")}
                    aria-hidden
                />
                <span className="shrink-0">{say(draft === null ? "thought" : "thinking")}</span>
                {!isOpen && <span className="text-3 min-w-0 truncate">{title}</span>}
                <span className="text-3 ml-auto shrink-0 pl-2 text-xs">
                    {say("letters", { n: words.length })}
                </span>
            </Line>
            {isOpen && (
                <div className="border-line text-2 mb-1 ml-2 border-l pl-4 italic">
                    <Words words={words} format={item.format} />
                </div>
            )}
        </div>
    )
}

function firstLine(words: string): string {
    return (
        words
            .trimStart()
            .split("\n", 1)[0]
            ?.replace(/^[#*_> ]+|\*\*$/g, "") ?? ""
    )
}

function Wrong({ item }: { item: Failure }) {
    const say = useText(text)
    const [isOpen, toggle] = useOpen(item.id)
    return (
        <div className="border-bad bg-bad-tint my-2 rounded-r border-l-[2px] px-3 py-2">
            <p className="flex gap-2">
                <CircleAlert size={16} strokeWidth={1.5} className="text-bad mt-0.5 shrink-0" aria-hidden />
                <span className="sr-only">{say("error")}</span>
                <span className="min-w-0 break-words whitespace-pre-wrap">{item.text}</span>
            </p>
            {item.details && (
                <>
                    <button
                        type="button"
                        onClick={toggle}
                        aria-expanded={isOpen}
                        className="text-2 hover:text-1 mt-1 ml-6 text-xs underline underline-offset-2"
                    >
                        {say("details")}
                    </button>
                    {isOpen && (
                        <pre
                            tabIndex={0}
                            className="mono mt-1 ml-6 max-h-80 overflow-auto break-words whitespace-pre-wrap"
                        >
                            {item.details}
                        </pre>
                    )}
                </>
            )}
        </div>
    )
}

interface LineProps {
    isOpen: boolean
    onToggle: () => void
    children: ReactNode
}

/** One line that opens. */
export function Line({ isOpen, onToggle, children }: LineProps) {
    return (
        <button
            type="button"
            aria-expanded={isOpen}
            onClick={onToggle}
            className="hover:bg-hover text-2 group/row -mx-2 flex h-7 w-[calc(100%+16px)] min-w-0 items-center gap-2 rounded px-2 text-left"
        >
            {children}
            <ChevronRight
                size={14}
                strokeWidth={1.5}
                aria-hidden
                className={classes(
                    "text-3 shrink-0 transition-transform duration-100",
                    isOpen
                        ? "rotate-90"
                        : "opacity-0 group-hover/row:opacity-100 group-focus-visible/row:opacity-100",
                )}
            />
        </button>
    )
}
