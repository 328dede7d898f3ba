import { describe, expect, it } from "vitest"
import type { AgentPoint, AgentSeries, DashboardSeries, SeriesPoint } from "@/api/api.gen"
import { money, shortMoney } from "@/app/money"
import { ago, costs, lasted, percent, pointLabel, stackOf } from "@/features/mission/figures"
import { measuresOf, silentOn, spendersOf, TOKENS } from "@/features/mission/spending"
import { MONEY, WHOLE } from "@/features/mission/steps"

const POINT: SeriesPoint = {
    timestamp: "2026-11-23T00:00:00.000Z",
    attempts: 5,
    succeeded: 2,
    failed: 1,
    ended: 3,
    reviewSeconds: null,
    took: [],
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
    it("tell money of less than a coin, and as short as an axis needs it", () => {
        expect([12.4, 0.0023, 0.05, 0].map((value) => money(value, "USD", "en"))).toEqual([
            "$12.40",
            "$0.0023",
            "$0.05",
            "$0.00",
        ])
        expect([0, 5, 2.5, 1_500, 0.0005].map((value) => shortMoney(value, "USD", "en"))).toEqual([
            "$0",
            "$5",
            "$2.50",
            "$1.5K",
            "$0.0005",
        ])
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

it("the steps of an axis are round, and of money smaller than a coin", () => {
    expect(WHOLE.slice(0, 5)).toEqual([1, 2, 5, 10, 20])
    expect(MONEY.slice(0, 4)).toEqual([0.00001, 0.00002, 0.00005, 0.0001])
    expect(MONEY).toContain(0.01)
})

describe("what each agent took", () => {
    const agent = (
        agentId: string,
        cost: Record<string, number>,
        totalTokens: number | null,
    ): AgentSeries => ({
        agentId,
        agentName: agentId.toLowerCase(),
        ended: 1,
        succeeded: 1,
        failed: 0,
        cost,
        totalTokens,
        workSeconds: 1,
    })
    const seriesOf = (agents: AgentSeries[], ...took: AgentPoint[][]): DashboardSeries => ({
        timeRange: { to: "2026-11-23T18:00:00.000Z" },
        bucketSeconds: 86_400,
        points: took.map((one) => ({ ...POINT, took: one })),
        agents,
        isPartial: false,
    })

    it("is told in each currency by itself, that of most agents first, and in tokens", () => {
        const agents = [
            agent("A", { EUR: 1 }, null),
            agent("B", { EUR: 1, USD: 9 }, null),
            agent("C", {}, null),
        ]
        expect(measuresOf(seriesOf(agents))).toEqual(["EUR", "USD"])
        expect(measuresOf(seriesOf([...agents, agent("D", {}, 7)]))).toEqual(["EUR", "USD", TOKENS])
        expect(measuresOf(seriesOf([agent("C", {}, null)]))).toEqual([])
    })
    it("stands one upon the other, who took most at the bottom", () => {
        const series = seriesOf(
            [agent("A", { USD: 1 }, 10), agent("B", { USD: 5 }, null), agent("C", {}, 40)],
            [
                { agentId: "A", cost: { USD: 1 }, totalTokens: 10 },
                { agentId: "B", cost: { USD: 2 }, totalTokens: null },
            ],
            [
                { agentId: "B", cost: { USD: 3 }, totalTokens: null },
                { agentId: "C", cost: {}, totalTokens: 40 },
            ],
        )
        const shown = spendersOf(series, "USD")
        expect(shown.map((one) => [one.agent?.agentId, one.total, one.values, one.stacked])).toEqual([
            ["B", 5, [2, 3], [2, 3]],
            ["A", 1, [1, 0], [3, 3]],
        ])
        expect(spendersOf(series, TOKENS).map((one) => [one.agent?.agentId, one.stacked])).toEqual([
            ["C", [0, 40]],
            ["A", [10, 40]],
        ])
        expect(silentOn(series, "USD").map(({ agentId }) => agentId)).toEqual(["C"])
        expect(silentOn(series, TOKENS).map(({ agentId }) => agentId)).toEqual(["B"])
    })
    it("of many agents is one bar of those that took least", () => {
        const names = ["A", "B", "C", "D", "E", "F", "G"]
        const agents = names.map((name, place) => agent(name, { USD: 10 - place }, null))
        const took = names.map((name, place) => ({
            agentId: name,
            cost: { USD: 10 - place },
            totalTokens: null,
        }))
        const shown = spendersOf(seriesOf(agents, took), "USD")
        expect(shown.map((one) => one.agent?.agentId ?? one.agents)).toEqual(["A", "B", "C", "D", "E", 2])
        expect(shown.at(-1)?.values).toEqual([9])
        expect(shown.at(-1)?.stacked).toEqual([49])
        expect(spendersOf(seriesOf(agents.slice(1), took.slice(1)), "USD")).toHaveLength(6)
    })
})
