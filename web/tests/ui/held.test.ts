import { describe, expect, it } from "vitest"
import { type Listing, nextTaken, shownOf, type Taken } from "@/ui/held"
import { type Anchor, shiftOf } from "@/ui/keptPlace"

interface One {
    id: string
    at: string
    word: string
}
const one = (id: string, at = "1", word = ""): One => ({ id, at, word })
const listing = (items: One[], more: Partial<Listing<One>> = {}): Listing<One> => ({
    items,
    idOf: ({ id }) => id,
    ...more,
})
const TAKEN: Taken<One> = { items: [one("a", "3"), one("b", "2")], basis: "" }
const ids = (taken: Taken<One>): string => taken.items.map(({ id }) => id).join("")

describe("a list that is held", () => {
    it("lets what comes wait, and counts it", () => {
        const now = listing([one("c", "4"), one("a", "3"), one("b", "2")])
        const held = nextTaken(TAKEN, now, true)
        expect(held).toBe(TAKEN)
        expect(shownOf(held, now).fresh).toBe(1)
        expect(ids(nextTaken(TAKEN, now, false))).toBe("cab")
        expect(shownOf(nextTaken(TAKEN, now, false), now).fresh).toBe(0)
    })
    it("keeps the place of what goes, and shows the others as they are now", () => {
        const now = listing([one("b", "2", "other")])
        expect(shownOf(nextTaken(TAKEN, now, true), now).items).toEqual([
            { item: one("a", "3"), isGone: true },
            { item: one("b", "2", "other"), isGone: false },
        ])
        expect(ids(nextTaken(TAKEN, now, false))).toBe("b")
    })
    it("keeps its order when the values that it is sorted by change", () => {
        const now = listing([one("b", "2"), one("a", "3")])
        expect(ids(nextTaken(TAKEN, now, true))).toBe("ab")
        expect(ids(nextTaken(TAKEN, now, false))).toBe("ba")
    })
    it("takes in a page that was fetched: what is older is no news", () => {
        const now = listing([one("c", "4"), one("a", "3"), one("b", "2"), one("z", "1")], {
            timeOf: ({ at }) => at,
        })
        const held = nextTaken(TAKEN, now, true)
        expect(ids(held)).toBe("abz")
        expect(shownOf(held, now).fresh).toBe(1)
    })
    it("begins anew with another order or filter, still without what came since", () => {
        const now = listing([one("b", "2"), one("a", "3"), one("c", "4")], {
            timeOf: ({ at }) => at,
            basis: "other",
        })
        expect(ids(nextTaken(TAKEN, now, true))).toBe("ba")
    })
    it("is not held while it is empty: then nothing can move", () => {
        expect(ids(nextTaken({ items: [], basis: "" }, listing([one("a")]), true))).toBe("a")
    })
    it("is the same list as long as the same is in it", () => {
        expect(nextTaken(TAKEN, listing([one("a", "3", "new"), one("b", "2")]), false)).toBe(TAKEN)
    })
})

describe("what is looked at", () => {
    const seen: Anchor[] = [
        { key: "c", start: 200, place: 2 },
        { key: "d", start: 300, place: 3 },
    ]
    const startOf = (place: number): number | undefined => (place < 0 ? undefined : place * 100)

    it("moves by what came in above it, or left", () => {
        expect(shiftOf(seen, ["x", "y", "a", "b", "c", "d"], startOf)).toBe(200)
        expect(shiftOf(seen, ["a", "c", "d"], startOf)).toBe(-100)
    })
    it("is told by the next one when the first is gone", () => {
        expect(shiftOf(seen, ["x", "x2", "a", "b", "d"], startOf)).toBe(100)
    })
    it("is let be when nothing above it changed, or nothing of it is left", () => {
        expect(shiftOf(seen, ["a", "b", "c", "x", "d"], startOf)).toBeNull()
        expect(shiftOf(seen, ["x", "y"], startOf)).toBeNull()
    })
})
