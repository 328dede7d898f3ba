import type { AgentEntry } from "@/api/api.gen"

/** How it stands with an agent: what is in the way comes first. */
export type Standing = "ready" | "login" | "unknown" | "broken" | "missing" | "unlooked"

export function standingOf(agent: AgentEntry): Standing {
    if (agent.installed === undefined || agent.installed === null) return "unlooked"
    if (!agent.installed) return "missing"
    if (agent.login === "missing") return "login"
    if (agent.problem) return "broken"
    return agent.login === "ok" ? "ready" : "unknown"
}

const RANK: Record<Standing, number> = { ready: 0, unknown: 1, login: 2, broken: 3, unlooked: 4, missing: 5 }

/** Those that can be used first, each kind by name. */
export function sortedAgents(agents: readonly AgentEntry[]): AgentEntry[] {
    return [...agents].sort(
        (one, other) =>
            RANK[standingOf(one)] - RANK[standingOf(other)] || one.label.localeCompare(other.label),
    )
}
