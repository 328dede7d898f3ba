// Colours code off the main thread: a page stays at rest however long the code is.
import highlighter from "highlight.js/lib/common"
import { type Token, tokensOf } from "./tokens"

export interface Wanted {
    id: number
    code: string
    language: string
}

export interface Coloured {
    id: number
    /** null: the highlighter does not know the language. */
    lines: Token[][] | null
}

interface Scope {
    onmessage: ((event: MessageEvent<Wanted>) => void) | null
    postMessage(answer: Coloured): void
}

const scope = globalThis as unknown as Scope

scope.onmessage = ({ data: { id, code, language } }) => {
    const isKnown = highlighter.getLanguage(language) !== undefined
    const lines = isKnown
        ? tokensOf(highlighter.highlight(code, { language, ignoreIllegals: true }).value)
        : null
    scope.postMessage({ id, lines })
}
