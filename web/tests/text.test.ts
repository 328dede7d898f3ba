import { describe, expect, it } from "vitest"
import { type Catalogue, languageOf, said } from "@/app/text"

const found = import.meta.glob<{ text: Catalogue }>("../src/**/text.ts", { eager: true })
const CATALOGUES = Object.entries(found).filter(([, module]) => "text" in module)

function holes(message: string | { one: string; other: string }): string[] {
    const forms = typeof message === "string" ? [message] : [message.other]
    return [...new Set(forms.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort()
}

describe("the words", () => {
    it("are found", () => {
        expect(CATALOGUES.length).toBeGreaterThan(2)
    })

    it.each(CATALOGUES)(
        "%s: both languages have all keys and fill in the same",
        (_, { text: { en, ja } }) => {
            expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort())
            for (const [key, message] of Object.entries(en)) {
                const translated = ja[key]
                expect(translated, key).toBeDefined()
                if (translated) expect(holes(translated), key).toEqual(holes(message))
            }
        },
    )

    it("go by number", () => {
        const text = {
            en: { n: { one: "{n} card", other: "{n} cards" } },
            ja: { n: { one: "{n} 枚", other: "{n} 枚" } },
        }
        expect(said(text, "en", "n", { n: 1 })).toBe("1 card")
        expect(said(text, "en", "n", { n: 1_200 })).toBe("1,200 cards")
        expect(said(text, "ja", "n", { n: 1 })).toBe("1 枚")
    })

    it("are in the language that the browser asks for, if there is one", () => {
        expect(languageOf("browser", ["fr", "ja-JP", "en"])).toBe("ja")
        expect(languageOf("browser", ["fr"])).toBe("en")
        expect(languageOf("ja", ["en"])).toBe("ja")
    })
})
