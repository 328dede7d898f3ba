import { changedWords, type Span } from "@/ui/diff/words"

/** A piece of a text, and whether the other text has it otherwise. */
export interface Piece {
    text: string
    isOther: boolean
}

/** Two texts in pieces, those in which they differ marked; where nearly everything differs, nothing is marked. */
export function marked(one: string, other: string): [Piece[], Piece[]] {
    const changed = changedWords(one, other)
    if (!changed) return [[{ text: one, isOther: false }], [{ text: other, isOther: false }]]
    return [cut(one, changed.before), cut(other, changed.after)]
}

function cut(text: string, spans: readonly Span[]): Piece[] {
    const pieces: Piece[] = []
    let at = 0
    for (const [from, to] of spans) {
        if (from > at) pieces.push({ text: text.slice(at, from), isOther: false })
        pieces.push({ text: text.slice(from, to), isOther: true })
        at = to
    }
    if (at < text.length) pieces.push({ text: text.slice(at), isOther: false })
    return pieces
}
