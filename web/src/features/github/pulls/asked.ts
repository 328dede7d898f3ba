import { Signal } from "@/sync/signal"

/** What a pull request is to be made of. */
export interface Subject {
    projectId: string
    cardId: string
    /** Whose branch; null: the card's latest attempt's. */
    attemptId: string | null
}

/** What somebody wants to make a pull request of now; null: nobody does. */
export const making = new Signal<Subject | null>(null)
