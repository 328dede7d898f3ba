import type { ListedAttempt } from "@/api/api.gen"

/** What a row shows of the card and the project that an attempt belongs to; null: not known (yet). */
export interface Named {
    key: string | null
    title: string | null
    project: string | null
}

export interface RunRow extends Named {
    attempt: ListedAttempt
    /** Seconds of its last run so far; null: it never ran. */
    seconds: number | null
}

export type SortKey = "started" | "card" | "agent" | "status" | "time" | "cost" | "tokens"
export interface Sorting {
    key: SortKey
    isDown: boolean
}

export function rowOf(attempt: ListedAttempt, named: Named, now: number): RunRow {
    const { startedAt, endedAt } = attempt
    const end = endedAt === null ? now : Date.parse(endedAt)
    const seconds = startedAt === null ? null : Math.max(0, (end - Date.parse(startedAt)) / 1_000)
    return { attempt, ...named, seconds }
}

const STATUSES = ["running", "stopping", "queued", "failed", "stopped", "succeeded"]

function valueOf(row: RunRow, key: SortKey): string | number | null {
    switch (key) {
        case "started":
            return row.attempt.createdAt
        case "card":
            return row.title
        case "agent":
            return row.attempt.agent
        case "status":
            return STATUSES.indexOf(row.attempt.status)
        case "time":
            return row.seconds
        case "cost":
            return row.attempt.usage?.cost ?? null
        case "tokens":
            return row.attempt.usage?.totalTokens ?? null
    }
}

/** In the order asked for; rows without a value come last whichever way it goes, equal ones stay as they were. */
export function sorted(rows: readonly RunRow[], { key, isDown }: Sorting): RunRow[] {
    return [...rows].sort((one, other) => {
        const [a, b] = [valueOf(one, key), valueOf(other, key)]
        if (a === null || b === null) return Number(a === null) - Number(b === null)
        const order =
            typeof a === "string" && typeof b === "string"
                ? a.localeCompare(b, undefined, { numeric: true })
                : Number(a) - Number(b)
        return isDown ? -order : order
    })
}

/** Rows in which every word of the text is found. */
export function filtered(rows: readonly RunRow[], wanted: string): readonly RunRow[] {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return rows
    return rows.filter(({ attempt, key, title, project }) => {
        const all = [key, title, project, attempt.agent, attempt.branchName].join(" ").toLowerCase()
        return words.every((word) => all.includes(word))
    })
}
