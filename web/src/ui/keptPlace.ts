import type { useVirtualizer } from "@tanstack/react-virtual"
import { type RefObject, useLayoutEffect, useRef } from "react"

type Virtual = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>

/** Rows that are in sight: each by its key, where it begins, and which one of the list it is. */
export interface Anchor {
    key: string
    start: number
    place: number
}

/**
 * By how many pixels the rows in sight have moved, as told by the first of them that is still there; null: none has
 * another place in the list, so that only sizes may have changed, which the list sees to itself.
 */
export function shiftOf(
    anchors: readonly Anchor[],
    keys: readonly string[],
    startOf: (place: number) => number | undefined,
): number | null {
    for (const { key, start, place } of anchors) {
        if (keys[place] === key) return null
        const now = startOf(keys.indexOf(key))
        if (now !== undefined) return now - start
    }
    return null
}

/**
 * While `isHeld`, what is looked at stays where it is when rows come in above it or leave. The scroller's own anchoring
 * has to be off (`overflow-anchor: none`): two would move it twice.
 */
export function useKeptPlace(
    keys: readonly string[],
    virtual: Virtual,
    scroller: RefObject<HTMLDivElement | null>,
    isHeld: () => boolean,
): void {
    const before = useRef<readonly Anchor[]>([])
    useLayoutEffect(() => {
        const element = scroller.current
        if (!element || !isHeld()) return
        const shift = shiftOf(before.current, keys, (place) => virtual.measurementsCache[place]?.start)
        if (shift) element.scrollTop += shift
    })
    useLayoutEffect(() => {
        const top = scroller.current?.scrollTop ?? 0
        before.current = virtual
            .getVirtualItems()
            .filter(({ end }) => end > top)
            .flatMap(({ index, start }) => {
                const key = keys[index]
                return key === undefined ? [] : [{ key, start, place: index }]
            })
    })
}
