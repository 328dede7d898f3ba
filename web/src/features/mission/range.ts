import { useQuery } from "@tanstack/react-query"
import type { Overview } from "@/api/api.gen"
import { call } from "@/api/client"
import { useServices, useSignal } from "@/app/services"

export const PRESETS = ["last_24h", "last_7d", "last_30d", "last_90d", "all_time"] as const
export type Preset = (typeof PRESETS)[number]
/** The one that the stream tells by itself. */
export const STREAMED: Preset = "last_7d"
/** Milliseconds; what is not streamed is asked for again. */
export const POLL = 15_000

export function isPreset(word: string | undefined): word is Preset {
    return PRESETS.some((preset) => preset === word)
}

/** The overview over a period: streamed for the usual one, polled for the others. */
export function useOverview(preset: Preset): {
    overview: Overview | null
    error: Error | null
    /** It is that of another period, until the one asked for is there. */
    isOther: boolean
} {
    const { feed } = useServices()
    const streamed = useSignal(feed.overview)
    const isStreamed = preset === STREAMED
    const { data, error, isPlaceholderData } = useQuery({
        queryKey: ["overview", preset],
        queryFn: () => call("GET /dashboard", { query: { timeRangePreset: preset } }),
        enabled: !isStreamed,
        refetchInterval: POLL,
        placeholderData: (before) => before ?? streamed ?? undefined,
    })
    if (isStreamed) return { overview: streamed, error: null, isOther: false }
    return { overview: data ?? null, error, isOther: isPlaceholderData }
}
