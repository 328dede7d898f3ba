import { describe, expect, it } from "vitest"
import type { AgentEntry, ProfileRow } from "@/api/api.gen"
import { AS_SET, chosenOf, hasWriter, realAgents, writerOf } from "@/features/github/parts/writer"

function profile(id: string, agent: string): ProfileRow {
    return { id, agent, name: id, configJson: "{}", createdAt: "", updatedAt: "" }
}

const PROFILES = [
    profile("apg-careful", "CLAUDE_CODE"),
    profile("apg-quick", "CLAUDE_CODE"),
    profile("ap-own", "CODEX"),
]
const NOTHING = {
    defaultAgent: null,
    defaultProfileId: null,
    inlineAgent: null,
    inlineProfileId: null,
    inlineAgentProfileMapping: {},
}

describe("who writes", () => {
    it("is the demo agent where nobody was chosen", () => {
        expect(writerOf("prSummary", AS_SET, NOTHING, PROFILES)).toEqual({
            agent: "DEMO",
            profile: null,
            isFallback: true,
        })
        expect(hasWriter(NOTHING)).toBe(false)
        expect(hasWriter({ ...NOTHING, defaultAgent: "CODEX" })).toBe(true)
    })

    it("is as a person chooses, before the settings; a profile names its agent", () => {
        const settings = { ...NOTHING, inlineAgent: "CODEX" }
        const named = { agent: "CLAUDE_CODE", profileId: "apg-quick" }
        expect(writerOf("prSummary", named, settings, PROFILES)).toMatchObject({
            agent: "CLAUDE_CODE",
            profile: { id: "apg-quick" },
            isFallback: false,
        })
        const onlyProfile = { agent: null, profileId: "apg-quick" }
        expect(writerOf("prSummary", onlyProfile, settings, PROFILES).agent).toBe("CLAUDE_CODE")
        expect(writerOf("prSummary", { agent: "DEMO", profileId: null }, NOTHING, PROFILES).isFallback).toBe(
            false,
        )
    })

    it("is the inline agent before the default one", () => {
        const both = { ...NOTHING, inlineAgent: "CODEX", defaultAgent: "CLAUDE_CODE" }
        expect(writerOf("ticketEnhance", AS_SET, both, PROFILES).agent).toBe("CODEX")
        expect(writerOf("ticketEnhance", AS_SET, { ...both, inlineAgent: null }, PROFILES).agent).toBe(
            "CLAUDE_CODE",
        )
    })
})

describe("with which profile one writes", () => {
    const settings = {
        ...NOTHING,
        inlineAgent: "CLAUDE_CODE",
        inlineProfileId: "apg-careful",
        defaultAgent: "CODEX",
        defaultProfileId: "ap-own",
        inlineAgentProfileMapping: { ticketEnhance: "apg-quick" },
    }
    it.each([
        ["ticketEnhance", null, "apg-quick"],
        ["prSummary", null, "apg-careful"],
        // One of another agent is passed over; the inline profile is the inline agent's alone.
        ["ticketEnhance", "CODEX", "ap-own"],
        ["prSummary", "GEMINI", undefined],
    ] as const)("%s by %s is %s", (task, agent, expected) => {
        expect(writerOf(task, { agent, profileId: null }, settings, PROFILES).profile?.id).toBe(expected)
    })

    it("is none where the profile is not there any more", () => {
        const gone = { ...settings, inlineProfileId: "apg-gone", inlineAgentProfileMapping: {} }
        expect(writerOf("prSummary", AS_SET, gone, PROFILES).profile).toBeNull()
    })
})

describe("a choice", () => {
    it("leaves to the settings what was not chosen", () => {
        expect(chosenOf(AS_SET)).toEqual({})
        expect(chosenOf({ agent: "CODEX", profileId: null })).toEqual({ agent: "CODEX" })
        expect(chosenOf({ agent: null, profileId: "ap-own" })).toEqual({ profileId: "ap-own" })
    })

    it("is of agents beside the demo agent that are not known to be missing", () => {
        const agents = [
            { key: "DEMO", installed: true },
            { key: "CODEX", installed: true },
            { key: "GEMINI", installed: false },
            { key: "QWEN" },
        ] as AgentEntry[]
        expect(realAgents(agents).map(({ key }) => key)).toEqual(["CODEX", "QWEN"])
    })
})
