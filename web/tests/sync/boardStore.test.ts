import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { BoardState, Card } from "@/api/api.gen"
import { ApiProblem, Unreachable } from "@/api/problem"
import { BoardStore, type Change } from "@/sync/boardStore"
import { edited, moved } from "@/sync/changes"
import { UNHEARD } from "@/sync/health"

function card(id: string, title = id): Card {
    return {
        id,
        title,
        ticketType: null,
        isEnhanced: false,
        disableAutoCloseOnPRMerge: false,
        disableAutoCloseOnIssueClose: false,
        createdAt: "1",
        updatedAt: "1",
    }
}

const STATE: BoardState = {
    columns: { a: { id: "a", title: "A", cardIds: ["x", "y"] }, b: { id: "b", title: "B", cardIds: [] } },
    columnOrder: ["a", "b"],
    cards: { x: card("x"), y: card("y") },
}

/** A change whose answer the test gives when it wants. */
class Asked implements Change<string> {
    readonly keys: string[] = []
    readonly answers: ((answer: { updatedAt: string } | Error) => void)[] = []

    constructor(
        readonly key: string,
        readonly apply: (state: BoardState) => BoardState,
        readonly cardId = "x",
    ) {}

    async send(key: string): ReturnType<Change<string>["send"]> {
        this.keys.push(key)
        const answer = await new Promise<{ updatedAt: string } | Error>((resolve) =>
            this.answers.push(resolve),
        )
        if (answer instanceof Error) throw answer
        return {
            value: "done",
            landed: (state) => (state.cards[this.cardId]?.updatedAt ?? "9") >= answer.updatedAt,
        }
    }
}

let store: BoardStore

beforeEach(() => {
    vi.useFakeTimers()
    store = new BoardStore("p")
    store.take([{ event: "snapshot", body: { state: STATE, attempts: {} } }])
    store.hear({ ...UNHEARD, phase: "live" })
})

afterEach(() => {
    vi.useRealTimers()
})

const rename = (title: string): Asked => new Asked("x", (state) => edited(state, "x", { title }))
const title = (): string | undefined => store.shown.value.state.cards.x?.title
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)
const told = (value: string, updatedAt: string): void =>
    store.take([
        {
            event: "state_patch",
            body: {
                ops: [
                    { op: "replace", path: "/cards/x/title", value },
                    { op: "replace", path: "/cards/x/updatedAt", value: updatedAt },
                ],
            },
        },
    ])

describe("own changes", () => {
    it("are shown at once, and stay shown until the stream has told them", async () => {
        const change = rename("mine")
        const done = store.perform(change)
        expect(title()).toBe("mine")
        await settle()
        change.answers[0]?.({ updatedAt: "2" })
        expect(await done).toBe("done")
        expect(title()).toBe("mine")
        expect(store.confirmed?.cards.x?.title).toBe("x")
        told("mine", "2")
        expect(store.shown.value.state).toBe(store.confirmed)
    })

    it("may be told before they are answered", async () => {
        const change = rename("mine")
        const done = store.perform(change)
        await settle()
        told("mine", "2")
        change.answers[0]?.({ updatedAt: "2" })
        await done
        expect(store.shown.value.state).toBe(store.confirmed)
    })

    it("are undone when they are refused, with the reason", async () => {
        const change = rename("mine")
        const done = store.perform(change)
        await settle()
        change.answers[0]?.(new ApiProblem(409, "conflict", "Task is blocked by dependencies"))
        await expect(done).rejects.toThrow("Task is blocked by dependencies")
        expect(title()).toBe("x")
    })

    it("are replayed over what others do meanwhile", async () => {
        const change = new Asked("moves", (state) => moved(state, ["y"], "b", 0), "y")
        void store.perform(change)
        store.take([
            {
                event: "state_patch",
                body: {
                    ops: [
                        { op: "remove", path: "/columns/a/cardIds/0" },
                        { op: "add", path: "/columns/b/cardIds/0", value: "x" },
                    ],
                },
            },
        ])
        expect(store.shown.value.state.columns.b?.cardIds).toEqual(["y", "x"])
        await settle()
    })

    it("wait while nobody can be reached, say so, and are sent again with the same key", async () => {
        const change = rename("mine")
        const done = store.perform(change)
        await settle()
        change.answers[0]?.(new Unreachable(null))
        await settle()
        expect(store.shown.value.waiting).toBe(1)
        expect(title()).toBe("mine")
        store.hear({ ...UNHEARD, phase: "reconnecting" })
        store.hear({ ...UNHEARD, phase: "live" })
        await settle()
        expect(store.shown.value.waiting).toBe(0)
        expect(change.keys).toHaveLength(2)
        expect(change.keys[1]).toBe(change.keys[0])
        change.answers[1]?.({ updatedAt: "2" })
        await done
    })

    it("of one thing go to the server one after the other, of different things at once", async () => {
        const [first, second, other] = [rename("1"), rename("2"), new Asked("y", (state) => state, "y")]
        void store.perform(first)
        const done = store.perform(second)
        void store.perform(other)
        await settle()
        expect([first.answers.length, second.answers.length, other.answers.length]).toEqual([1, 0, 1])
        expect(title()).toBe("2")
        first.answers[0]?.({ updatedAt: "2" })
        await settle()
        expect(second.answers).toHaveLength(1)
        second.answers[0]?.({ updatedAt: "3" })
        await done
    })

    it("are let go when a live stream never tells them", async () => {
        const change = rename("mine")
        const done = store.perform(change)
        await settle()
        change.answers[0]?.({ updatedAt: "5" })
        await done
        await vi.advanceTimersByTimeAsync(8_000)
        expect(title()).toBe("x")
    })

    it("are let go when the stream comes back and somebody else's change hides what it would tell", async () => {
        const change = rename("mine")
        const done = store.perform(change)
        await settle()
        store.hear({ ...UNHEARD, phase: "reconnecting" })
        change.answers[0]?.({ updatedAt: "5" })
        await done
        await vi.advanceTimersByTimeAsync(60_000)
        expect(title()).toBe("mine")
        store.hear({ ...UNHEARD, phase: "live" })
        await vi.advanceTimersByTimeAsync(8_000)
        expect(title()).toBe("x")
    })

    it("are let go when the state was fetched after the answer, and not by a fetch from before it", async () => {
        const change = rename("mine")
        const done = store.perform(change)
        await settle()
        store.hear({ ...UNHEARD, phase: "refreshing", heardAt: Date.now() })
        change.answers[0]?.({ updatedAt: "5" })
        await done
        await vi.advanceTimersByTimeAsync(8_000)
        store.hear({ ...UNHEARD, phase: "refreshing", heardAt: Date.now() })
        await vi.advanceTimersByTimeAsync(8_000)
        expect(title()).toBe("mine")
        store.hear({ ...UNHEARD, phase: "refreshing", heardAt: Date.now() })
        await vi.advanceTimersByTimeAsync(8_000)
        expect(title()).toBe("x")
    })

    it("leave all other cards the same objects", () => {
        const before = store.shown.value.state.cards.y
        void store.perform(rename("mine"))
        expect(store.shown.value.state.cards.y).toBe(before)
    })

    it("knows the better text for a card as it is written, and the proposal once it is ready", () => {
        const delta = (from: number, text: string) => ({
            event: "enhancement_delta" as const,
            body: { cardId: "x", from, to: from + 1, text },
        })
        store.take([
            { event: "card_enhancement", body: { cardId: "x", status: "enhancing" } },
            delta(0, "# A"),
            delta(1, " b"),
            delta(1, " b"),
        ])
        expect(store.proposals.get("x")?.text).toBe("# A b")
        const shown = store.shown.value
        store.take([delta(2, " c")])
        expect(store.shown.value).toBe(shown)
        store.take([
            {
                event: "card_enhancement",
                body: { cardId: "x", status: "ready", suggestion: { title: "A b" } },
            },
        ])
        expect(store.proposals.get("x")).toBeUndefined()
        expect(store.shown.value.enhancements.x).toEqual({ status: "ready", suggestion: { title: "A b" } })
    })

    it("keeps what it was told of proposals while they were fetched", () => {
        const take = store.beginEnhancements()
        store.take([
            { event: "card_enhancement", body: { cardId: "x", status: "failed", failure: "No agent" } },
            { event: "card_enhancement", body: { cardId: "z", status: null } },
        ])
        take({ x: { status: "enhancing" }, y: { status: "enhancing" }, z: { status: "ready" } })
        expect(store.shown.value.enhancements).toEqual({
            x: { status: "failed", failure: "No agent" },
            y: { status: "enhancing" },
        })
    })
})
