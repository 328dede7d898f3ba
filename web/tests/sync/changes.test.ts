import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { BoardState, Card, CardPatch } from "@/api/api.gen"
import { columnChanged, columnDeleted, created, deleted, edited, moved } from "@/sync/changes"

// A person's own change must show what the server's fold will: the golden triples of tests/golden say what that is.
interface Triple {
    before: { state: BoardState }
    event: Record<string, unknown> & { changes?: Record<string, unknown>; card?: Card }
    after: { state: BoardState }
}

function triple(name: string): Triple {
    const path = new URL(`../../../tests/golden/${name}.json`, import.meta.url)
    return JSON.parse(readFileSync(path, "utf8")) as Triple
}

function never(): never {
    throw new Error("this triple has no card")
}

/** Times are the server's to say. */
function timeless(state: BoardState): unknown {
    const cards = Object.entries(state.cards).map(([id, card]) => [id, { ...card, updatedAt: "" }])
    return { ...state, cards: Object.fromEntries(cards) as unknown }
}

describe("own changes, over the golden triples", () => {
    it.each([
        "card-moved-down",
        "card-moved-up",
        "card-moved-nowhere",
        "card-moved-across",
        "card-moved-into-empty",
    ])("%s", (name) => {
        const { before, event, after } = triple(name)
        const then = moved(
            before.state,
            [String(event.cardId)],
            String(event.toColumnId),
            Number(event.index),
        )
        expect(timeless(then)).toEqual(timeless(after.state))
    })

    it.each([
        "card-updated-title",
        "card-updated-cleared",
        "card-updated-null",
        "card-updated-absent",
        "card-updated-links",
    ])("%s", (name) => {
        const { before, event, after } = triple(name)
        const then = edited(before.state, String(event.cardId), event.changes as CardPatch)
        expect(timeless(then)).toEqual(timeless(after.state))
    })

    it.each(["card-created-at-the-end", "card-created-between"])("%s", (name) => {
        const { before, event, after } = triple(name)
        const then = created(before.state, event.card ?? never(), String(event.columnId), Number(event.index))
        expect(then).toEqual(after.state)
    })

    it("card-deleted", () => {
        const { before, event, after } = triple("card-deleted")
        expect(deleted(before.state, [String(event.cardId)])).toEqual(after.state)
    })

    it.each(["column-updated", "column-updated-limit"])("%s", (name) => {
        const { before, event, after } = triple(name)
        const then = columnChanged(before.state, String(event.columnId), event.changes as { title?: string })
        expect(then).toEqual(after.state)
    })

    it.each(["column-moved-left", "column-moved-right"])("%s", (name) => {
        const { before, event, after } = triple(name)
        const then = columnChanged(before.state, String(event.columnId), { index: Number(event.index) })
        expect(then).toEqual(after.state)
    })

    it("column-deleted", () => {
        const { before, event, after } = triple("column-deleted")
        expect(columnDeleted(before.state, String(event.columnId))).toEqual(after.state)
    })

    it("several cards keep the order they are named in", () => {
        const { state } = triple("card-moved-across").before
        const then = moved(state, ["card-c", "card-a"], "col-2", 1)
        expect(then.columns["col-1"]?.cardIds).toEqual(["card-b"])
        expect(then.columns["col-2"]?.cardIds).toEqual(["card-d", "card-c", "card-a"])
    })

    it("what is gone meanwhile changes nothing", () => {
        const { state } = triple("card-moved-across").before
        expect(moved(state, ["card-x"], "col-2", 0)).toBe(state)
        expect(moved(state, ["card-a"], "col-x", 0)).toBe(state)
        expect(edited(state, "card-x", { title: "A" })).toBe(state)
        expect(columnDeleted(state, "col-1")).toBe(state)
    })
})
