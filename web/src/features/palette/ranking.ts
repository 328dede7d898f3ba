/** Something that the palette can do. */
export interface Command {
    id: string
    label: string
    group: string
    /** As `keys` of a shortcut. */
    keys?: string
    /** What it is found by besides its label. */
    words?: string
    run: () => void
}

/**
 * How well a text fits what is wanted; null: not at all.
 *
 * Every word has to be found. The beginning of a word counts more than its middle, an early one more than a late one,
 * and letters that come in order (`mc` for mission control) count least.
 */
export function fit(text: string, wanted: string): number | null {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
    const all = text.toLowerCase()
    let sum = 0
    for (const word of words) {
        const one = fitOfWord(all, word)
        if (one === null) return null
        sum += one
    }
    return sum
}

function fitOfWord(text: string, word: string): number | null {
    const at = text.indexOf(word)
    if (at === 0) return 100
    const begun = new RegExp(`[\\s/·:(-]${escaped(word)}`).exec(text)
    if (begun) return 80 - Math.min(20, begun.index / 4)
    if (at > 0) return 40 - Math.min(20, at / 4)
    const initials = text
        .split(/[\s/·:(-]+/)
        .map((part) => part.charAt(0))
        .join("")
    return initials.includes(word) && word.length > 1 ? 15 : null
}

function escaped(word: string): string {
    return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}

/** What fits, the best first; equal ones in the order given. Nothing wanted: all of it. */
export function ranked(commands: readonly Command[], wanted: string): Command[] {
    return commands
        .map((command) => {
            const byLabel = fit(command.label, wanted)
            const byAll = fit(`${command.label} ${command.group} ${command.words ?? ""}`, wanted)
            return { command, score: byLabel ?? (byAll === null ? null : byAll / 2) }
        })
        .filter((one): one is { command: Command; score: number } => one.score !== null)
        .sort((one, other) => other.score - one.score)
        .map(({ command }) => command)
}

/** What has the same name does the same, whichever key is pressed: one entry with all its keys, in their order. */
export function merged<T extends { label: string; group: string; keys: string }>(
    all: readonly T[],
): (T & { allKeys: string[] })[] {
    const found = new Map<string, T & { allKeys: string[] }>()
    for (const one of all) {
        const name = `${one.group}\n${one.label}`
        const allKeys = found.get(name)?.allKeys ?? []
        // Told by several parts, the last one works.
        found.set(name, { ...one, allKeys: [...allKeys.filter((keys) => keys !== one.keys), one.keys] })
    }
    return [...found.values()]
}
