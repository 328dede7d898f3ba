/** A ticket's text, or a proposal for it. */
export interface TicketText {
    title: string
    description: string
}

/**
 * What an agent writes, or has written so far: `# Title`, and below it the description. The title is "" as long as
 * there is none; what stands before it is no part of the text.
 */
export function titled(written: string): TicketText {
    const lines = written.split("\n")
    const place = lines.findIndex((line) => /^#\s+\S/.test(line))
    if (place < 0) return { title: "", description: "" }
    return {
        title: (lines[place] ?? "").replace(/^#\s+/, "").trim(),
        description: lines
            .slice(place + 1)
            .join("\n")
            .trim(),
    }
}
