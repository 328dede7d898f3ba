/** A stretch of a message: text in Markdown, or code between fences. */
export type Segment =
    { kind: "text"; text: string } | { kind: "code"; code: string; language: string; isOpen: boolean }

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/

/**
 * A message in stretches. Code stands alone so that it can be coloured elsewhere; and a text that grows changes its last
 * stretch only, so that the ones before are not read again.
 *
 * Fences inside of lists and quotations are left to Markdown.
 */
export function segmentsOf(message: string): Segment[] {
    const segments: Segment[] = []
    let [text, code]: [string[], string[]] = [[], []]
    let fence: { mark: string; language: string } | null = null
    const close = (isOpen: boolean): void => {
        if (fence) segments.push({ kind: "code", code: code.join("\n"), language: fence.language, isOpen })
        else segments.push(...paragraphs(text.join("\n")))
        ;[text, code] = [[], []]
    }
    for (const line of message.split("\n")) {
        const [, mark = "", language = ""] = FENCE.exec(line) ?? []
        if (fence) {
            const isEnd = mark.startsWith(fence.mark) && language === ""
            if (isEnd) {
                close(false)
                fence = null
            } else code.push(line)
        } else if (mark !== "") {
            close(false)
            fence = { mark, language }
        } else text.push(line)
    }
    close(true)
    return segments
}

/** Characters from which on a text is cut where it can be. */
const LONG = 4_000

/** A long text cut before its headings and plain paragraphs; not where Markdown may refer from one part to another. */
function paragraphs(text: string): Segment[] {
    if (text.trim() === "") return []
    if (text.length < LONG || /^ {0,3}\[[^\]]+\]:|</m.test(text)) return [{ kind: "text", text }]
    const parts: Segment[] = []
    let gathered = ""
    for (const part of text.split(/\n{2,}(?=[\p{L}#])/u)) {
        gathered = gathered === "" ? part : `${gathered}\n\n${part}`
        if (gathered.length < LONG / 4) continue
        parts.push({ kind: "text", text: gathered })
        gathered = ""
    }
    if (gathered.trim() !== "") parts.push({ kind: "text", text: gathered })
    return parts
}
