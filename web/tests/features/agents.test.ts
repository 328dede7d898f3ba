import { describe, expect, it } from "vitest"
import type { AgentEntry, Field } from "@/api/api.gen"
import {
    draftOf,
    environmentText,
    linesOf,
    piecesOf,
    readDraft,
    readEnvironment,
    withoutHint,
} from "@/features/agents/form"
import { sortedAgents, standingOf } from "@/features/agents/standing"

function field(key: string, type: Field["type"]): Field {
    return { key, type, label: key, optional: true, nullable: true, description: null }
}

const FIELDS = [
    field("debug", "boolean"),
    field("sandbox", "enum"),
    field("extra", "json"),
    field("turns", "number"),
    field("model", "string"),
    field("tools", "string_array"),
]
const CONFIG = { debug: false, sandbox: "auto", extra: { a: [1] }, turns: 3, model: "x", tools: ["a", "b"] }

describe("a profile's form", () => {
    it("gives back what it was made of, every type of field", () => {
        expect(readDraft(FIELDS, draftOf(FIELDS, CONFIG))).toEqual({ config: CONFIG, wrong: {} })
    })
    it("leaves out what is not set", () => {
        expect(readDraft(FIELDS, draftOf(FIELDS, {})).config).toEqual({})
        expect(readDraft(FIELDS, { model: "  " }).config).toEqual({})
    })
    it("keeps what it does not know", () => {
        expect(readDraft(FIELDS, { turns: "1" }, { secretSauce: 7, turns: 9 }).config).toEqual({
            secretSauce: 7,
            turns: 1,
        })
    })
    it("tells what is no number and no JSON", () => {
        expect(readDraft(FIELDS, { turns: "many", extra: "{" })).toEqual({
            config: {},
            wrong: { turns: "number", extra: "json" },
        })
    })
    it("takes a line for an entry", () => {
        expect(linesOf(" a \n\n b c\n")).toEqual(["a", "b c"])
    })
})

describe("an environment", () => {
    it("is read back as it was written", () => {
        const env = { A: "1", B: "x=y" }
        expect(readEnvironment(environmentText(env))).toEqual({ env, wrong: [] })
    })
    it("tells lines that are none", () => {
        expect(readEnvironment("A=1\nnonsense\n=2").wrong).toEqual(["nonsense", "=2"])
    })
})

describe("a hint", () => {
    it("has its command behind a colon", () => {
        expect(piecesOf("Install it with: npm install -g x")).toEqual([
            { text: "Install it with: ", isCommand: false },
            { text: "npm install -g x", isCommand: true },
        ])
    })
    it("or between backticks", () => {
        expect(piecesOf("Run `x login` now").map(({ isCommand }) => isCommand)).toEqual([false, true, false])
    })
    it("or none", () => {
        expect(piecesOf("Ask somebody.")).toEqual([{ text: "Ask somebody.", isCommand: false }])
    })
    it("is not told twice", () => {
        expect(withoutHint("It is missing. Get it: x", "Get it: x")).toBe("It is missing.")
        expect(withoutHint("It is missing.", null)).toBe("It is missing.")
    })
})

describe("how it stands with agents", () => {
    const agent = (key: string, more: Partial<AgentEntry>): AgentEntry => ({
        key,
        label: key,
        capabilities: { resume: true },
        ...more,
    })
    const all = [
        agent("A", { installed: false }),
        agent("B", { installed: true, login: "missing", problem: "No key" }),
        agent("C", {}),
        agent("D", { installed: true, login: "unknown", problem: "It crashes" }),
        agent("E", { installed: true, login: "ok" }),
        agent("F", { installed: true, login: "unknown" }),
    ]
    it("says what is in the way", () => {
        expect(all.map(standingOf)).toEqual(["missing", "login", "unlooked", "broken", "ready", "unknown"])
    })
    it("puts those that work first", () => {
        expect(sortedAgents(all).map(({ key }) => key)).toEqual(["E", "F", "B", "D", "C", "A"])
    })
})
