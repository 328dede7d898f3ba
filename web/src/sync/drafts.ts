import type { ConversationDelta, EnhancementDelta } from "@/api/events.gen"

/** Text that is being written (RT8): as much of it as was told. */
export interface Draft {
    attemptId: string
    itemId: string
    /** How many pieces make it up. */
    pieces: number
    text: string
}

/** A better text for a card that is being written (RT8): as much of it as was told. */
export interface Proposal {
    cardId: string
    pieces: number
    text: string
}

/** The proposal after a piece; see `drafted`. */
export function proposed(known: Proposal | undefined, delta: EnhancementDelta): Proposal | undefined {
    const { cardId, from, to, text } = delta
    if (from === 0) return { cardId, pieces: to, text }
    if (known?.pieces === from) return { cardId, pieces: to, text: known.text + text }
    return known
}

/**
 * The draft after a piece, or the same one when the piece is no news.
 *
 * `from` 0: the text is this. `from` equal to the number of pieces known: append it. Anything else: pass over it.
 */
export function drafted(draft: Draft | undefined, delta: ConversationDelta): Draft | undefined {
    const { attemptId, itemId, from, to, text } = delta
    if (from === 0) return { attemptId, itemId, pieces: to, text }
    if (draft?.pieces === from) return { ...draft, pieces: to, text: draft.text + text }
    return draft
}
