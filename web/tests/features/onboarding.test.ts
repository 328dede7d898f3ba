import { describe, expect, it } from "vitest"
import type { Card } from "@/api/api.gen"
import { stepOf } from "@/features/onboarding/steps"
import type { Board } from "@/sync/boardStore"
import type { AttemptBrief } from "@/sync/fold"

function card(id: string): Card {
    const now = "2026-11-23T18:00:00.000Z"
    return {
        id,
        ticketKey: `D-${id}`,
        title: id,
        disableAutoCloseOnPRMerge: false,
        disableAutoCloseOnIssueClose: false,
        ticketType: null,
        isEnhanced: false,
        createdAt: now,
        updatedAt: now,
    }
}

function board(attempts: Record<string, AttemptBrief[]> = {}, done: string[] = []): Board {
    const open = ["1", "2"].filter((id) => !done.includes(id))
    return {
        state: {
            columns: {
                a: { id: "a", title: "Backlog", cardIds: open, key: "backlog" },
                b: { id: "b", title: "Done", cardIds: done, key: "done" },
            },
            columnOrder: ["a", "b"],
            cards: { "1": card("1"), "2": card("2") },
        },
        attempts,
        details: {},
        enhancements: {},
        todos: {},
        isKnown: true,
        waiting: 0,
    }
}

const NONE = new Set<string>()
const kind = (
    ...[shown, key = null, waiting = NONE, merged = NONE]: [
        Board,
        (string | null)?,
        Set<string>?,
        Set<string>?,
    ]
) => stepOf(shown, key, waiting, merged)?.kind

describe("the guide's next step", () => {
    it("leads from the first card over the agent to the merge", () => {
        expect(kind(board())).toBe("open")
        expect(kind(board(), "D-2")).toBe("start")
        const at = (status: AttemptBrief["status"]) => board({ "2": [{ attemptId: "x", status }] })
        expect(kind(at("queued"), "D-2")).toBe("wait")
        expect(kind(at("running"), "D-2")).toBe("wait")
        expect(kind(at("running"), "D-2", new Set(["x"]))).toBe("answer")
        expect(kind(at("succeeded"), "D-2")).toBe("merge")
        expect(kind(at("succeeded"), "D-2", NONE, new Set(["x"]))).toBe("done")
        expect(kind(at("failed"), "D-2")).toBe("retry")
        expect(kind(at("stopped"), "D-2")).toBe("retry")
    })
    it("follows a card that was started from somewhere else", () => {
        const shown = board({ "2": [{ attemptId: "x", status: "running" }] })
        expect(stepOf(shown, null, NONE, NONE)).toMatchObject({ kind: "wait", cardKey: "D-2" })
    })
    it("is done when the card is done", () => {
        expect(kind(board({ "1": [{ attemptId: "x", status: "succeeded" }] }, ["1"]))).toBe("done")
    })
    it("says nothing before anything is known, or where there is nothing to do", () => {
        expect(kind({ ...board(), isKnown: false })).toBeUndefined()
        expect(kind({ ...board(), state: { columns: {}, columnOrder: [], cards: {} } })).toBeUndefined()
    })
})
