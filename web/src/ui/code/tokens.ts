/** A piece of a line of code: what the highlighter calls it ("" for nothing in particular), and its text. */
export type Token = readonly [kind: string, text: string]

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'" }
const PART = /<span class="([^"]*)">|<\/span>|&([a-z]+|#x?[0-9a-f]+);|\n|[^<&\n]+|[<&]/gi

/**
 * The highlighter's markup line by line, so that a line can be shown alone (in a diff, in a virtual list) and no markup
 * is ever put into the page as such. A kind that goes on over a line's end goes on in the next line.
 */
export function tokensOf(markup: string): Token[][] {
    const lines: Token[][] = [[]]
    const open: string[] = []
    const add = (text: string): void => {
        const line = lines.at(-1) ?? []
        const kind = open.at(-1) ?? ""
        const last = line.at(-1)
        if (last?.[0] === kind) line[line.length - 1] = [kind, last[1] + text]
        else line.push([kind, text])
    }
    for (const [part, kind, entity] of markup.matchAll(PART)) {
        if (kind !== undefined) open.push(kindOf(kind) || (open.at(-1) ?? ""))
        else if (part === "</span>") open.pop()
        else if (part === "\n") lines.push([])
        else add(entity === undefined ? part : (ENTITIES[entity.toLowerCase()] ?? part))
    }
    return lines
}

/** `hljs-title function_` says "title". */
function kindOf(names: string): string {
    const [first = ""] = names.split(" ")
    return first.startsWith("hljs-") ? first.slice("hljs-".length) : ""
}
