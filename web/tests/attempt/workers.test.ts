import { describe, expect, it } from "vitest"
import type { AgentEntry, Attempt, ProfileRow } from "@/api/api.gen"
import { firstWorker, workerAs } from "@/features/attempt/start/workers"

const AGENTS = [
    { key: "CLAUDE_CODE", installed: true },
    { key: "CODEX", installed: false },
    { key: "DEMO", installed: true },
] as AgentEntry[]
const PROFILES = [
    { id: "apg-careful", agent: "CLAUDE_CODE" },
    { id: "apg-quick", agent: "CLAUDE_CODE" },
    { id: "ap-own", agent: "CODEX" },
] as ProfileRow[]
const DEFAULTS = { defaultAgent: "CLAUDE_CODE", defaultProfileId: "apg-careful" }

function first(more: Partial<Parameters<typeof firstWorker>[0]>) {
    return firstWorker({
        agents: AGENTS,
        profiles: PROFILES,
        defaults: DEFAULTS,
        like: undefined,
        last: null,
        ...more,
    })
}

describe("who is proposed to work", () => {
    it("is the project's agent with the project's profile", () => {
        expect(first({ last: "DEMO" })).toEqual({ agent: "CLAUDE_CODE", profileId: "apg-careful" })
    })

    it("is who worked before, as before: without a profile, too, and without one that is gone", () => {
        const like = { agent: "CLAUDE_CODE", profileId: "apg-quick" } as Attempt
        expect(first({ like })).toEqual({ agent: "CLAUDE_CODE", profileId: "apg-quick" })
        expect(first({ like: { ...like, profileId: null } }).profileId).toBeNull()
        expect(first({ like: { ...like, profileId: "apg-gone" } }).profileId).toBeNull()
    })

    it("is the project's again where who worked before is not installed", () => {
        const like = { agent: "CODEX", profileId: "ap-own" } as Attempt
        expect(first({ like })).toEqual({ agent: "CLAUDE_CODE", profileId: "apg-careful" })
    })

    it("is who was chosen last where the project says nothing", () => {
        const nothing = { defaultAgent: null, defaultProfileId: null }
        expect(first({ defaults: nothing, last: "DEMO" })).toEqual({ agent: "DEMO", profileId: null })
        expect(first({ defaults: undefined }).agent).toBe("CLAUDE_CODE")
    })

    it("has no profile of another agent", () => {
        expect(workerAs("DEMO", DEFAULTS, PROFILES).profileId).toBeNull()
        const wrong = { defaultAgent: "CLAUDE_CODE", defaultProfileId: "ap-own" }
        expect(workerAs("CLAUDE_CODE", wrong, PROFILES).profileId).toBeNull()
    })
})
