import { useEffect, useRef, useState } from "react"
import { written } from "@/api/written"
import { titled } from "../enhance/titled"
import { type Choice, chosenOf } from "../parts/writer"
import type { Words } from "./words"

type Text = Pick<Words, "title" | "body">

/** What the wire calls the branch that a pull request is made of: by itself, or by its attempt; and its card. */
export interface Origin {
    branch?: string
    attemptId?: string
    cardId?: string
}

/** An agent that drafts the text: what is there of it, while it writes. */
export function useDrafting(
    projectId: string,
    origin: Origin,
    choice: Choice,
    { base, ...words }: Words,
    setText: (text: Text) => void,
) {
    const control = useRef<AbortController | null>(null)
    const [isWriting, setWriting] = useState(false)
    const [error, setError] = useState<unknown>(null)
    /** The text of the person, to go back to; null: nothing was drafted over it. */
    const [own, setOwn] = useState<Text | null>(null)
    // Whoever closes the dialog calls it off.
    useEffect(() => () => control.current?.abort(), [])
    const begin = async (): Promise<void> => {
        const mine = new AbortController()
        control.current = mine
        const before = own ?? words
        let all = ""
        setOwn(before)
        setWriting(true)
        setError(null)
        try {
            const { summary } = await written(
                "POST /projects/{project_id}/pull-requests/summary",
                {
                    path: { project_id: projectId },
                    body: { ...origin, ...chosenOf(choice), base: base.trim() || null },
                    signal: mine.signal,
                },
                (piece) => {
                    all += piece
                    const { title, description } = titled(all)
                    if (!mine.signal.aborted) setText({ title: title || before.title, body: description })
                },
            )
            if (!mine.signal.aborted) setText(summary)
        } catch (failure) {
            if (mine.signal.aborted) return
            setError(failure)
            setText(before)
            setOwn(null)
        } finally {
            if (control.current === mine) setWriting(false)
        }
    }
    const back = (): void => {
        if (own) setText(own)
        setOwn(null)
    }
    const stop = (): void => {
        control.current?.abort()
        setWriting(false)
        back()
    }
    return { isWriting, error, hasOwn: own !== null && !isWriting, begin, stop, back }
}
