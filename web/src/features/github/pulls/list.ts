import type { Card, PullRequest, PullRequestBadge } from "@/api/api.gen"

/** Which pull requests a list shows. */
export const STATES = ["open", "closed", "all"] as const
export type ListedState = (typeof STATES)[number]

/** How a pull request stands, in the words of cards. */
export function stateOf({ merged, state, draft }: PullRequest): PullRequestBadge["state"] {
    if (merged) return "merged"
    if (state === "closed") return "closed"
    return draft ? "draft" : "open"
}

/** The cards of a board by the address of their pull request. */
export function byPull(cards: readonly Card[]): ReadonlyMap<string, Card> {
    return new Map(cards.flatMap((card) => (card.prUrl ? [[card.prUrl, card] as const] : [])))
}

/** What cards say of pull requests, as one text: where it is another one, the list is, too. */
export function digestOf(cards: readonly Card[]): string {
    return JSON.stringify(
        cards.flatMap(({ prUrl, pullRequest }) => (prUrl ? [[prUrl, pullRequest ?? null]] : [])),
    )
}
