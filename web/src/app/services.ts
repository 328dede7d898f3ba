import { QueryClient, useQuery } from "@tanstack/react-query"
import { createContext, useContext, useEffect, useSyncExternalStore } from "react"
import type { Project, ShownAppSettings, ShownProjectSettings } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import type { AttemptStore } from "@/sync/attemptStore"
import type { Board, BoardStore } from "@/sync/boardStore"
import { Feed } from "@/sync/feed"
import type { Signal, SignalMap } from "@/sync/signal"

/** What every part of the application may use. Made once, in main.tsx. */
export interface Services {
    feed: Feed
    queries: QueryClient
}

export function makeServices(): Services {
    const queries = new QueryClient({
        defaultOptions: {
            queries: {
                // The stream tells what changes; what it does not tell is asked for again when somebody looks.
                staleTime: 30_000,
                retry: (failures, error) =>
                    failures < 2 && !(error instanceof ApiProblem && error.status < 500),
            },
        },
    })
    const feed = new Feed()
    feed.listen((item) => {
        if (item.event.startsWith("project_")) void queries.invalidateQueries({ queryKey: ["projects"] })
        if (item.event === "agent_profile") void queries.invalidateQueries({ queryKey: ["profiles"] })
        if (item.event === "agent_registered") void queries.invalidateQueries({ queryKey: ["agents"] })
    })
    return { feed, queries }
}

const Context = createContext<Services | null>(null)
export const ServicesProvider = Context.Provider

export function useServices(): Services {
    const services = useContext(Context)
    if (!services) throw new Error("there are no services above this component")
    return services
}

export function useSignal<T>(signal: Signal<T>): T {
    return useSyncExternalStore(signal.subscribe, signal.get)
}

/** Part of a signal's value; the component renders when this part is another one (`Object.is`). */
export function usePart<T, P>(signal: Signal<T>, part: (value: T) => P): P {
    return useSyncExternalStore(signal.subscribe, () => part(signal.value))
}

/** One value of a map; this component alone renders when it is another one. */
export function useEntry<T>(map: SignalMap<T>, key: string): T | undefined {
    return useSyncExternalStore(
        (heard) => map.subscribe(key, heard),
        () => map.get(key),
    )
}

// ── Boards ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The board of a project, followed as long as the component is there. */
export function useBoardStore(projectId: string): BoardStore {
    const { feed } = useServices()
    useEffect(() => feed.hold(projectId), [feed, projectId])
    return feed.board(projectId)
}

/**
 * A part of a board. The component renders when `select` answers with something else (`Object.is`), so that one card's
 * change renders one card.
 */
export function useBoard<T>(store: BoardStore, select: (board: Board) => T): T {
    return useSyncExternalStore(store.shown.subscribe, () => select(store.shown.value))
}

/** What an attempt does, followed as long as the component is there. */
export function useAttemptStore(projectId: string, attemptId: string): AttemptStore {
    const { feed } = useServices()
    useEffect(() => feed.holdAttempt(projectId, attemptId), [feed, projectId, attemptId])
    return feed.attempt(projectId, attemptId)
}

// ── What is asked for over HTTP ─────────────────────────────────────────────────────────────────────────────────────

export const PROJECTS = { queryKey: ["projects"], queryFn: () => call("GET /projects") } as const
export const SETTINGS = {
    queryKey: ["settings"],
    queryFn: async (): Promise<ShownAppSettings> => (await call("GET /settings")).settings,
} as const
export function projectSettings(projectId: string) {
    return {
        queryKey: ["project-settings", projectId],
        queryFn: async (): Promise<ShownProjectSettings> =>
            (await call("GET /projects/{project_id}/settings", { path: { project_id: projectId } })).settings,
    } as const
}
export const ONBOARDING = {
    queryKey: ["onboarding"],
    queryFn: async () => (await call("GET /onboarding/status")).status,
} as const

export function useProjects(): Project[] | undefined {
    return useQuery(PROJECTS).data
}

export function useProject(projectId: string | null): Project | undefined {
    return useProjects()?.find((project) => project.id === projectId)
}
