import { useMemo } from "react"
import type { DashboardSeries } from "@/api/api.gen"
import { useLanguage } from "@/app/text"
import { pointLabel, tickLabel } from "./figures"

/** What the points of a chart are called, and what its axis calls them. */
export function useLabels(series: DashboardSeries): { labels: readonly string[]; ticks: readonly string[] } {
    const language = useLanguage()
    return useMemo(
        () => ({
            labels: series.points.map((point) => pointLabel(point, series.bucketSeconds, language)),
            ticks: series.points.map((point) => tickLabel(point, series.bucketSeconds, language)),
        }),
        [series, language],
    )
}
