import { Check, Copy } from "lucide-react"
import { useEffect, useState } from "react"
import { IconButton } from "./Button"

/** Copies a text, and says that it did. */
export function CopyButton({ text, label, done }: { text: string; label: string; done: string }) {
    const [isDone, setDone] = useState(false)
    useEffect(() => {
        if (!isDone) return
        const timer = setTimeout(() => setDone(false), 2_000)
        return () => clearTimeout(timer)
    }, [isDone])
    const copy = async (): Promise<void> => {
        await navigator.clipboard.writeText(text)
        setDone(true)
    }
    return (
        <>
            <IconButton label={isDone ? done : label} onClick={() => void copy()}>
                {isDone ? (
                    <Check size={14} strokeWidth={1.5} className="text-ok" />
                ) : (
                    <Copy size={14} strokeWidth={1.5} />
                )}
            </IconButton>
            <span role="status" className="sr-only">
                {isDone && done}
            </span>
        </>
    )
}
