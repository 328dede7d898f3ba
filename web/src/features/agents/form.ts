import type { Field } from "@/api/api.gen"

// A profile's settings as they are typed: one text a field, "" for what is not set. What a text means depends on the
// field's type; the schema of the agent says it.

export type Draft = Readonly<Record<string, string>>
export type Config = Record<string, unknown>

export interface Read {
    config: Config
    /** What is wrong, by field, as a word that the form knows. */
    wrong: Readonly<Record<string, "number" | "json">>
}

/** A stored configuration as texts. */
export function draftOf(fields: readonly Field[], config: Config): Draft {
    return Object.fromEntries(fields.map((field) => [field.key, typed(field, config[field.key])]))
}

function typed(field: Field, value: unknown): string {
    if (value === undefined || value === null) return ""
    if (field.type === "string_array" && Array.isArray(value)) return value.map(String).join("\n")
    if (field.type === "json") return JSON.stringify(value, null, 2)
    return typeof value === "string" ? value : JSON.stringify(value)
}

/** What was typed, as it is to be stored: what is not set is left out, what the form does not know stays. */
export function readDraft(fields: readonly Field[], draft: Draft, before: Config = {}): Read {
    const known = new Set(fields.map(({ key }) => key))
    const config: Config = Object.fromEntries(Object.entries(before).filter(([key]) => !known.has(key)))
    const wrong: Record<string, "number" | "json"> = {}
    for (const { key, type } of fields) {
        const text = draft[key] ?? ""
        if (text.trim() === "") continue
        if (type === "boolean") config[key] = text === "true"
        else if (type === "string_array") config[key] = linesOf(text)
        else if (type === "number") {
            if (Number.isFinite(Number(text))) config[key] = Number(text)
            else wrong[key] = "number"
        } else if (type === "json") {
            try {
                config[key] = JSON.parse(text) as unknown
            } catch {
                wrong[key] = "json"
            }
        } else config[key] = text
    }
    return { config, wrong }
}

export function linesOf(text: string): string[] {
    return text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
}

/** `NAME=value`, one a line; what has no `=` is told. */
export function readEnvironment(text: string): { env: Record<string, string>; wrong: string[] } {
    const env: Record<string, string> = {}
    const wrong: string[] = []
    for (const line of linesOf(text)) {
        const at = line.indexOf("=")
        if (at > 0) env[line.slice(0, at).trim()] = line.slice(at + 1)
        else wrong.push(line)
    }
    return { env, wrong }
}

export function environmentText(env: Readonly<Record<string, string>>): string {
    return Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .join("\n")
}

/** A hint in pieces: words, and commands (between backticks, or behind a last colon) that can be copied. */
export function piecesOf(hint: string): { text: string; isCommand: boolean }[] {
    const quoted = hint.split("`")
    if (quoted.length > 2) {
        return quoted
            .map((text, place) => ({ text, isCommand: place % 2 === 1 }))
            .filter(({ text }) => text !== "")
    }
    const [, words, command] = /^(.*: )(\S[^:]*)$/s.exec(hint) ?? []
    if (words === undefined || command === undefined) return [{ text: hint, isCommand: false }]
    return [
        { text: words, isCommand: false },
        { text: command, isCommand: true },
    ]
}

/** A problem without the hint that is shown beside it. */
export function withoutHint(problem: string, hint: string | null | undefined): string {
    return hint ? problem.replace(hint, "").trim() : problem
}
