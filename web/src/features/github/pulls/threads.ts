import type { Review, ReviewComment } from "@/api/api.gen"

/** Something that was said of a pull request: of the whole, or of a line with the answers to it. */
export type Said =
    | { kind: "review"; at: string; review: Review }
    | { kind: "thread"; at: string; first: ReviewComment; answers: ReviewComment[] }

/**
 * All that was said, in the order in which it began. A review without words that neither approves nor asks for changes
 * says nothing by itself.
 */
export function threadsOf(reviews: readonly Review[], comments: readonly ReviewComment[]): Said[] {
    const threads = new Map<number, Extract<Said, { kind: "thread" }>>()
    const byTime = [...comments].sort((one, other) => one.createdAt.localeCompare(other.createdAt))
    for (const comment of byTime) {
        const thread = comment.inReplyTo === null ? undefined : threads.get(comment.inReplyTo)
        if (thread) thread.answers.push(comment)
        else threads.set(comment.id, { kind: "thread", at: comment.createdAt, first: comment, answers: [] })
    }
    const told = reviews
        .filter(
            ({ body, state }) => body.trim() !== "" || state === "approved" || state === "changesRequested",
        )
        .map((review) => ({ kind: "review" as const, at: review.submittedAt ?? "", review }))
    return [...told, ...threads.values()].sort((one, other) => one.at.localeCompare(other.at))
}
