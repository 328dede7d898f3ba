import { Signal } from "@/sync/signal"

/** What a pull request is to be made of. */
export interface Subject {
    projectId: string
    /** The card that it is for; null: none is known yet. */
    cardId: string | null
    /** Whose branch; null: a branch is to be chosen. */
    attemptId: string | null
}

/** What somebody wants to make a pull request of now; null: nobody does. */
export const making = new Signal<Subject | null>(null)
