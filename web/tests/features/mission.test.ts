import { describe, expect, it } from "vitest"
import type { DashboardSeries, SeriesPoint } from "@/api/api.gen"
import { ago, costs, lasted, percent, pointLabel, stackOf } from "@/features/mission/figures"

const POINT: SeriesPoint = {
    timestamp: "2026-11-23T00:00:00.000Z",
    attempts: 5,
    succeeded: 2,
    failed: 1,
    ended: 3,
    reviewSeconds: null,
}

describe("figures", () => {
    it("say how long something took in one unit", () => {
        expect([5, 90, 600, 5_400, 200_000].map((seconds) => lasted(seconds, "en"))).toEqual([
            "5 sec",
            "1.5 min",
            "10 min",
            "1.5 hr",
            "2.3 days",
        ])
    })
    it("say how long ago something was, and never in the future", () => {
        const now = Date.parse("2026-11-23T18:00:00.000Z")
        expect(ago("2026-11-23T17:58:30.000Z", now, "en")).toBe("1 min. ago")
        expect(ago("2026-11-23T18:00:05.000Z", now, "en")).toBe("now")
        expect(ago("2026-11-20T18:00:00.000Z", now, "en")).toBe("3 days ago")
    })
    it("name a day as the server counts it", () => {
        expect(pointLabel(POINT, 86_400, "en")).toBe("Nov 23")
    })
    it("keep currencies apart", () => {
        const agent = {
            agentId: "A",
            agentName: "A",
            ended: 1,
            succeeded: 1,
            failed: 0,
            totalTokens: null,
            workSeconds: 0,
        }
        expect(costs({ ...agent, cost: { USD: 1.5, EUR: 2 } }, "en")).toBe("$1.50 + €2.00")
        expect(costs({ ...agent, cost: {} }, "en")).toBe("")
    })
    it("are shares in percent", () => {
        expect(percent(1 / 3, "en")).toBe("33%")
    })
})

it("bars stand upon each other", () => {
    const series: DashboardSeries = {
        timeRange: { to: "2026-11-23T18:00:00.000Z" },
        bucketSeconds: 86_400,
        points: [POINT],
        agents: [],
        isPartial: false,
    }
    expect(stackOf(series)).toEqual({ times: [1_795_392_000], succeeded: [2], failed: [3], all: [5] })
})
