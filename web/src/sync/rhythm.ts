/** When a watching client does what. All in milliseconds; the defaults are what docs/realtime.md promises its clients. */
export interface Rhythm {
    /** The wait before the first new try, unless the server's `retry:` names another. */
    base: number
    /** A server that asks for less than this asks to be run over. */
    shortest: number
    /** Each further wait is twice the one before, up to this. */
    longest: number
    /** Failed tries (some 80 s) after which the client asks for the state itself, while it goes on trying. */
    attempts: number
    /** Between two such questions. */
    refresh: number
    /** How long a connection may be silent: two heartbeats of 15 s may be lost or late, a half is for the way. */
    silence: number
    /** The part of a wait that chance may take away, so that clients that lost one server do not return as one crowd. */
    jitter: number
}

export const RHYTHM: Rhythm = {
    base: 1_500,
    shortest: 100,
    longest: 12_000,
    attempts: 8,
    refresh: 15_000,
    silence: 37_500,
    jitter: 0.2,
}

/** The wait before try number `attempt` (from 1). `asked` is the server's `retry:`; `chance` is from 0 to 1. */
export function waitBefore(attempt: number, rhythm: Rhythm, asked: number | null, chance: number): number {
    const base = asked === null ? rhythm.base : Math.max(asked, rhythm.shortest)
    const nominal = Math.min(base * 2 ** Math.min(attempt - 1, 30), Math.max(rhythm.longest, base))
    return nominal * (1 - rhythm.jitter * chance)
}
