import type { AgentEntry, ProfileRow, ShownProjectSettings } from "@/api/api.gen"

/** What is written; as the settings' mapping of profiles calls it. */
export type Task = "ticketEnhance" | "prSummary"

/** Whom a person wants to write this once; null: as the project's settings say. */
export interface Choice {
    agent: string | null
    profileId: string | null
}

export const AS_SET: Choice = { agent: null, profileId: null }

/** Who writes where nobody was chosen: the server's rule (docs/agents.md, "Agents that write"). */
export const FALLBACK = "DEMO"

type Wishes = Pick<
    ShownProjectSettings,
    "defaultAgent" | "defaultProfileId" | "inlineAgent" | "inlineProfileId" | "inlineAgentProfileMapping"
>

export interface Writer {
    /** Its key. */
    agent: string
    profile: ProfileRow | null
    /** Neither a person nor the settings chose it. */
    isFallback: boolean
}

/** Whether a project says which agent is to write. */
export function hasWriter({ inlineAgent, defaultAgent }: Wishes): boolean {
    return Boolean(inlineAgent ?? defaultAgent)
}

/** Who writes, and with which profile: what the server will make of the choice and the settings. */
export function writerOf(
    task: Task,
    choice: Choice,
    settings: Wishes,
    profiles: readonly ProfileRow[],
): Writer {
    const find = (id: string | null | undefined): ProfileRow | undefined =>
        profiles.find((profile) => profile.id === id)
    const named = find(choice.profileId)
    const chosen = choice.agent ?? named?.agent ?? settings.inlineAgent ?? settings.defaultAgent
    const agent = chosen ?? FALLBACK
    const wishes = [
        settings.inlineAgentProfileMapping?.[task],
        agent === settings.inlineAgent ? settings.inlineProfileId : null,
        settings.defaultProfileId,
    ]
    const usual = wishes.map(find).find((profile) => profile?.agent === agent)
    return { agent, profile: named ?? usual ?? null, isFallback: chosen == null }
}

/** What the wire wants of a choice: what is left to the settings is left out. */
export function chosenOf({ agent, profileId }: Choice): { agent?: string; profileId?: string } {
    return { ...(agent === null ? {} : { agent }), ...(profileId === null ? {} : { profileId }) }
}

/** Agents other than the demo agent that could write on this machine, as far as the server has looked for them. */
export function realAgents(agents: readonly AgentEntry[]): readonly AgentEntry[] {
    return agents.filter(({ key, installed }) => key !== FALLBACK && installed !== false)
}
