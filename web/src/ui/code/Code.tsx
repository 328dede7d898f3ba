import { Check, Copy } from "lucide-react"
import { memo, type ReactNode, useState } from "react"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { useColoured } from "./highlighter"
import type { Token } from "./tokens"

/** The highlighter's kinds in the theme's colours; what is not named has the text's own. */
const COLOURS: Record<string, string> = {
    comment: "text-3 italic",
    quote: "text-3 italic",
    doctag: "text-3",
    keyword: "text-spark",
    "selector-tag": "text-spark",
    built_in: "text-info",
    type: "text-info",
    title: "text-info",
    section: "text-info font-semibold",
    "selector-class": "text-info",
    "selector-id": "text-info",
    string: "text-ok",
    regexp: "text-ok",
    addition: "text-ok",
    number: "text-warn",
    literal: "text-warn",
    symbol: "text-warn",
    variable: "text-warn",
    "template-variable": "text-warn",
    attr: "text-info",
    attribute: "text-info",
    property: "text-info",
    name: "text-spark",
    meta: "text-3",
    deletion: "text-bad",
}

/** One line of code. */
export function Tokens({ tokens }: { tokens: readonly Token[] }): ReactNode {
    return tokens.map(([kind, words], place) => {
        const colour = COLOURS[kind]
        return colour === undefined ? (
            words
        ) : (
            <span key={place} className={colour}>
                {words}
            </span>
        )
    })
}

interface Props {
    code: string
    language: string | null
    copyLabel: string
    className?: string
}

/** A block of code, with a button that copies it. */
export const Code = memo(function Code({ code, language, copyLabel, className }: Props) {
    const lines = useColoured(code, language)
    return (
        <div className={classes("group/code relative", className)}>
            <pre
                tabIndex={0}
                className="bg-sunken border-line mono overflow-x-auto rounded border p-2.5 leading-[18px]"
            >
                {lines
                    ? lines.map((tokens, place) => (
                          <span key={place}>
                              <Tokens tokens={tokens} />
                              {place < lines.length - 1 && "\n"}
                          </span>
                      ))
                    : code}
            </pre>
            <CopyButton
                words={code}
                label={copyLabel}
                className="bg-raised absolute top-1.5 right-1.5 opacity-0 group-hover/code:opacity-100 focus-visible:opacity-100"
            />
        </div>
    )
})

/** Milliseconds that the check mark stays. */
const SAID = 1_500

export function CopyButton({
    words,
    label,
    className,
}: {
    words: string
    label: string
    className?: string
}) {
    const [isCopied, setCopied] = useState(false)
    const copy = async (): Promise<void> => {
        await navigator.clipboard.writeText(words)
        setCopied(true)
        setTimeout(() => setCopied(false), SAID)
    }
    return (
        <IconButton label={label} onClick={() => void copy()} className={classes("size-6!", className)}>
            {isCopied ? <Check size={14} className="text-ok" /> : <Copy size={14} strokeWidth={1.5} />}
        </IconButton>
    )
}
