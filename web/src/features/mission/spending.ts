import type { AgentPoint, AgentSeries, DashboardSeries } from "@/api/api.gen"

/** What is added up: money in a currency (ISO 4217), or tokens. Never both at once, and never two currencies. */
export type Measure = string
export const TOKENS = "tokens"

/** Agents with a colour of their own; what the rest took is one bar. As many as can be told apart. */
export const NAMED = 5

export interface Spender {
    /** Null: all that have no colour of their own. */
    agent: AgentSeries | null
    /** How many agents it is. */
    agents: number
    total: number
    /** What it took in each point, and that with all that lies below. */
    values: number[]
    stacked: number[]
}

/** What can be shown: the currencies that were told, that of the most agents first, then tokens. */
export function measuresOf({ agents }: DashboardSeries): Measure[] {
    const told = new Map<string, number>()
    for (const { cost } of agents)
        for (const currency of Object.keys(cost)) told.set(currency, (told.get(currency) ?? 0) + 1)
    const currencies = [...told].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([name]) => name)
    return agents.some(({ totalTokens }) => totalTokens !== null) ? [...currencies, TOKENS] : currencies
}

/** Who took how much, the one that took most first; those that took nothing of it are not there. */
export function spendersOf(series: DashboardSeries, measure: Measure): Spender[] {
    const order = series.agents
        .map((agent) => ({ agent, total: amount(agent, measure) }))
        .filter(({ total }) => total > 0)
        .sort((a, b) => b.total - a.total || a.agent.agentName.localeCompare(b.agent.agentName))
    // One alone at the end is named: "others" would take as much room.
    const named = order.length <= NAMED + 1 ? order : order.slice(0, NAMED)
    const rest = order.slice(named.length)
    const groups = [
        ...named.map(({ agent, total }) => ({ agent, agents: [agent], total })),
        ...(rest.length > 0
            ? [
                  {
                      agent: null,
                      agents: rest.map(({ agent }) => agent),
                      total: rest.reduce((sum, { total }) => sum + total, 0),
                  },
              ]
            : []),
    ]
    let below = series.points.map(() => 0)
    return groups.map(({ agent, agents, total }) => {
        const ids = new Set(agents.map(({ agentId }) => agentId))
        const values = series.points.map(({ took }) =>
            took.reduce((sum, one) => (ids.has(one.agentId) ? sum + amount(one, measure) : sum), 0),
        )
        const under = below
        const stacked = values.map((value, index) => value + (under[index] ?? 0))
        below = stacked
        return { agent, agents: ids.size, total, values, stacked }
    })
}

/** Who ended attempts in the period and told nothing of the measure: their work is not in the bars. */
export function silentOn({ agents }: DashboardSeries, measure: Measure): AgentSeries[] {
    return agents.filter(({ cost, totalTokens }) =>
        measure === TOKENS ? totalTokens === null : !(measure in cost),
    )
}

function amount({ cost, totalTokens }: Pick<AgentPoint, "cost" | "totalTokens">, measure: Measure): number {
    return measure === TOKENS ? (totalTokens ?? 0) : (cost[measure] ?? 0)
}
