import { useEffect, useState } from "react"
import type { Coloured, Wanted } from "./highlight.worker"
import type { Token } from "./tokens"

/** Characters beyond which code is shown without colours: it would keep the worker for seconds. */
const MOST = 200_000
/** How many coloured texts are kept for who scrolls back. */
const KEPT = 400

let worker: Worker | null = null
let last = 0
const waiting = new Map<number, (lines: Token[][] | null) => void>()
const kept = new Map<string, Token[][] | null>()

/** Started when the first code is shown. */
function theWorker(): Worker {
    if (worker) return worker
    worker = new Worker(new URL("./highlight.worker.ts", import.meta.url), {
        type: "module",
        name: "colours",
    })
    worker.onmessage = ({ data: { id, lines } }: MessageEvent<Coloured>) => {
        waiting.get(id)?.(lines)
        waiting.delete(id)
    }
    worker.onerror = (event) => {
        // Without colours code can be read, too.
        event.preventDefault()
        console.warn("Code is shown without colours:", event.message)
        for (const settle of waiting.values()) settle(null)
        waiting.clear()
    }
    return worker
}

async function coloured(code: string, language: string): Promise<Token[][] | null> {
    const key = `${language}\n${code}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const id = (last += 1)
    const lines = await new Promise<Token[][] | null>((settle) => {
        waiting.set(id, settle)
        theWorker().postMessage({ id, code, language } satisfies Wanted)
    })
    kept.set(key, lines)
    const [oldest] = kept.keys()
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
    return lines
}

/** The code's lines in colours; null as long as there are none. */
export function useColoured(code: string, language: string | null): readonly (readonly Token[])[] | null {
    const key = language === null || code.length > MOST ? null : `${language}\n${code}`
    const [shown, setShown] = useState<{ key: string; lines: Token[][] | null } | null>(null)
    useEffect(() => {
        if (key === null || language === null) return
        let isWanted = true
        void coloured(code, language).then((lines) => {
            if (isWanted) setShown({ key, lines })
        })
        return () => {
            isWanted = false
        }
    }, [key, code, language])
    if (key === null) return null
    return shown?.key === key ? shown.lines : (kept.get(key) ?? null)
}
