import { remember, remembered } from "@/app/theme"
import { Signal } from "@/sync/signal"
import type { DiffLine } from "@/ui/diff/unified"

// What a reviewer notes while reading: which files were viewed, and comments that are sent together.

export interface Comment {
    id: string
    path: string
    /** The line's number: after the change, or before it where the line is gone. */
    line: number
    isGone: boolean
    /** The line itself: numbers may have moved by the time the agent reads. */
    code: string
    words: string
}

const KEY = (attemptId: string): string => `kanbanai.review.${attemptId}`

interface Kept {
    comments: Comment[]
    /** By path: what the file's change looked like when it was viewed. */
    viewed: Record<string, string>
}

/** A review of one attempt; it is there again after the page was closed. */
export class Review {
    readonly comments: Signal<readonly Comment[]>
    readonly viewed: Signal<Readonly<Record<string, string>>>
    /** Where a comment is being written. */
    readonly begun = new Signal<string | null>(null)
    readonly #attemptId: string

    constructor(attemptId: string) {
        const kept = read(remembered(KEY(attemptId)))
        this.#attemptId = attemptId
        this.comments = new Signal<readonly Comment[]>(kept.comments)
        this.viewed = new Signal<Readonly<Record<string, string>>>(kept.viewed)
    }

    add(comment: Comment): void {
        this.#set([...this.comments.value.filter(({ id }) => id !== comment.id), comment])
    }

    remove(id: string): void {
        this.#set(this.comments.value.filter((comment) => comment.id !== id))
    }

    clear(): void {
        this.#set([])
    }

    view(path: string, signature: string | null): void {
        const others = Object.entries(this.viewed.value).filter(([one]) => one !== path)
        this.viewed.set(Object.fromEntries(signature === null ? others : [...others, [path, signature]]))
        this.#keep()
    }

    #set(comments: readonly Comment[]): void {
        this.comments.set(comments)
        this.#keep()
    }

    #keep(): void {
        const kept: Kept = { comments: [...this.comments.value], viewed: { ...this.viewed.value } }
        remember(KEY(this.#attemptId), JSON.stringify(kept))
    }
}

function read(text: string | null): Kept {
    try {
        const kept = JSON.parse(text ?? "{}") as Partial<Kept>
        return { comments: kept.comments ?? [], viewed: kept.viewed ?? {} }
    } catch {
        return { comments: [], viewed: {} } // somebody else wrote there
    }
}

/** The same line has the same name as long as its number stays. */
export function placeOf(path: string, line: DiffLine): string {
    return line.kind === "delete" ? `${path}:-${line.old ?? 0}` : `${path}:${line.new ?? 0}`
}

/** All comments as one message to the agent, file by file, from top to bottom. */
export function messageOf(comments: readonly Comment[]): string {
    const sorted = [...comments].sort(
        (one, other) => one.path.localeCompare(other.path) || one.line - other.line,
    )
    const parts = sorted.map(({ path, line, isGone, code, words }) => {
        const where = isGone ? `${path}, line ${line} before the change` : `${path}, line ${line}`
        return `**${where}**\n\n\`\`\`\n${code}\n\`\`\`\n\n${words.trim()}`
    })
    const head =
        sorted.length === 1 ? "A comment on your changes:" : `${sorted.length} comments on your changes:`
    return [head, ...parts].join("\n\n")
}

/** What a file's change looks like, short: another one when anything in it is another. */
export function signatureOf(lines: Iterable<DiffLine>): string {
    let hash = 2_166_136_261
    const mix = (code: number): void => {
        hash = Math.imul(hash ^ code, 16_777_619)
    }
    for (const { kind, text } of lines) {
        if (kind === "context") continue
        mix(kind === "add" ? 43 : 45)
        for (let at = 0; at < text.length; at += 1) mix(text.charCodeAt(at))
    }
    return (hash >>> 0).toString(36)
}
