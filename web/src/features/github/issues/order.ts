import type { IssueImportOrder, IssuePreview } from "@/api/api.gen"

/** What a person wants to bring in, as it is typed. */
export interface Wish {
    /** `owner/name`. */
    repository: string
    state: "open" | "all" | "closed"
    /** With a comma between two. */
    labels: string
    withDeleted: boolean
}

/** The wish as the server takes it; null: the repository is none. */
export function orderOf({ repository, state, labels, withDeleted }: Wish): IssueImportOrder | null {
    const match = /^(?:https?:\/\/[^/]+\/)?([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(repository.trim())
    const [, owner, repo] = match ?? []
    if (owner === undefined || repo === undefined) return null
    const named = labels
        .split(",")
        .map((label) => label.trim())
        .filter(Boolean)
    return { owner, repo, state, labels: [...new Set(named)], withDeleted }
}

/**
 * Which issues the order names: none (so all are meant, also those beyond what a preview shows) unless the person left
 * some out.
 */
export function numbersOf(preview: IssuePreview, left: ReadonlySet<number>): number[] | null {
    if (left.size === 0) return null
    return preview.issues.map(({ number }) => number).filter((number) => !left.has(number))
}
