import type { Overview, Permission } from "@/api/api.gen"

/** Something that a person may want to be told of while they look elsewhere. */
export interface Alert {
    /** The same for all tabs, so that they can agree on who tells it. */
    key: string
    kind: "asks" | "finished" | "ended"
    attemptId: string
}

/** What happened between two looks: attempts that came to their end, requests that are new. */
export function alertsOf(
    before: { overview: Overview | null; waiting: readonly Permission[] },
    now: { overview: Overview | null; waiting: readonly Permission[] },
): Alert[] {
    const known = new Set(before.waiting.map(({ id }) => id))
    const asks = now.waiting
        .filter(({ id }) => !known.has(id))
        .map(({ id, attemptId }): Alert => ({ key: id, kind: "asks", attemptId }))
    if (!before.overview || !now.overview) return asks
    const active = new Set(now.overview.activeAttempts.map(({ attemptId }) => attemptId))
    const ends = before.overview.activeAttempts.flatMap(({ attemptId }): Alert[] => {
        if (active.has(attemptId)) return []
        const activity = now.overview?.recentAttemptActivity.find((one) => one.attemptId === attemptId)
        // A stop is somebody's own act; of what the dashboard does not tell nothing can be said.
        if (activity?.status !== "succeeded" && activity?.status !== "failed") return []
        const kind = activity.status === "succeeded" ? "finished" : "ended"
        return [{ key: `${attemptId} ${activity.occurredAt}`, kind, attemptId }]
    })
    return [...asks, ...ends]
}
