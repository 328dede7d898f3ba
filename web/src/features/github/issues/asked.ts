import { Signal } from "@/sync/signal"

/** The project for which somebody wants to import issues now; null: nobody does. */
export const importing = new Signal<string | null>(null)
