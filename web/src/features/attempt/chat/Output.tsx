import { useEffect, useRef, useState } from "react"
import { call } from "@/api/client"
import { complain } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { CopyButton } from "@/ui/code/Code"
import { text } from "../text"
import { size } from "../words"
import { useChat } from "./context"
import { plain } from "./printed"

interface Props {
    itemId: string
    stdout: string | null
    stderr: string | null
    /** How much there is in all; null: what is shown is everything. */
    bytes: number | null
    /** Says nothing where there is nothing. */
    isQuiet?: boolean
    isRunning?: boolean
}

/** What a program printed: its end, and the whole on request. */
export function Output({ itemId, stdout, stderr, bytes, isQuiet = false, isRunning = false }: Props) {
    const say = useText(text)
    const [isWhole, setWhole] = useState(false)
    const isEmpty = !stdout && !stderr
    if (isEmpty && bytes === null)
        return isQuiet ? null : (
            <p className="text-3 text-xs">{say(isRunning ? "noOutputYet" : "noOutput")}</p>
        )
    return (
        <div className="flex flex-col gap-1.5">
            {bytes !== null && <Whole itemId={itemId} bytes={bytes} onShown={() => setWhole(true)} />}
            {stdout && !isWhole && <Printed words={stdout} isRunning={isRunning} />}
            {stderr && <Printed words={stderr} isError isRunning={isRunning} />}
        </div>
    )
}

function Printed({
    words,
    isError = false,
    isRunning,
}: {
    words: string
    isError?: boolean
    isRunning: boolean
}) {
    const say = useText(text)
    const box = useRef<HTMLPreElement>(null)
    useEffect(() => {
        const element = box.current
        if (element && isRunning) element.scrollTop = element.scrollHeight
    }, [words, isRunning])
    return (
        <div className="group/code relative">
            <pre
                ref={box}
                tabIndex={0}
                aria-label={say(isError ? "stderr" : "stdout")}
                className={classes(
                    "mono bg-sunken max-h-80 overflow-auto rounded border px-2.5 py-2 leading-[17px] break-words whitespace-pre-wrap",
                    isError ? "border-bad/40" : "border-line",
                )}
            >
                {plain(words)}
            </pre>
            <CopyButton
                words={words}
                label={say("copyOutput")}
                className="bg-raised absolute top-1.5 right-1.5 opacity-0 group-hover/code:opacity-100 focus-visible:opacity-100"
            />
        </div>
    )
}

/** Bytes that are fetched at once. */
const SLICE = 262_144

interface WholeProps {
    itemId: string
    bytes: number
    /** Its beginning is here: the end alone need not be shown any more. */
    onShown: () => void
}

/** The whole of an output, slice by slice. */
function Whole({ itemId, bytes, onShown }: WholeProps) {
    const say = useText(text)
    const { store } = useChat()
    const [words, setWords] = useState("")
    const [next, setNext] = useState<number | null>(0)
    const [isFetching, setFetching] = useState(false)
    const more = async (): Promise<void> => {
        setFetching(true)
        try {
            const part = await call("GET /attempts/{attempt_id}/items/{item_id}/output", {
                path: { attempt_id: store.attemptId, item_id: itemId },
                query: { offset: next ?? 0, limit: SLICE },
            })
            setWords(words + part.text)
            setNext(part.next)
            onShown()
        } catch (error) {
            complain(say("outputNotLoaded"), error)
        } finally {
            setFetching(false)
        }
    }
    return (
        <>
            {words !== "" && (
                <pre
                    tabIndex={0}
                    aria-label={say("wholeOutput")}
                    className="mono bg-sunken border-line max-h-[480px] overflow-auto rounded border px-2.5 py-2 leading-[17px] break-words whitespace-pre-wrap"
                >
                    {plain(words)}
                </pre>
            )}
            <p className="text-3 flex items-center gap-2 text-xs">
                {next === 0 ? say("shownEnd", { size: size(bytes) }) : say("shownOf", { size: size(bytes) })}
                {next !== null && (
                    <Button isSmall look="ghost" disabled={isFetching} onClick={() => void more()}>
                        {say(next === 0 ? "showWhole" : "showMore")}
                    </Button>
                )}
            </p>
        </>
    )
}
