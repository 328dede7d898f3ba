import { catalogue, useText } from "@/app/text"
import type { Guard } from "@/ui/Dialog"

const text = catalogue(
    {
        question: "Throw away what you wrote?",
        discard: "Throw away",
        keep: "Go on writing",
    },
    {
        question: "入力した内容を破棄しますか？",
        discard: "破棄",
        keep: "編集を続ける",
    },
)

/** What a dialog asks before Escape ends it, while there is something to lose. */
export function useGuard(isDirty: boolean): Guard | null {
    const say = useText(text)
    return isDirty ? { question: say("question"), discard: say("discard"), keep: say("keep") } : null
}
