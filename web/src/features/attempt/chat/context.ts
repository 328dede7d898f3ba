import { createContext, useContext, useSyncExternalStore } from "react"
import type { AttemptStore } from "@/sync/attemptStore"

/** What the rows of a conversation share. */
export interface Chat {
    store: AttemptStore
    worktree: string | null
    open: OpenRows
}

/** Which rows are open; kept here because a row that scrolls away is gone from the page. */
export class OpenRows {
    readonly #open = new Set<string>()
    readonly #heard = new Set<() => void>()

    has(key: string): boolean {
        return this.#open.has(key)
    }

    toggle(key: string): void {
        if (!this.#open.delete(key)) this.#open.add(key)
        for (const heard of [...this.#heard]) heard()
    }

    readonly subscribe = (heard: () => void): (() => void) => {
        this.#heard.add(heard)
        return () => {
            this.#heard.delete(heard)
        }
    }
}

const Context = createContext<Chat | null>(null)
export const ChatProvider = Context.Provider

export function useChat(): Chat {
    const chat = useContext(Context)
    if (!chat) throw new Error("there is no conversation around this component")
    return chat
}

/** Whether a row is open, and the way to open or close it. */
export function useOpen(key: string): readonly [isOpen: boolean, toggle: () => void] {
    const { open } = useChat()
    const isOpen = useSyncExternalStore(open.subscribe, () => open.has(key))
    return [isOpen, () => open.toggle(key)]
}
