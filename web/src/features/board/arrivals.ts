import { useEffect, useRef, useState } from "react"

/** What a column shows, and what of it the server has told (the rest are changes of one's own under way). */
export interface Shown {
    cardIds: readonly string[]
    told: readonly string[]
    /** What else decides which cards these are: another one brings no news. */
    basis: unknown
}

/** The cards that somebody else brought into the column. */
export function arrivedBetween(before: Shown, now: Shown): readonly string[] {
    if (before.basis !== now.basis || before.cardIds === now.cardIds) return []
    const [had, told] = [new Set(before.cardIds), new Set(now.told)]
    return now.cardIds.filter((cardId) => !had.has(cardId) && told.has(cardId))
}

/** Cards that came into the column and were not in sight since, in the order of the column. */
export function useArrivals(shown: Shown): {
    unseen: readonly string[]
    saw: (isSeen: (cardId: string) => boolean) => void
} {
    const before = useRef(shown)
    const [unseen, setUnseen] = useState<readonly string[]>([])
    useEffect(() => {
        const arrived = arrivedBetween(before.current, shown)
        const isOther = before.current.basis !== shown.basis
        before.current = shown
        setUnseen((was) => {
            const waiting = new Set(isOther ? arrived : [...was, ...arrived])
            const next = shown.cardIds.filter((cardId) => waiting.has(cardId))
            return next.length === was.length && next.every((cardId, at) => cardId === was[at]) ? was : next
        })
        // What is told comes with the ids.
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [shown.cardIds, shown.basis])
    return {
        unseen,
        saw: (isSeen) =>
            setUnseen((was) => {
                const left = was.filter((cardId) => !isSeen(cardId))
                return left.length === was.length ? was : left
            }),
    }
}
