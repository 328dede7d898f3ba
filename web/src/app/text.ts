import { useSyncExternalStore } from "react"
import { Signal } from "@/sync/signal"

// The message catalogue. A feature's words stand in its own `text.ts`, as one table a language with the same keys; that
// both have all keys is a matter of types, that they fill in the same values a test (tests/text.test.ts).

export const LANGUAGES = ["en", "ja"] as const
export type Language = (typeof LANGUAGES)[number]

type Message = string | { one: string; other: string }
type Table = Record<string, Message>
type Translation<T extends Table> = { [Key in keyof T]: Message }

export interface Catalogue<T extends Table = Table> {
    en: T
    ja: Translation<T>
}

/** The words of a part: English, and the same in Japanese. `{name}` is filled in; `one` and `other` go by `{n}`. */
export function catalogue<const T extends Table>(en: T, ja: Translation<T>): Catalogue<T> {
    return { en, ja }
}

export type Values = Record<string, string | number>
export type Say<T extends Table> = (key: keyof T & string, values?: Values) => string

/** What the person chose; `browser` goes by what the browser asks for. */
export const chosen = new Signal<Language | "browser">("browser")

export function languageOf(choice: Language | "browser", wanted: readonly string[]): Language {
    if (choice !== "browser") return choice
    for (const tag of wanted) {
        const found = LANGUAGES.find((language) => tag === language || tag.startsWith(`${language}-`))
        if (found) return found
    }
    return "en"
}

export function current(): Language {
    return languageOf(chosen.value, navigator.languages)
}

/** One message in a language. */
export function said<T extends Table>(
    { en, ja }: Catalogue<T>,
    language: Language,
    key: keyof T,
    values: Values = {},
): string {
    const message: Message = (language === "ja" ? ja : en)[key]
    const form = typeof message === "string" ? message : message[pluralOf(language, values.n)]
    return form.replace(/\{(\w+)\}/g, (hole, name: string) => {
        const value = values[name]
        return value === undefined ? hole : typeof value === "number" ? numbered(language, value) : value
    })
}

/** The words of a part in the person's language. */
export function useText<T extends Table>(words: Catalogue<T>): Say<T> {
    const language = useLanguage()
    return (key, values) => said(words, language, key, values)
}

export function useLanguage(): Language {
    return useSyncExternalStore(chosen.subscribe, current)
}

/** The same outside of components. */
export function say<T extends Table>(words: Catalogue<T>, key: keyof T & string, values?: Values): string {
    return said(words, current(), key, values)
}

function pluralOf(language: Language, n: string | number | undefined): "one" | "other" {
    return new Intl.PluralRules(language).select(Number(n ?? 0)) === "one" ? "one" : "other"
}

function numbered(language: Language, value: number): string {
    return new Intl.NumberFormat(language).format(value)
}
