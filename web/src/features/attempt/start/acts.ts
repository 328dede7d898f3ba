import type { Attempt, Card } from "@/api/api.gen"
import { call, newKey } from "@/api/client"
import { complain } from "@/app/notices"
import { say } from "@/app/text"
import { Signal } from "@/sync/signal"
import { text } from "../text"

/** What is to be started: the dialog asks for the rest. */
export interface Wanted {
    projectId: string
    card: Card
    /** The attempt to be tried again: its agent, profile and base are proposed. */
    like?: Attempt
}

/** What the dialog asks about; null: it is closed. */
export const wanted = new Signal<Wanted | null>(null)

export function askToStart(what: Wanted): void {
    wanted.set(what)
}

export async function stop(attemptId: string): Promise<void> {
    try {
        await call("PATCH /attempts/{attempt_id}", {
            path: { attempt_id: attemptId },
            body: { status: "stopped" },
        })
    } catch (error) {
        complain(say(text, "notStopped"), error)
    }
}

/** Lets an attempt go on where it stopped. */
export async function resume(attemptId: string): Promise<void> {
    try {
        await call("POST /attempts/{attempt_id}/resume", { path: { attempt_id: attemptId } })
    } catch (error) {
        complain(say(text, "notResumed"), error)
    }
}

export async function start(
    { projectId, card }: Wanted,
    draft: { agent: string; profileId: string | null; baseBranch: string | null; parallel: boolean },
): Promise<Attempt> {
    const { profileId, baseBranch, ...rest } = draft
    return await call("POST /projects/{project_id}/cards/{card_id}/attempts", {
        path: { project_id: projectId, card_id: card.id },
        body: {
            ...rest,
            ...(profileId === null ? {} : { profileId }),
            ...(baseBranch === null ? {} : { baseBranch }),
        },
        idempotencyKey: newKey(),
    })
}

export async function openInEditor(attemptId: string, subpath?: string): Promise<void> {
    try {
        await call("POST /attempts/{attempt_id}/open-editor", {
            path: { attempt_id: attemptId },
            body: subpath === undefined ? {} : { subpath },
        })
    } catch (error) {
        complain(say(text, "editorNotOpened"), error)
    }
}
