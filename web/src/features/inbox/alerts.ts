import type { Overview, Permission } from "@/api/api.gen"

/** Something that a person may want to be told of while they look elsewhere. */
export interface Alert {
    /** The same for all tabs, so that they can agree on who tells it. */
    key: string
    kind: "asks" | "finished" | "ended"
    attemptId: string
}

/** What is known at one moment. */
export interface Look {
    overview: Overview | null
    waiting: readonly Permission[]
}

/** What happened between two looks: attempts that came to their end, requests that are new. */
export function alertsOf(before: Look, now: Look): Alert[] {
    const known = new Set(tellable(before).map(({ id }) => id))
    const asks = tellable(now)
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

/** Requests whose card is known. The board's stream tells a request a moment before the dashboard's names its attempt. */
function tellable({ overview, waiting }: Look): readonly Permission[] {
    const active = new Set(overview?.activeAttempts.map(({ attemptId }) => attemptId))
    return waiting.filter(({ attemptId }) => active.has(attemptId))
}
