import type { LucideIcon } from "lucide-react"
import type { ReactNode } from "react"
import { classes } from "./classes"

interface Props {
    icon: LucideIcon
    colour: string
    word: ReactNode
    /** Where it leads, elsewhere. */
    url?: string | undefined
    title?: string | undefined
    /** It goes on just now: the icon breathes, the word stays readable. */
    isGoingOn?: boolean
}

/** A fact in a line: an icon and a word, never colour alone. */
export function Mark({ icon: Icon, colour, word, url, title, isGoingOn = false }: Props) {
    const inner = (
        <>
            <Icon
                size={14}
                strokeWidth={1.5}
                aria-hidden
                className={classes("shrink-0", isGoingOn && "animate-soft")}
            />
            {word}
        </>
    )
    const look = classes("flex h-4 items-center gap-1 whitespace-nowrap", colour)
    if (url === undefined)
        return (
            <span className={look} title={title}>
                {inner}
            </span>
        )
    return (
        <a
            href={url}
            target="_blank"
            rel="noreferrer"
            draggable={false}
            title={title}
            className={classes(look, "underline-offset-2 hover:underline")}
        >
            {inner}
        </a>
    )
}
