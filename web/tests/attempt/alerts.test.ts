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
            { overview: null, waiting: asks("p") },
            { overview: null, waiting: asks("p", "q") },
        )
        expect(found).toEqual([{ key: "q", kind: "asks", attemptId: "a" }])
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
