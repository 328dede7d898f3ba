import type { PullRequestText } from "@/api/api.gen"

/** What a person writes of a pull request. */
export interface Words {
    title: string
    body: string
    base: string
}

export const BLANK: Words = { title: "", body: "", base: "" }

/**
 * What is written once the templates say something else, because another branch or card was chosen: what a person has
 * changed stays, the rest follows.
 */
export function followed(written: Words, before: Words, after: Words): Words {
    const next = (name: keyof Words): string => (written[name] === before[name] ? after[name] : written[name])
    return { title: next("title"), body: next("body"), base: next("base") }
}

const CLOSING = /^(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+\S*#\d+$/i

/** The lines by which the templates close issues (`closes #7`) and that `body` does not have. */
export function unclosed({ body: proposed }: Pick<PullRequestText, "body">, body: string): string[] {
    const there = new Set(body.split("\n").map((line) => line.trim().toLowerCase()))
    return proposed
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => CLOSING.test(line) && !there.has(line.toLowerCase()))
}

/** `body` with these lines at its end. */
export function closing(body: string, lines: readonly string[]): string {
    const before = body.trim() === "" ? "" : `${body.trimEnd()}\n\n`
    return before + lines.join("\n")
}
