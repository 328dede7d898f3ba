import { type RefObject, useEffect, useState } from "react"

/** Milliseconds after which a mouse that does not move is not about to press anything. */
const REST = 4_000

/** Whether a hand is on the mouse over the element: what lies under it must not become another thing now. */
export function useHand(place: RefObject<HTMLElement | null>): boolean {
    const [isOn, setOn] = useState(false)
    useEffect(() => {
        const element = place.current
        if (!element) return
        let timer: ReturnType<typeof setTimeout> | undefined
        const off = (): void => {
            clearTimeout(timer)
            setOn(false)
        }
        const moved = ({ pointerType }: PointerEvent): void => {
            // A finger is nowhere until it touches; then it is on what it saw.
            if (pointerType === "touch") return
            clearTimeout(timer)
            timer = setTimeout(off, REST)
            setOn(true)
        }
        element.addEventListener("pointermove", moved, { passive: true })
        element.addEventListener("pointerdown", moved, { passive: true })
        element.addEventListener("pointerleave", off)
        return () => {
            clearTimeout(timer)
            element.removeEventListener("pointermove", moved)
            element.removeEventListener("pointerdown", moved)
            element.removeEventListener("pointerleave", off)
        }
    }, [place])
    return isOn
}

export interface Listing<T> {
    items: readonly T[]
    idOf: (item: T) => string
    /** When it came: what is older than the newest that is shown is no news, but was not fetched before. */
    timeOf?: (item: T) => string
    /** What else decides which items these are (an order, a filter): another one begins anew. */
    basis?: string
}

export interface Shown<T> {
    items: readonly { item: T; isGone: boolean }[]
    /** How many there are that are not shown yet. */
    fresh: number
}

/** What is taken for shown: the items of a listing as it was, with what it was made for. */
export interface Taken<T> {
    items: readonly T[]
    basis: string
}

/** What a listing is to be taken for next: `taken` itself where nothing has to change. */
export function nextTaken<T>(taken: Taken<T>, listing: Listing<T>, isHeld: boolean): Taken<T> {
    const { items, idOf, basis = "" } = listing
    if (isHeld && taken.items.length > 0) {
        const late = lateOf(taken, listing)
        const known = new Set(taken.items.map(idOf))
        const isJoined = items.some((item) => !known.has(idOf(item)) && !late.has(idOf(item)))
        if (basis === taken.basis && !isJoined) return taken
        return { items: items.filter((item) => !late.has(idOf(item))), basis }
    }
    const isSame =
        basis === taken.basis &&
        items.length === taken.items.length &&
        items.every((item, place) => idOf(item) === idOf(taken.items[place] as T))
    return isSame ? taken : { items, basis }
}

/** The items in the places in which they are taken to be, each as it is now. */
export function shownOf<T>(taken: Taken<T>, listing: Listing<T>): Shown<T> {
    const { items, idOf } = listing
    const now = new Map(items.map((item) => [idOf(item), item]))
    return {
        items: taken.items.map((was) => {
            const item = now.get(idOf(was))
            return { item: item ?? was, isGone: item === undefined }
        }),
        fresh: lateOf(taken, listing).size,
    }
}

/** The ids of what came since. */
function lateOf<T>(taken: Taken<T>, { items, idOf, timeOf }: Listing<T>): ReadonlySet<string> {
    const known = new Set(taken.items.map(idOf))
    const newest = timeOf ? taken.items.map(timeOf).reduce((a, b) => (a > b ? a : b), "") : ""
    return new Set(
        items.filter((item) => !known.has(idOf(item)) && (!timeOf || timeOf(item) > newest)).map(idOf),
    )
}

/**
 * A list that stands still while it is held: what comes waits, what goes is shown as gone. `takeIn` shows it as it is
 * at once.
 */
export function useHeld<T>(listing: Listing<T>, isHeld: boolean): Shown<T> & { takeIn: () => void } {
    const [taken, setTaken] = useState<Taken<T>>(() => ({ items: listing.items, basis: listing.basis ?? "" }))
    const next = nextTaken(taken, listing, isHeld)
    if (next !== taken) setTaken(next)
    return { ...shownOf(next, listing), takeIn: () => setTaken(nextTaken(next, listing, false)) }
}
