import type { AgentSeries, DashboardSeries, SeriesPoint } from "@/api/api.gen"
import { money } from "@/app/money"

/** `3 s`, `4 min`, `2.5 h`, `3 d`: how long something took, in one unit. */
export function lasted(seconds: number, language: string): string {
    const [value, unit] =
        seconds < 60
            ? [seconds, "second"]
            : seconds < 3_600
              ? [seconds / 60, "minute"]
              : seconds < 86_400
                ? [seconds / 3_600, "hour"]
                : [seconds / 86_400, "day"]
    const digits = value < 10 ? 1 : 0
    return new Intl.NumberFormat(language, {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: digits,
    }).format(value)
}

/** `2 min ago`, in the person's language. */
export function ago(time: string, now: number, language: string): string {
    const seconds = Math.max(0, (now - Date.parse(time)) / 1_000)
    const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" })
    if (seconds < 60) return format.format(-Math.floor(seconds), "second")
    if (seconds < 3_600) return format.format(-Math.floor(seconds / 60), "minute")
    if (seconds < 86_400) return format.format(-Math.floor(seconds / 3_600), "hour")
    return format.format(-Math.floor(seconds / 86_400), "day")
}

export function percent(share: number, language: string): string {
    return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share)
}

export function compact(value: number, language: string): string {
    return new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(value)
}

/** What an agent's attempts cost, each currency by itself: sums over currencies would be wrong. */
export function costs(agent: AgentSeries, language: string): string {
    return Object.entries(agent.cost)
        .map(([currency, value]) => money(value, currency, language))
        .join(" + ")
}

/** A point's time as an axis shows it: the hour of a short period, else the day. */
export function pointLabel(point: SeriesPoint, bucketSeconds: number, language: string): string {
    const time = new Date(point.timestamp)
    // Days are days of UTC, as the server counts them: shown in another zone they would be named a day off.
    return bucketSeconds < 86_400
        ? time.toLocaleString(language, { weekday: "short", hour: "2-digit", minute: "2-digit" })
        : time.toLocaleDateString(language, { month: "short", day: "numeric", timeZone: "UTC" })
}

/** The same as short as an axis needs it: the hour alone. */
export function tickLabel(point: SeriesPoint, bucketSeconds: number, language: string): string {
    return bucketSeconds < 86_400
        ? new Date(point.timestamp).toLocaleTimeString(language, { hour: "numeric" })
        : pointLabel(point, bucketSeconds, language)
}

export interface Stack {
    /** Seconds. */
    times: number[]
    /** From bottom to top, each with what lies below it: succeeded, failed, the others. */
    succeeded: number[]
    failed: number[]
    all: number[]
}

/** Attempts as bars one upon the other. */
export function stackOf({ points }: DashboardSeries): Stack {
    return {
        times: points.map(({ timestamp }) => Date.parse(timestamp) / 1_000),
        succeeded: points.map(({ succeeded }) => succeeded),
        failed: points.map(({ succeeded, failed }) => succeeded + failed),
        all: points.map(({ attempts }) => attempts),
    }
}
