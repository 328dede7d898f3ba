// A difference as it is shown. The server's own differences have this shape already.

export interface DiffLine {
    kind: "add" | "context" | "delete"
    text: string
    /** Its number before, and after. */
    old?: number | null
    new?: number | null
    /** No line break follows it in the file. */
    bare?: boolean
}

export interface Hunk {
    oldStart: number
    oldLines: number
    newStart: number
    newLines: number
    /** The function or section that it is in. */
    heading: string
    lines: DiffLine[]
}

const HEAD = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/

/** The hunks of a unified diff of one file; what is not part of a hunk is passed over. */
export function hunksOf(diff: string): Hunk[] {
    const hunks: Hunk[] = []
    let [old, now] = [0, 0]
    for (const line of diff.split("\n")) {
        const head = HEAD.exec(line)
        if (head) {
            const [, oldStart = "0", oldLines = "1", newStart = "0", newLines = "1", heading = ""] = head
            ;[old, now] = [Number(oldStart), Number(newStart)]
            hunks.push({
                oldStart: old,
                oldLines: Number(oldLines),
                newStart: now,
                newLines: Number(newLines),
                heading,
                lines: [],
            })
            continue
        }
        const lines = hunks.at(-1)?.lines
        if (!lines) continue
        const [sign, text] = [line.charAt(0), line.slice(1)]
        if (sign === "+") lines.push({ kind: "add", text, new: now++ })
        else if (sign === "-") lines.push({ kind: "delete", text, old: old++ })
        else if (sign === " ") lines.push({ kind: "context", text, old: old++, new: now++ })
        else if (sign === "\\") {
            const before = lines.at(-1)
            if (before) before.bare = true
        }
    }
    return hunks
}

/** How many lines were added and taken away. */
export function countsOf(hunks: readonly Hunk[]): { added: number; removed: number } {
    let [added, removed] = [0, 0]
    for (const { lines } of hunks)
        for (const { kind } of lines) {
            if (kind === "add") added += 1
            else if (kind === "delete") removed += 1
        }
    return { added, removed }
}

/** A line beside the one that took its place; null: there is none on that side. */
export interface Pair {
    left: DiffLine | null
    right: DiffLine | null
}

/** A hunk side by side: of a run of deleted lines and the added ones behind it, the first stands beside the first. */
export function pairsOf(lines: readonly DiffLine[]): Pair[] {
    const pairs: Pair[] = []
    let place = 0
    while (place < lines.length) {
        const line = lines[place]
        if (!line) break
        if (line.kind === "context") {
            pairs.push({ left: line, right: line })
            place += 1
            continue
        }
        const [gone, come] = [runOf(lines, place, "delete"), [] as DiffLine[]]
        place += gone.length
        come.push(...runOf(lines, place, "add"))
        place += come.length
        for (let at = 0; at < Math.max(gone.length, come.length); at += 1)
            pairs.push({ left: gone[at] ?? null, right: come[at] ?? null })
    }
    return pairs
}

function runOf(lines: readonly DiffLine[], from: number, kind: DiffLine["kind"]): DiffLine[] {
    let end = from
    while (lines[end]?.kind === kind) end += 1
    return lines.slice(from, end)
}
