import { createContext, useContext } from "react"
import type { Card } from "@/api/api.gen"
import type { BoardStore } from "@/sync/boardStore"
import type { Beginning } from "./draft"
import type { View } from "./view"

/** What all parts of a board's page share. */
export interface BoardContext {
    projectId: string
    store: BoardStore
    view: View
    open: (card: Card) => void
    edit: (card: Card) => void
    create: (columnId?: string, from?: Beginning) => void
    confirmDelete: (cardIds: readonly string[]) => void
    /** Says something to who does not see the board. */
    announce: (sentence: string) => void
}

const Context = createContext<BoardContext | null>(null)
export const BoardProvider = Context.Provider

export function useBoardContext(): BoardContext {
    const context = useContext(Context)
    if (!context) throw new Error("there is no board around this component")
    return context
}
