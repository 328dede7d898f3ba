import { type QueryClient, useQuery } from "@tanstack/react-query"
import { useEffect } from "react"
import type { Permission } from "@/api/api.gen"
import { call } from "@/api/client"
import { complain } from "@/app/notices"
import { useProjectId } from "@/app/navigation"
import { useServices, useSignal } from "@/app/services"
import { say } from "@/app/text"
import { text } from "./text"

export type Decision = "allow" | "allow_always" | "reject" | "reject_always"

const KEY = ["permissions"]
/** Milliseconds between two looks while agents work: only one board's stream is heard, agents of all boards ask. */
const LOOK = 4_000

/** What waits for a person in all projects, the oldest first. */
export function usePending(): readonly Permission[] {
    const { feed, queries } = useServices()
    const overview = useSignal(feed.overview)
    const isWorking = (overview?.activeAttempts.length ?? 0) > 0
    const projectId = useProjectId()
    const { data } = useQuery({
        queryKey: KEY,
        queryFn: async () => (await call("GET /permissions")).permissions,
        staleTime: LOOK,
        refetchInterval: isWorking ? LOOK : false,
        // Somebody may look at another window and wants to be told.
        refetchIntervalInBackground: true,
    })
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: KEY })
    }, [queries, overview])
    useEffect(() => {
        if (projectId === null) return
        const letGo = feed.hold(projectId)
        const stop = feed.board(projectId).listen((item) => {
            if (item.event === "attempt_permission") told(queries, item.body.permission)
            else if (item.event === "snapshot") void queries.invalidateQueries({ queryKey: KEY })
        })
        return () => {
            stop()
            letGo()
        }
    }, [feed, queries, projectId])
    return data ?? NONE
}

const NONE: readonly Permission[] = []

/** Takes in what the stream or an answer said of a request. */
function told(queries: QueryClient, permission: Permission): void {
    queries.setQueryData<Permission[]>(KEY, (known = []) => {
        const others = known.filter(({ id }) => id !== permission.id)
        return permission.status === "pending" ? [...others, permission] : others
    })
}

/** Answers a request; says so when that was refused (somebody else may have been quicker). */
export async function answer(
    queries: QueryClient,
    { id, attemptId }: Permission,
    choice: { decision: Decision } | { optionId: string },
): Promise<void> {
    try {
        const { permission } = await call("POST /attempts/{attempt_id}/permissions/{permission_id}", {
            path: { attempt_id: attemptId, permission_id: id },
            body: choice,
        })
        told(queries, permission)
    } catch (error) {
        complain(say(text, "notAnswered"), error)
    } finally {
        void queries.invalidateQueries({ queryKey: KEY })
        void queries.invalidateQueries({ queryKey: ["attempt", attemptId] })
    }
}
