/**
 * How it stands with a channel.
 *
 *     connecting ─► catchingUp ─► live ─► reconnecting ─► refreshing (plain HTTP every 15 s, the stream tried all the while)
 *                                  ▲           │              │      ▲
 *                                  └───────────┴──────────────┘      └─► offline (HTTP fails, too)
 *
 *     closed: the server said so for good
 */
export type Phase =
    "connecting" | "catchingUp" | "live" | "reconnecting" | "refreshing" | "offline" | "closed"

export interface Health {
    phase: Phase
    /** When something was last heard, in milliseconds since 1970; null: nothing yet. */
    heardAt: number | null
    /** When the next try to connect is made; null when none is planned. */
    nextTryAt: number | null
    /** How many tries have failed since the last success. */
    failures: number
    /** How many events are still to come while catching up; null when that is not known. */
    missing: number | null
    /** Why there is no connection, as the server or the browser put it. */
    reason: string | null
}

export const UNHEARD: Health = {
    phase: "connecting",
    heardAt: null,
    nextTryAt: null,
    failures: 0,
    missing: null,
    reason: null,
}

/** Whether what is shown may be out of date. */
export function isStale({ phase }: Health): boolean {
    return phase !== "live" && phase !== "catchingUp"
}
