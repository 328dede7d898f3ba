import type { Card } from "@/api/api.gen"

type Pulled = Pick<Card, "prUrl" | "pullRequest">

/** The number of a card's pull request; null: it has none. */
export function numberOf({ prUrl, pullRequest }: Pulled): number | null {
    if (!prUrl) return null
    if (pullRequest) return pullRequest.number
    const found = /\/pull\/(\d+)/.exec(prUrl)?.[1]
    return found === undefined ? null : Number(found)
}

/** Whether a card's pull request is merged or closed, so that another may follow. */
export function isOver({ pullRequest }: Pulled): boolean {
    return pullRequest?.state === "merged" || pullRequest?.state === "closed"
}
