import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const css = readFileSync(new URL("../src/app/theme.css", import.meta.url), "utf8")

/** The colours of the tokens, light and dark. */
const TOKENS = Object.fromEntries(
    [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
        name,
        { light, dark },
    ]),
) as Record<string, Record<"light" | "dark", string>>

function luminance(colour: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
        const part = parseInt(colour.slice(at, at + 2), 16) / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
    const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (high + 0.05) / (low + 0.05)
}

const GROUNDS = ["bg", "surface", "raised", "hover", "sunken"]
const TEXTS = ["text-1", "text-2", "text-3", "accent", "ok", "warn", "bad", "info", "spark"]
const PAIRS: [string, string][] = [
    ...GROUNDS.flatMap((ground) => TEXTS.map((text): [string, string] => [text, ground])),
    ...["ok", "warn", "bad", "info", "spark"].flatMap((name): [string, string][] => [
        [name, `${name}-tint`],
        ["text-2", `${name}-tint`],
        ["text-3", `${name}-tint`],
    ]),
    ["accent", "accent-tint"],
    ["on-accent", "accent"],
    ["on-accent", "accent-strong"],
    ["text-1", "active"],
]

describe.each(["light", "dark"] as const)("%s: text can be read on what it stands on (WCAG AA)", (scheme) => {
    it.each(PAIRS)("%s on %s", (text, ground) => {
        const [front, back] = [TOKENS[text]?.[scheme] ?? "", TOKENS[ground]?.[scheme] ?? ""]
        expect(contrast(front, back)).toBeGreaterThanOrEqual(4.5)
    })
})

describe.each(["light", "dark"] as const)(
    "%s: an area of a chart stands out from its ground (WCAG 1.4.11)",
    (scheme) => {
        it.each(["series-1", "series-2", "series-3", "series-4", "series-5", "series-6"])("%s", (name) => {
            expect(
                contrast(TOKENS[name]?.[scheme] ?? "", TOKENS.surface?.[scheme] ?? ""),
            ).toBeGreaterThanOrEqual(3)
        })
    },
)
