import { ApiProblem, Unreachable } from "@/api/problem"
import { Signal } from "@/sync/signal"

/** Something that went wrong, or happened elsewhere. An error stays until it is dealt with. */
export interface Notice {
    id: number
    kind: "error" | "news"
    /** What happened. */
    title: string
    /** What it means, or the server's sentence. */
    detail: string
    /** A word for who reports it. */
    code: string
    action?: { label: string; run: () => void }
}

/** Milliseconds that news stay. */
const NEWS_STAY = 6_000

export const notices = new Signal<readonly Notice[]>([])
let last = 0

export function notify(notice: Omit<Notice, "id">): void {
    const id = (last += 1)
    const isSame = (one: Notice): boolean => one.title === notice.title && one.detail === notice.detail
    notices.set([...notices.value.filter((one) => !isSame(one)), { ...notice, id }])
    if (notice.kind === "news") {
        setTimeout(() => {
            dismiss(id)
        }, NEWS_STAY)
    }
}

export function dismiss(id: number): void {
    notices.set(notices.value.filter((one) => one.id !== id))
}

/** Says what went wrong. `title` is what was to be done, as a sentence that it was not. */
export function complain(title: string, error: unknown, action?: Notice["action"]): void {
    const told = tellOf(error)
    notify({ kind: "error", title, ...told, ...(action ? { action } : {}) })
}

/** An error in a sentence, and its code. */
export function tellOf(error: unknown): { detail: string; code: string } {
    if (error instanceof ApiProblem) {
        const fields = error.fields
            .map(({ field, message }) => `${field}: ${message}`)
            .filter((words) => !error.detail.includes(words)) // an error of one field often says it there
        return { detail: [error.detail, ...fields].join("\n"), code: error.code || String(error.status) }
    }
    if (error instanceof Unreachable) return { detail: error.message, code: "unreachable" }
    return { detail: error instanceof Error ? error.message : String(error), code: "" }
}
