import type { Usage } from "@/api/api.gen"
import { money } from "@/app/money"
import type { Language } from "@/app/text"

// Numbers and times as they are printed.

/** `0.4 s`, `12 s`, `4:12`. */
export function duration(milliseconds: number): string {
    if (milliseconds < 950) return `${Math.max(0.1, Math.round(milliseconds / 100) / 10)} s`
    if (milliseconds < 9_950) return `${Math.round(milliseconds / 100) / 10} s`
    const seconds = Math.round(milliseconds / 1_000)
    if (seconds < 60) return `${seconds} s`
    const two = (n: number): string => String(n).padStart(2, "0")
    const minutes = Math.floor(seconds / 60)
    if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
    return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** `1.2k`, `3.4M`. */
export function short(n: number, language: Language): string {
    return new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(n)
}

/** What it cost; null where the agent does not tell. */
export function price(
    { cost, currency }: Pick<Usage, "cost" | "currency">,
    language: Language,
): string | null {
    if (cost === null || cost === undefined) return null
    return money(cost, currency, language)
}

/** `12 KB`. */
export function size(bytes: number): string {
    if (bytes < 1_000) return `${bytes} B`
    if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} KB`
    return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** A path without the worktree that it is in. */
export function within(path: string, folder: string | null): string {
    if (folder === null || !path.startsWith(folder)) return path
    return path.slice(folder.length).replace(/^\//, "") || "."
}
