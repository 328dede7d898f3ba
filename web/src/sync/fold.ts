import type { BoardState } from "@/api/api.gen"
import type { AttemptStatusChanged, Events } from "@/api/events.gen"
import { patched } from "./patch"

export type AttemptStatus = AttemptStatusChanged["status"]

export interface AttemptBrief {
    attemptId: string
    status: AttemptStatus
    /** How many permission requests wait for a person; left out: none. */
    waiting?: number
}

/** All that a board shows: its state, and per card the attempts shown on it (oldest first, the latest last). */
export interface BoardSnapshot {
    readonly state: BoardState
    readonly attempts: Readonly<Record<string, readonly AttemptBrief[]>>
}

/** What a stream tells, as a frame's name with its body. */
export type Told = { [Name in keyof Events]: { event: Name; body: Events[Name] } }[keyof Events]

export const EMPTY: BoardSnapshot = { state: { columns: {}, columnOrder: [], cards: {} }, attempts: {} }

const ACTIVE: ReadonlySet<AttemptStatus> = new Set(["queued", "running", "stopping"])

export function isActive(status: AttemptStatus): boolean {
    return ACTIVE.has(status)
}

/**
 * The snapshot after what was told (RT3). What a board does not show leaves it as it is, the same object.
 *
 * Raises PatchFailed when a patch does not fit: a frame was missed, which must not be papered over.
 */
export function fold(snapshot: BoardSnapshot, told: Told): BoardSnapshot {
    switch (told.event) {
        case "state":
            return { state: told.body, attempts: ofCards(snapshot.attempts, told.body) }
        case "state_patch": {
            const state = patched(snapshot.state, told.body.ops)
            if (state === snapshot.state) return snapshot
            const isGone = told.body.ops.some(({ op, path }) => op === "remove" && path.startsWith("/cards/"))
            return { state, attempts: isGone ? ofCards(snapshot.attempts, state) : snapshot.attempts }
        }
        case "attempt_status":
            return {
                ...snapshot,
                attempts: { ...snapshot.attempts, [told.body.cardId]: briefed(snapshot.attempts, told.body) },
            }
        default:
            return snapshot
    }
}

/**
 * The snapshot after several were told, one after the other. A board begins with the status of every attempt, thousands
 * of them: a run of those copies the table of attempts once, and not once each.
 */
export function foldAll(snapshot: BoardSnapshot, all: readonly Told[]): BoardSnapshot {
    let now = snapshot
    let run: Record<string, readonly AttemptBrief[]> | null = null
    for (const told of all) {
        if (told.event === "attempt_status") {
            run ??= { ...now.attempts }
            run[told.body.cardId] = briefed(run, told.body)
        } else {
            if (run) now = { ...now, attempts: run }
            run = null
            now = fold(now, told)
        }
    }
    return run ? { ...now, attempts: run } : now
}

/** What is shown of the attempts of a card of which one has another status. */
function briefed(
    attempts: BoardSnapshot["attempts"],
    { attemptId, cardId, status, waiting = 0 }: AttemptStatusChanged,
): readonly AttemptBrief[] {
    const known = attempts[cardId] ?? []
    const brief: AttemptBrief = waiting > 0 ? { attemptId, status, waiting } : { attemptId, status }
    const briefs = known.some((one) => one.attemptId === attemptId)
        ? known.map((one) => (one.attemptId === attemptId ? brief : one))
        : [...known, brief]
    return shown(briefs)
}

/** Of a card's attempts, oldest first, those that its board shows: the latest, and every one still active. */
function shown(briefs: readonly AttemptBrief[]): readonly AttemptBrief[] {
    return briefs.filter((brief, place) => place === briefs.length - 1 || isActive(brief.status))
}

/** Attempts go with their card. */
function ofCards(attempts: BoardSnapshot["attempts"], state: BoardState): BoardSnapshot["attempts"] {
    const left = Object.entries(attempts).filter(([cardId]) => cardId in state.cards)
    return left.length === Object.keys(attempts).length ? attempts : Object.fromEntries(left)
}
