import { Signal } from "@/sync/signal"

/** A card whose text is to be written better, by whom is asked first. */
export interface Asked {
    projectId: string
    cardId: string
    /** What the card is called. */
    name: string
}

/** For which card somebody is asked now who is to write; null: for none. */
export const choosing = new Signal<Asked | null>(null)
