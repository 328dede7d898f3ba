import { describe, expect, it } from "vitest"
import type { ListedAttempt } from "@/api/api.gen"
import { filtered, rowOf, sorted } from "@/features/attempts/table"

const NOW = Date.parse("2026-11-23T18:10:00.000Z")

function run(id: string, more: Partial<ListedAttempt> = {}, title = id) {
    const attempt: ListedAttempt = {
        id,
        boardId: "b",
        cardId: id,
        agent: "DEMO",
        status: "succeeded",
        baseBranch: "main",
        branchName: `branch-${id}`,
        worktreePath: null,
        sessionId: null,
        createdAt: `2026-11-23T18:0${id.length}:00.000Z`,
        updatedAt: "2026-11-23T18:00:00.000Z",
        startedAt: "2026-11-23T18:00:00.000Z",
        endedAt: "2026-11-23T18:01:00.000Z",
        ...more,
    }
    return rowOf(attempt, { key: `D-${id}`, title, project: "Demo" }, NOW)
}

describe("a table of attempts", () => {
    it("counts on while one runs, and not while it never did", () => {
        expect(run("a").seconds).toBe(60)
        expect(run("a", { endedAt: null }).seconds).toBe(600)
        expect(run("a", { startedAt: null, endedAt: null }).seconds).toBeNull()
    })
    it("sorts both ways, those without a value last", () => {
        const rows = [run("a", { usage: { cost: 2 } }), run("b"), run("c", { usage: { cost: 10 } })]
        const ids = (isDown: boolean) =>
            sorted(rows, { key: "cost", isDown }).map(({ attempt }) => attempt.id)
        expect(ids(false)).toEqual(["a", "c", "b"])
        expect(ids(true)).toEqual(["c", "a", "b"])
    })
    it("sorts by what is written as people read it", () => {
        const rows = [run("a", {}, "Step 10"), run("b", {}, "Step 9")]
        expect(sorted(rows, { key: "card", isDown: false }).map(({ title }) => title)).toEqual([
            "Step 9",
            "Step 10",
        ])
    })
    it("puts what goes on first by status", () => {
        const rows = [run("a"), run("b", { status: "failed" }), run("c", { status: "running" })]
        const order = sorted(rows, { key: "status", isDown: false }).map(({ attempt }) => attempt.status)
        expect(order).toEqual(["running", "failed", "succeeded"])
    })
    it("finds rows that have every word", () => {
        const rows = [run("a", {}, "Retry uploads"), run("b", { agent: "CODEX" }, "Retry downloads")]
        expect(filtered(rows, "retry codex").map(({ key }) => key)).toEqual(["D-b"])
        expect(filtered(rows, "  ")).toHaveLength(2)
        expect(filtered(rows, "demo d-a")).toHaveLength(1)
    })
})
