import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { AttemptsAnswer, ListedAttempt } from "@/api/api.gen"
import { DetailsOfAttempts } from "@/sync/attemptDetails"
import { BoardStore } from "@/sync/boardStore"
import type { AttemptBrief } from "@/sync/fold"
import { UNHEARD } from "@/sync/health"

const PLAN = (completed: number) => ({ total: 3, completed, items: [] })

function listed(id: string, more: Partial<ListedAttempt>): ListedAttempt {
    return {
        id,
        boardId: "p",
        cardId: "x",
        agent: "DEMO",
        status: "running",
        baseBranch: "main",
        branchName: "b",
        worktreePath: null,
        sessionId: null,
        createdAt: "1",
        updatedAt: "1",
        startedAt: null,
        endedAt: null,
        ...more,
    }
}

/** A server that answers when the test says so. */
class Asked {
    readonly asked: string[] = []
    #answers: ((answer: AttemptsAnswer | Error) => void)[] = []

    readonly page = async (_: string, status: string, after: string | null): Promise<AttemptsAnswer> => {
        this.asked.push(after === null ? status : `${status} after ${after}`)
        const answer = await new Promise<AttemptsAnswer | Error>((resolve) => this.#answers.push(resolve))
        if (answer instanceof Error) throw answer
        return answer
    }

    async answer(attempts: ListedAttempt[], next: string | null = null): Promise<void> {
        this.#answers.shift()?.({ attempts, next })
        await vi.advanceTimersByTimeAsync(0)
    }

    async fail(): Promise<void> {
        this.#answers.shift()?.(new Error("gone"))
        await vi.advanceTimersByTimeAsync(0)
    }
}

let store: BoardStore
let server: Asked
let details: DetailsOfAttempts

function begin(...briefs: AttemptBrief[]): void {
    const state = { columns: {}, columnOrder: [], cards: {} }
    const attempts = Object.fromEntries(briefs.map((brief) => [`of ${brief.attemptId}`, [brief]]))
    store.take([{ event: "snapshot", body: { state, attempts } }])
}

function told(attemptId: string, status: AttemptBrief["status"]): void {
    store.take([{ event: "attempt_status", body: { attemptId, cardId: `of ${attemptId}`, status } }])
}

async function soon(): Promise<void> {
    await vi.advanceTimersByTimeAsync(200)
}

beforeEach(() => {
    vi.useFakeTimers()
    store = new BoardStore("p")
    server = new Asked()
    details = new DetailsOfAttempts(store, server.page)
})

afterEach(() => {
    vi.useRealTimers()
})

describe("what cards say of attempts", () => {
    it("is asked for once after a snapshot, and only what is shown", async () => {
        begin({ attemptId: "a", status: "running" }, { attemptId: "b", status: "succeeded" })
        await soon()
        expect(server.asked).toEqual(["active"])
        await server.answer([listed("a", { todos: PLAN(1) }), listed("z", {})])
        expect(Object.keys(store.shown.value.details)).toEqual(["a"])
        expect(store.shown.value.todos.a?.completed).toBe(1)
        await vi.advanceTimersByTimeAsync(60_000)
        expect(server.asked).toHaveLength(1)
    })

    it("asks nothing for a board on which nothing runs or has failed", async () => {
        begin({ attemptId: "b", status: "succeeded" })
        await soon()
        expect(server.asked).toEqual([])
    })

    it("goes through the pages until all are found", async () => {
        begin({ attemptId: "a", status: "failed" })
        await soon()
        await server.answer([listed("other", { status: "failed" })], "other")
        await server.answer([listed("a", { status: "failed", failure: "It broke" })], "a")
        expect(server.asked).toEqual(["failed", "failed after other"])
        expect(store.shown.value.details.a?.failure).toBe("It broke")
    })

    it("asks anew for what fails again", async () => {
        begin({ attemptId: "a", status: "failed" })
        await soon()
        await server.answer([listed("a", { status: "failed", failure: "First" })])
        told("a", "queued")
        told("a", "running")
        told("a", "failed")
        await soon()
        expect(server.asked).toEqual(["failed", "failed"])
        await server.answer([listed("a", { status: "failed", failure: "Second" })])
        expect(store.shown.value.details.a?.failure).toBe("Second")
    })

    it("keeps a plan that was told while it asked", async () => {
        begin({ attemptId: "a", status: "running" })
        await soon()
        store.take([{ event: "attempt_todos", body: { attemptId: "a", todos: PLAN(2) } }])
        await server.answer([listed("a", { todos: PLAN(1) })])
        expect(store.shown.value.todos.a?.completed).toBe(2)
    })

    it("asks again for news that came while it asked", async () => {
        begin({ attemptId: "a", status: "queued" })
        await soon()
        told("a", "running")
        await soon()
        expect(server.asked).toHaveLength(1)
        await server.answer([listed("a", { status: "queued", queuePosition: 1 })])
        await soon()
        expect(server.asked).toHaveLength(2)
    })

    it("looks where those stand that wait in line when it moves", async () => {
        begin({ attemptId: "a", status: "queued" })
        await soon()
        await server.answer([listed("a", { status: "queued", queuePosition: 2 })])
        details.look()
        await soon()
        await server.answer([listed("a", { status: "queued", queuePosition: 1 })])
        expect(store.shown.value.details.a?.queuePosition).toBe(1)
    })

    it("asks for everything when the server is back after it could not be asked", async () => {
        vi.spyOn(console, "warn").mockImplementation(() => undefined)
        begin({ attemptId: "a", status: "running" })
        await soon()
        await server.fail()
        store.hear({ ...UNHEARD, phase: "live" })
        await soon()
        await server.answer([listed("a", {})])
        expect(store.shown.value.details.a?.agent).toBe("DEMO")
    })
})
