import { type SubmitEvent, type ReactNode, useState } from "react"
import { tellOf } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { text } from "./text"

interface Props {
    title: string
    word: string
    isReady?: boolean
    onClose: () => void
    /** Does it; what it raises is shown, and the dialog stays. */
    onSend: () => Promise<void>
    children: ReactNode
    /** Further ways on, once it was refused. */
    onRefused?: (error: unknown) => ReactNode
}

/** A small form whose refusal is shown where it happened. */
export function FormDialog({ title, word, isReady = true, onClose, onSend, children, onRefused }: Props) {
    const say = useText(text)
    const [isSending, setSending] = useState(false)
    const [problem, setProblem] = useState<unknown>(null)
    const send = async (event: SubmitEvent): Promise<void> => {
        event.preventDefault()
        setSending(true)
        setProblem(null)
        try {
            await onSend()
            onClose()
        } catch (error) {
            setProblem(error)
            setSending(false)
        }
    }
    return (
        <Dialog isOpen onClose={onClose} title={title} closeLabel={say("close")}>
            <form onSubmit={(event) => void send(event)} className="flex min-h-0 flex-col">
                <div className="flex flex-col gap-4 overflow-y-auto p-4">
                    {children}
                    {problem !== null && (
                        <div role="alert" className="bg-bad-tint rounded px-3 py-2">
                            <p className="break-words whitespace-pre-wrap">{tellOf(problem).detail}</p>
                            {onRefused?.(problem)}
                        </div>
                    )}
                </div>
                <footer className="border-line flex justify-end gap-2 border-t px-4 py-3">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button type="submit" look="primary" disabled={isSending || !isReady}>
                        {word}
                    </Button>
                </footer>
            </form>
        </Dialog>
    )
}
