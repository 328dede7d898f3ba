import { useVirtualizer } from "@tanstack/react-virtual"
import { MessagesSquare } from "lucide-react"
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react"
import { complain, tellOf } from "@/app/notices"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { useKeptPlace } from "@/ui/keptPlace"
import { NewPill } from "@/ui/NewPill"
import { Bones, Empty, Trouble } from "@/ui/states"
import { WIDTH } from "../frame/width"
import { text } from "../text"
import { useChat } from "./context"
import { ItemRow } from "./ItemRow"
import { foldingAction, type Row, rowsOf } from "./rows"
import { RunRow } from "./RunRow"

/** Pixels from the end within which the reader is at the end. */
const AT_END = 48
/** Milliseconds after a hand was on the wheel in which a move is its doing. */
const BY_HAND = 1_000
/** Pixels from the top at which the page before is fetched. */
const NEAR_TOP = 1_200
/** Pixels of a row that nobody has seen yet. */
const USUAL = 36

/** The conversation: as long as it may be, only what is seen stands in the page. */
export function Conversation() {
    const say = useText(text)
    const { store } = useChat()
    const isLoaded = useSignal(store.isLoaded)
    const failure = useSignal(store.failure)
    const ids = useSignal(store.ids)
    const rows = useMemo(() => rowsOf(ids, (id) => foldingAction(store.entries.get(id))), [ids, store])
    if (!isLoaded && failure)
        return (
            <div className="min-h-0 flex-1">
                <Trouble title={say("notLoaded")} {...tellOf(failure)}>
                    <Button isSmall onClick={() => void store.load()}>
                        {say("again")}
                    </Button>
                </Trouble>
            </div>
        )
    if (!isLoaded)
        return (
            <div className="flex min-h-0 flex-1 flex-col gap-3 p-4" aria-label={say("loading")}>
                <Bones className="h-4 w-2/3" />
                <Bones className="h-4 w-5/6" />
                <Bones className="h-4 w-1/2" />
            </div>
        )
    if (rows.length === 0)
        return (
            <div className="min-h-0 flex-1 overflow-y-auto">
                <Empty icon={MessagesSquare} title={say("nothingSaid")}>
                    {say("nothingSaidHint")}
                </Empty>
            </div>
        )
    return <List rows={rows} />
}

function List({ rows }: { rows: readonly Row[] }) {
    const say = useText(text)
    const { store } = useChat()
    const scroller = useRef<HTMLDivElement>(null)
    /** Whether the view follows the end; a ref, because scrolling must not render. */
    const follows = useRef(true)
    /** Where the view was and how high its content, when it was scrolled last, by whomever. */
    const last = useRef({ top: 0, height: 0 })
    /** When a hand was on the wheel, the keys or the bar. */
    const hand = useRef(-Infinity)
    const [seen, setSeen] = useState<number | null>(null)
    const virtual = useVirtualizer({
        count: rows.length,
        getScrollElement: () => scroller.current,
        estimateSize: () => USUAL,
        getItemKey: (place) => rows[place]?.key ?? place,
        overscan: 8,
        paddingStart: 12,
        paddingEnd: 12,
        useFlushSync: false,
    })
    const total = virtual.getTotalSize()
    useLayoutEffect(() => {
        const element = scroller.current
        if (element && follows.current) element.scrollTop = element.scrollHeight
    }, [total, rows])
    useEffect(
        () => () => {
            store.isRead = false
        },
        [store],
    )
    useEffect(() => {
        // A request or a message that waits takes room from below: the end stays in sight.
        const element = scroller.current
        if (!element) return
        const observer = new ResizeObserver(() => {
            if (follows.current) element.scrollTop = element.scrollHeight
        })
        observer.observe(element)
        return () => observer.disconnect()
    }, [])
    const keys = useMemo(() => rows.map(({ key }) => key), [rows])
    useKeptPlace(keys, virtual, scroller, () => !follows.current)
    useEarlier(scroller, rows)

    const heard = (): void => {
        const element = scroller.current
        if (!element) return
        const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END
        const { scrollTop, scrollHeight } = element
        const isUp = scrollTop < last.current.top
        const isGrown = scrollHeight !== last.current.height
        last.current = { top: scrollTop, height: scrollHeight }
        if (isAtEnd === follows.current) return
        const isByHand = isUp && (!isGrown || performance.now() - hand.current < BY_HAND)
        if (!isAtEnd && !isByHand) {
            // What was written folded up, or more came in, since the view was put at the end: no reader left it.
            element.scrollTop = scrollHeight
            return
        }
        follows.current = isAtEnd
        store.isRead = !isAtEnd
        setSeen(isAtEnd ? null : store.ids.value.length)
    }
    const touched = (): void => {
        hand.current = performance.now()
    }
    const toEnd = (): void => {
        follows.current = true
        store.isRead = false
        setSeen(null)
        const element = scroller.current
        if (element) element.scrollTop = element.scrollHeight
    }
    const isEarlier = useSignal(store.before) !== null
    const fresh = useFresh(seen)
    return (
        <div className="relative min-h-0 flex-1">
            <div
                ref={scroller}
                onScroll={heard}
                onWheel={touched}
                onTouchMove={touched}
                onKeyDown={touched}
                onPointerDown={({ target, currentTarget }) => {
                    if (target === currentTarget) touched() // the bar
                }}
                role="log"
                aria-label={say("conversation")}
                aria-live="off"
                tabIndex={0}
                className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none]"
            >
                {isEarlier && <p className="text-3 pt-2 text-center text-xs">{say("earlier")}</p>}
                <div style={{ height: total }} className="relative w-full">
                    <div
                        className="absolute inset-x-0 top-0"
                        style={{ transform: `translateY(${virtual.getVirtualItems()[0]?.start ?? 0}px)` }}
                    >
                        {virtual.getVirtualItems().map(({ index, key }) => {
                            const row = rows[index]
                            if (!row) return null
                            return (
                                <div
                                    key={key}
                                    data-index={index}
                                    ref={virtual.measureElement}
                                    className={WIDTH}
                                >
                                    {row.kind === "run" ? (
                                        <RunRow rowKey={row.key} action={row.action} ids={row.ids} />
                                    ) : (
                                        <ItemRow id={row.id} />
                                    )}
                                </div>
                            )
                        })}
                    </div>
                </div>
            </div>
            {seen !== null && (
                <NewPill
                    at="bottom"
                    label={fresh > 0 ? say("fresh", { n: fresh }) : say("toEnd")}
                    onClick={toEnd}
                />
            )}
        </div>
    )
}

/** How many items came at the end since there were `seen`: what is fetched at the beginning is no news. */
function useFresh(seen: number | null): number {
    const { store } = useChat()
    const mark = useRef<string | undefined>(undefined)
    const ids = useSignal(store.ids)
    useEffect(() => {
        mark.current = seen === null ? undefined : store.ids.value.at(-1)
    }, [seen, store])
    return useMemo(() => {
        if (seen === null || mark.current === undefined) return 0
        const at = ids.lastIndexOf(mark.current)
        return at < 0 ? 0 : ids.length - 1 - at
    }, [ids, seen])
}

/** Fetches the page before while the reader comes near the top. */
function useEarlier(scroller: RefObject<HTMLDivElement | null>, rows: readonly Row[]): void {
    const say = useText(text)
    const { store } = useChat()
    const isFetching = useRef(false)
    const look = useCallback(() => {
        const element = scroller.current
        if (!element || isFetching.current || store.before.value === null || element.scrollTop > NEAR_TOP)
            return
        isFetching.current = true
        store
            .loadEarlier()
            .catch((error: unknown) => complain(say("notLoaded"), error))
            .finally(() => {
                isFetching.current = false
            })
    }, [scroller, store, say])
    useEffect(() => {
        const element = scroller.current
        look()
        element?.addEventListener("scroll", look, { passive: true })
        return () => element?.removeEventListener("scroll", look)
    }, [scroller, look, rows])
}
