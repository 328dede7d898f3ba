import { useQuery } from "@tanstack/react-query"
import { useEffect } from "react"
import type { Attempt, QueuedBrief, Todos, Usage } from "@/api/api.gen"
import { call } from "@/api/client"
import { useBoard, useBoardStore, useServices, useSignal } from "@/app/services"
import type { AttemptStore } from "@/sync/attemptStore"
import type { AttemptStatus } from "@/sync/fold"

/** The attempt as it is stored; asked for again when the stream says that something of it changed. */
export function useAttempt(store: AttemptStore): { attempt: Attempt | undefined; error: Error | null } {
    const { queries } = useServices()
    const { attemptId } = store
    const status = useSignal(store.status)
    const permissions = useSignal(store.permissions)
    const { data, error } = useQuery({
        queryKey: ["attempt", attemptId],
        queryFn: () => call("GET /attempts/{attempt_id}", { path: { attempt_id: attemptId } }),
    })
    useEffect(() => {
        if (status !== null || permissions.size > 0)
            void queries.invalidateQueries({ queryKey: ["attempt", attemptId] })
    }, [queries, attemptId, status, permissions])
    return { attempt: data, error }
}

/** How it stands with the attempt: the stream is quicker than what was asked for. */
export function useStatus(
    projectId: string,
    store: AttemptStore,
    attempt: Attempt | undefined,
): AttemptStatus | null {
    const board = useBoardStore(projectId)
    const told = useSignal(store.status)
    const shown = useBoard(board, ({ attempts }) => {
        for (const briefs of Object.values(attempts))
            for (const brief of briefs) if (brief.attemptId === store.attemptId) return brief.status
        return null
    })
    return told ?? shown ?? attempt?.status ?? null
}

export function useUsage(store: AttemptStore, attempt: Attempt | undefined): Usage | null {
    return useSignal(store.usage) ?? attempt?.usage ?? null
}

/** The messages that wait for the agent. */
export function useQueue(store: AttemptStore): readonly QueuedBrief[] {
    const { attemptId } = store
    const told = useSignal(store.queue)
    const { data } = useQuery({
        queryKey: ["messages", attemptId],
        queryFn: async () =>
            (await call("GET /attempts/{attempt_id}/messages", { path: { attempt_id: attemptId } })).messages,
        select: (messages) =>
            messages.map(({ id, text, images, profileId, createdAt }): QueuedBrief => ({
                id,
                text,
                images: images.length,
                profileId,
                createdAt,
            })),
    })
    return told ?? data ?? NONE
}

const NONE: readonly QueuedBrief[] = []

/** The agent's plan: as the stream told it, else as it is stored (the server has it of a card's newest attempt). */
export function useTodos(projectId: string, cardId: string, store: AttemptStore): Todos | null {
    const board = useBoardStore(projectId)
    const told = useSignal(store.todos)
    const onBoard = useBoard(board, ({ todos }) => todos[store.attemptId] ?? null)
    const isLoaded = useSignal(store.isLoaded)
    const known = told ?? onBoard
    const { data } = useQuery({
        queryKey: ["todos", store.attemptId],
        queryFn: async () => {
            const path = { project_id: projectId, card_id: cardId }
            const view = await call("GET /projects/{project_id}/cards/{card_id}/attempt", { path })
            return view.attempt.id === store.attemptId ? view.todos : null
        },
        enabled: known === null && isLoaded,
    })
    return known ?? data ?? null
}
