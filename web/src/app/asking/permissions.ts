import { type QueryClient, useQuery } from "@tanstack/react-query"
import { useEffect } from "react"
import type { Inbox, Permission } from "@/api/api.gen"
import { call } from "@/api/client"
import { complain } from "@/app/notices"
import { useProjectId } from "@/app/navigation"
import { useServices, useSignal } from "@/app/services"
import { say } from "@/app/text"
import { text } from "./text"

export type Decision = "allow" | "allow_always" | "reject" | "reject_always"

const KEY = ["permissions"]

/**
 * What waits for a person in all projects, the oldest first. The dashboard's stream says which requests wait, wherever;
 * the requests themselves are asked for when these are others, and not otherwise.
 */
export function usePending(): readonly Permission[] {
    const { feed, queries } = useServices()
    const waiting = useSignal(feed.overview)?.inboxItems
    const named = waiting && waitingNamed(waiting)
    const projectId = useProjectId()
    const { data } = useQuery({
        queryKey: KEY,
        queryFn: async () => (await call("GET /permissions")).permissions,
        staleTime: Infinity,
    })
    useEffect(() => {
        void queries.invalidateQueries({ queryKey: KEY })
    }, [queries, named])
    useEffect(() => {
        if (projectId === null) return
        // The board that is looked at tells its own requests whole, and a moment earlier.
        const letGo = feed.hold(projectId)
        const stop = feed.board(projectId).listen((item) => {
            if (item.event === "attempt_permission") told(queries, item.body.permission)
        })
        return () => {
            stop()
            letGo()
        }
    }, [feed, queries, projectId])
    return data ?? NONE
}

/** The requests that wait, as one word: the same word as long as they are the same. */
function waitingNamed({ waiting, meta }: Inbox): string {
    return `${meta?.totalWaiting ?? 0} ${(waiting ?? []).map(({ id }) => id).join(" ")}`
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
        void queries.invalidateQueries({ queryKey: KEY })
    } finally {
        void queries.invalidateQueries({ queryKey: ["attempt", attemptId] })
    }
}
