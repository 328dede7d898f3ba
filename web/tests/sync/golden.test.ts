import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { Operation } from "@/api/events.gen"
import { type BoardSnapshot, fold, foldAll, type Told } from "@/sync/fold"

// The same triples as the Python fold's: tests/golden of the repository.
const FOLDER = new URL("../../../tests/golden/", import.meta.url)

interface Triple {
    rule: string
    kind: string
    before: BoardSnapshot
    event: object
    after: BoardSnapshot
    operations: Operation[]
}

const TRIPLES = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Triple] as const)

/** The frame that tells an event in the patch view (docs/realtime.md). */
function frameOf({ kind, event, operations }: Triple): Told {
    const changesState = /^(card|column)\./.test(kind)
    return (
        changesState ? { event: "state_patch", body: { ops: operations } } : { event: kind, body: event }
    ) as Told
}

describe("the fold over the golden triples", () => {
    it("finds them", () => {
        expect(TRIPLES.length).toBeGreaterThan(30)
    })

    it.each(TRIPLES)("%s leads from before to after", (_, triple) => {
        const before = structuredClone(triple.before)
        expect(fold(triple.before, frameOf(triple))).toEqual(triple.after)
        expect(triple.before).toEqual(before)
    })

    it.each(TRIPLES)("%s: told among statuses it leads to the same as one after the other", (_, triple) => {
        const status = (cardId: string, attemptId: string): Told => ({
            event: "attempt_status",
            body: { cardId, attemptId, status: "running" } as never,
        })
        const [cardId = "gone"] = Object.keys(triple.before.state.cards)
        const all = [
            status(cardId, "attempt-a"),
            status(cardId, "attempt-b"),
            frameOf(triple),
            status(cardId, "attempt-c"),
        ]
        const before = structuredClone(triple.before)
        expect(foldAll(triple.before, all)).toEqual(all.reduce(fold, triple.before))
        expect(triple.before).toEqual(before)
    })

    it.each(TRIPLES)("%s: the state of after, whole, leads there too", (_, triple) => {
        const whole = fold(triple.before, { event: "state", body: triple.after.state })
        expect(whole.state).toEqual(triple.after.state)
    })
})
