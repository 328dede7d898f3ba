import { remember, remembered } from "@/app/theme"

// What somebody began to write, for the next visit; by attempt.

const KEY = (attemptId: string): string => `kanbanai.draft.${attemptId}`

export function draftOf(attemptId: string): string {
    return remembered(KEY(attemptId)) ?? ""
}

export function keepDraft(attemptId: string, words: string): void {
    if (words !== "") {
        remember(KEY(attemptId), words)
        return
    }
    try {
        localStorage.removeItem(KEY(attemptId))
    } catch {
        // Nothing was kept either.
    }
}
