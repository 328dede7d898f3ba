import type { ToolUse } from "@/api/api.gen"

/** A file that a tool call changes, or wants to. */
export interface FileChange {
    path: string
    kind: string
    /** A unified diff; null: the agent tells none. */
    diff: string | null
    added: number | null
    removed: number | null
}

/** The files of a tool call; an agent may tell anything there, so what is no change is passed over. */
export function changesOf({ metadata }: Pick<ToolUse, "metadata">): FileChange[] {
    const changes: unknown = metadata?.changes
    if (!Array.isArray(changes)) return []
    return changes.flatMap((one: unknown) => {
        if (typeof one !== "object" || one === null) return []
        const { path, kind, diff, added, removed } = one as Record<string, unknown>
        if (typeof path !== "string") return []
        return [
            {
                path,
                kind: typeof kind === "string" ? kind : "update",
                diff: typeof diff === "string" ? diff : null,
                added: typeof added === "number" ? added : null,
                removed: typeof removed === "number" ? removed : null,
            },
        ]
    })
}

/** How much a tool printed in all, in bytes; null: what is shown is everything. */
export function outputBytes({ metadata }: Pick<ToolUse, "metadata">): number | null {
    const bytes: unknown = metadata?.outputBytes
    return typeof bytes === "number" ? bytes : null
}
