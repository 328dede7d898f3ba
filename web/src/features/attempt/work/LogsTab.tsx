import { useVirtualizer } from "@tanstack/react-virtual"
import { ScrollText } from "lucide-react"
import { type UIEvent, useLayoutEffect, useRef, useState } from "react"
import type { TabProps } from "@/app/feature"
import { tellOf } from "@/app/notices"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import type { AttemptStore, LogLine } from "@/sync/attemptStore"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { NewPill } from "@/ui/NewPill"
import { Bones, Empty, Trouble } from "@/ui/states"
import { AttemptFrame } from "../frame/AttemptFrame"
import { text } from "./text"

/** The attempt's log, line by line as it comes. */
export default function LogsTab(about: TabProps) {
    return <AttemptFrame about={about}>{({ store }) => <Log store={store} />}</AttemptFrame>
}

function Log({ store }: { store: AttemptStore }) {
    const say = useText(text)
    const lines = useSignal(store.logs)
    const isLoaded = useSignal(store.isLoaded)
    const failure = useSignal(store.failure)
    if (!isLoaded && failure)
        return (
            <Trouble title={say("logNotLoaded")} {...tellOf(failure)}>
                <Button isSmall onClick={() => void store.load()}>
                    {say("again")}
                </Button>
            </Trouble>
        )
    if (!isLoaded) return <Bones className="m-4 h-24" />
    if (lines.length === 0)
        return (
            <Empty icon={ScrollText} title={say("noLog")}>
                {say("noLogHint")}
            </Empty>
        )
    return <Lines lines={lines} />
}

/** Pixels from the end within which the reader is at the end. */
const AT_END = 32
const LEVELS: Record<LogLine["level"], string> = { info: "text-3", warn: "text-warn", error: "text-bad" }

function Lines({ lines }: { lines: readonly LogLine[] }) {
    const say = useText(text)
    const scroller = useRef<HTMLDivElement>(null)
    const follows = useRef(true)
    /** How many lines there were when the reader left the end; null: they are there. */
    const [seen, setSeen] = useState<number | null>(null)
    const virtual = useVirtualizer({
        count: lines.length,
        getScrollElement: () => scroller.current,
        estimateSize: () => 20,
        overscan: 20,
        paddingStart: 8,
        paddingEnd: 8,
        useFlushSync: false,
    })
    const total = virtual.getTotalSize()
    useLayoutEffect(() => {
        const element = scroller.current
        if (element && follows.current) element.scrollTop = element.scrollHeight
    }, [total])
    const heard = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: UIEvent): void => {
        const isAtEnd = scrollHeight - scrollTop - clientHeight < AT_END
        if (isAtEnd === follows.current) return
        follows.current = isAtEnd
        setSeen(isAtEnd ? null : lines.length)
    }
    const toEnd = (): void => {
        follows.current = true
        setSeen(null)
        if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
    }
    return (
        <div className="relative flex min-h-0 flex-1 flex-col">
            <div
                ref={scroller}
                role="log"
                aria-live="off"
                aria-label={say("log")}
                tabIndex={0}
                onScroll={heard}
                className="mono min-h-0 flex-1 overflow-y-auto"
            >
                <div style={{ height: total }} className="relative">
                    {virtual.getVirtualItems().map(({ index, start }) => {
                        const line = lines[index]
                        if (!line) return null
                        return (
                            <div
                                key={index}
                                data-index={index}
                                ref={virtual.measureElement}
                                style={{ transform: `translateY(${start}px)` }}
                                className="absolute inset-x-0 top-0 flex gap-3 px-4 leading-5"
                            >
                                <time className="text-3 shrink-0" dateTime={line.ts} title={line.ts}>
                                    {new Date(line.ts).toLocaleTimeString([], { hour12: false })}
                                </time>
                                <span className={classes("w-10 shrink-0", LEVELS[line.level])}>
                                    {line.level}
                                </span>
                                <span className="min-w-0 break-words whitespace-pre-wrap">
                                    {line.message}
                                </span>
                            </div>
                        )
                    })}
                </div>
            </div>
            {seen !== null && (
                <NewPill
                    at="bottom"
                    label={lines.length > seen ? say("fresh", { n: lines.length - seen }) : say("toEnd")}
                    onClick={toEnd}
                />
            )}
        </div>
    )
}
