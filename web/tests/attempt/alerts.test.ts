import { describe, expect, it } from "vitest"
import type { Overview, Permission } from "@/api/api.gen"
import { alertsOf } from "@/features/inbox/alerts"

const overview = (active: string[], ended: [string, string][] = []) =>
    ({
        activeAttempts: active.map((attemptId) => ({ attemptId })),
        recentAttemptActivity: ended.map(([attemptId, status]) => ({ attemptId, status, occurredAt: "t" })),
    }) as unknown as Overview
const asks = (...ids: string[]) => ids.map((id) => ({ id, attemptId: "a" }) as Permission)

describe("alerts", () => {
    it("tell of requests that are new", () => {
        const found = alertsOf(
            { overview: overview(["a"]), waiting: asks("p") },
            { overview: overview(["a"]), waiting: asks("p", "q") },
        )
        expect(found).toEqual([{ key: "q", kind: "asks", attemptId: "a" }])
    })

    it("tell of a request when it is known what card it is of, once", () => {
        const unknown = { overview: overview([]), waiting: asks("p") }
        const known = { overview: overview(["a"]), waiting: asks("p") }
        expect(alertsOf({ overview: overview([]), waiting: [] }, unknown)).toEqual([])
        expect(alertsOf(unknown, known)).toEqual([{ key: "p", kind: "asks", attemptId: "a" }])
        expect(alertsOf(known, known)).toEqual([])
    })

    it("tell of ends, but not of stops", () => {
        const now = overview(
            ["d"],
            [
                ["a", "succeeded"],
                ["b", "failed"],
                ["c", "stopped"],
            ],
        )
        const found = alertsOf(
            { overview: overview(["a", "b", "c", "d"]), waiting: [] },
            { overview: now, waiting: [] },
        )
        expect(found.map(({ kind, attemptId }) => [kind, attemptId])).toEqual([
            ["finished", "a"],
            ["ended", "b"],
        ])
    })
})
