import type { Entry } from "@/sync/attemptStore"

/** What stands in the conversation's list: an item, or a run of tool calls of one kind that is shown as one line. */
export type Row =
    | { kind: "item"; key: string; id: string }
    | { kind: "run"; key: string; action: string; ids: readonly string[] }

/** So many calls of one kind in a row become one line. */
const LEAST = 3

/**
 * The rows of a conversation. `actionOf`: what kind of tool call an item is; null: none, it always stands alone. A row's
 * key stays the same while a run grows.
 */
export function rowsOf(ids: readonly string[], actionOf: (id: string) => string | null): Row[] {
    const rows: Row[] = []
    let place = 0
    while (place < ids.length) {
        const id = ids[place] ?? ""
        const action = actionOf(id)
        let end = place + 1
        if (action !== null) while (end < ids.length && actionOf(ids[end] ?? "") === action) end += 1
        if (action !== null && end - place >= LEAST)
            rows.push({ kind: "run", key: `run ${id}`, action, ids: ids.slice(place, end) })
        else
            for (; place < end; place += 1)
                rows.push({ kind: "item", key: ids[place] ?? "", id: ids[place] ?? "" })
        place = end
    }
    return rows
}

/** The kind of a tool call by which it folds; edits stand alone: each is something to look at. */
export function foldingAction(entry: Entry | undefined): string | null {
    const item = entry?.item
    if (item?.type !== "tool" || item.tool.action === "apply_patch") return null
    return item.tool.action
}
