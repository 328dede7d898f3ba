import { type DiffLine, pairsOf } from "./unified"

/** Part of a line, from a character up to, not including, another. */
export type Span = readonly [from: number, to: number]

/** Words beyond which two lines are not compared word by word: the work grows with the square. */
const MOST = 400
/** Of two lines that share less than this part of their words, all is new: marks would be confetti. */
const LEAST_SHARED = 0.3

const WORD = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu

/** What of two lines differs, word by word; null: so much that nothing is worth a mark. */
export function changedWords(before: string, after: string): { before: Span[]; after: Span[] } | null {
    const [gone, come] = [before.match(WORD) ?? [], after.match(WORD) ?? []]
    if (gone.length > MOST || come.length > MOST) return null
    const kept = longestCommon(gone, come)
    const weight = (words: readonly string[]): number =>
        words.reduce((sum, word) => sum + word.trim().length, 0)
    const shared = weight(kept.map(([at]) => gone[at] ?? ""))
    if (shared < LEAST_SHARED * Math.max(weight(gone), weight(come))) return null
    return {
        before: spansOf(gone, new Set(kept.map(([at]) => at))),
        after: spansOf(come, new Set(kept.map(([, at]) => at))),
    }
}

/** The marks of a hunk's lines. */
export function marksOf(lines: readonly DiffLine[]): ReadonlyMap<DiffLine, readonly Span[]> {
    const marks = new Map<DiffLine, readonly Span[]>()
    for (const { left, right } of pairsOf(lines)) {
        if (!left || !right || left === right) continue
        const changed = changedWords(left.text, right.text)
        if (!changed) continue
        marks.set(left, changed.before)
        marks.set(right, changed.after)
    }
    return marks
}

/** The longest sequence that both have, as places in one and the other. */
function longestCommon(one: readonly string[], other: readonly string[]): [number, number][] {
    const width = other.length + 1
    const lengths = new Uint16Array((one.length + 1) * width)
    for (let i = one.length - 1; i >= 0; i -= 1)
        for (let j = other.length - 1; j >= 0; j -= 1)
            lengths[i * width + j] =
                one[i] === other[j]
                    ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
                    : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
    const common: [number, number][] = []
    let [i, j] = [0, 0]
    while (i < one.length && j < other.length) {
        if (one[i] === other[j]) common.push([i++, j++])
        else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1
        else j += 1
    }
    return common
}

/** The stretches of a line whose words are not kept. */
function spansOf(words: readonly string[], kept: ReadonlySet<number>): Span[] {
    const spans: [number, number][] = []
    let at = 0
    words.forEach((word, place) => {
        const end = at + word.length
        if (!kept.has(place)) {
            const last = spans.at(-1)
            if (last?.[1] === at) last[1] = end
            else spans.push([at, end])
        }
        at = end
    })
    return spans
}
