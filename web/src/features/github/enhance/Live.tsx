import { Sparkles, Square } from "lucide-react"
import { lazy, Suspense, useLayoutEffect, useRef } from "react"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { text } from "./text"

const Markdown = lazy(() => import("@/ui/Markdown"))

/** Pixels from the end within which the reader still follows what is written. */
const NEAR = 24

interface Props {
    /** What is there of it. */
    written: string
    /** Who writes; left out: somebody else asked for it, and it was not told. */
    by?: string | undefined
    onCancel: () => void
}

/** A text while an agent writes it. It keeps its size, and follows the end as long as the reader is there. */
export function Live({ written, by, onCancel }: Props) {
    const say = useText(text)
    const box = useRef<HTMLDivElement>(null)
    const isAtEnd = useRef(true)
    useLayoutEffect(() => {
        if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight
    }, [written])
    return (
        <div className="flex flex-col gap-2">
            <div className="flex items-center gap-2">
                <Sparkles
                    size={14}
                    strokeWidth={1.5}
                    className="text-spark animate-soft shrink-0"
                    aria-hidden
                />
                <p role="status" className="min-w-0 flex-1">
                    {by === undefined ? say("writing") : say("writingBy", { agent: by })}
                </p>
                <Button isSmall onClick={onCancel}>
                    <Square size={12} strokeWidth={2} aria-hidden />
                    {say("cancel")}
                </Button>
            </div>
            <div
                ref={box}
                role="region"
                aria-label={say("written")}
                tabIndex={0}
                onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
                    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR
                }}
                className="border-line bg-surface h-48 overflow-y-auto rounded border p-2.5"
            >
                <Suspense>
                    <Markdown text={written} />
                </Suspense>
            </div>
        </div>
    )
}
