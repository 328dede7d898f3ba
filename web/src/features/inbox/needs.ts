import { useQuery } from "@tanstack/react-query"
import type { Inbox, Overview, Permission } from "@/api/api.gen"
import { call } from "@/api/client"
import { usePending } from "@/app/asking/permissions"
import { useServices, useSignal } from "@/app/services"

/** What needs a person: the requests, and what the dashboard gathers. */
export interface Needs {
    waiting: readonly Permission[]
    inbox: Inbox | null
    /** Everything, counted. */
    total: number
}

export function useNeeds(): Needs {
    const { feed } = useServices()
    const waiting = usePending()
    const inbox = useSignal(feed.overview)?.inboxItems ?? null
    const gathered = inbox ? inbox.failed.length + inbox.review.length + inbox.stuck.length : 0
    return { waiting, inbox, total: waiting.length + gathered }
}

/** Where a request belongs: whose it is, and on which card. */
export interface Origin {
    projectId: string
    projectName: string | null
    cardId: string
    /** The card's key, else its id: what its address is made of. */
    key: string
    title: string | null
    agent: string | null
}

function originIn(overview: Overview | null, attemptId: string): Origin | null {
    const active = overview?.activeAttempts.find((attempt) => attempt.attemptId === attemptId)
    if (!active) return null
    return {
        projectId: active.projectId,
        projectName: active.projectName,
        cardId: active.cardId,
        key: active.ticketKey ?? active.cardId,
        title: active.cardTitle,
        agent: active.agentId,
    }
}

/** The dashboard knows the attempts at work; of another one the server is asked. */
export function useOrigin(attemptId: string): Origin | null {
    const { feed } = useServices()
    const known = originIn(useSignal(feed.overview), attemptId)
    const { data } = useQuery({
        queryKey: ["attempt", attemptId],
        queryFn: () => call("GET /attempts/{attempt_id}", { path: { attempt_id: attemptId } }),
        enabled: known === null,
    })
    if (known) return known
    if (!data) return null
    const { boardId, cardId, agent } = data
    // A board that is looked at knows the card by its name before the dashboard has heard of the attempt.
    const card = feed.board(boardId).shown.value.state.cards[cardId]
    return {
        projectId: boardId,
        projectName: null,
        cardId,
        key: card?.ticketKey ?? cardId,
        title: card?.title ?? null,
        agent,
    }
}
