import type { AgentEntry, Attempt, ProfileRow, ShownProjectSettings } from "@/api/api.gen"

/** Who is to work on a card: an agent, and its profile; null: the agent as it is. */
export interface Worker {
    agent: string
    profileId: string | null
}

type Defaults = Pick<ShownProjectSettings, "defaultAgent" | "defaultProfileId">

/** What is known when the dialog opens. */
export interface Known {
    agents: readonly AgentEntry[]
    profiles: readonly ProfileRow[]
    /** What the project's settings say; undefined: that could not be loaded. */
    defaults: Defaults | undefined
    /** The attempt to be tried again. */
    like: Attempt | undefined
    /** The agent that was chosen last. */
    last: string | null
}

/** The first of these wishes that can work here, else the first agent that can. */
function firstAgent(agents: readonly AgentEntry[], wishes: readonly (string | null | undefined)[]): string {
    const usable = agents.filter(({ installed }) => installed !== false)
    for (const wish of wishes) if (usable.some(({ key }) => key === wish)) return wish ?? ""
    return (usable[0] ?? agents[0])?.key ?? ""
}

/**
 * An agent with the profile that the project's settings give it. The server takes an order as it is: what the order
 * leaves out it does not look up in the settings, so the dialog names it.
 */
export function workerAs(
    agent: string,
    defaults: Defaults | undefined,
    profiles: readonly ProfileRow[],
): Worker {
    const usual = profiles.find(({ id }) => id === defaults?.defaultProfileId)
    const isUsual = agent === defaults?.defaultAgent && usual?.agent === agent
    return { agent, profileId: isUsual ? usual.id : null }
}

/** Who is proposed at first: who worked before, else who the settings name, else who was chosen last. */
export function firstWorker({ agents, profiles, defaults, like, last }: Known): Worker {
    const agent = firstAgent(agents, [like?.agent, defaults?.defaultAgent, last])
    if (like?.agent !== agent) return workerAs(agent, defaults, profiles)
    const before = profiles.find(({ id }) => id === like.profileId)
    return { agent, profileId: before?.id ?? null }
}
