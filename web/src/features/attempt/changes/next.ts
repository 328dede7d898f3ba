import type { WorktreeStatus } from "@/api/api.gen"

export type GitAct = "commit" | "update" | "merge" | "push"

type Standing = Pick<WorktreeStatus, "goingOn" | "hasUncommitted" | "behind" | "ahead" | "isMerged">

/** What is sensible to do next with an attempt's branch; null: nothing, or a conflict has to be dealt with first. */
export function nextAct({ goingOn, hasUncommitted, behind, ahead, isMerged }: Standing): GitAct | null {
    if (goingOn !== null) return null
    if (hasUncommitted) return "commit"
    if (isMerged) return null
    if (ahead > 0 && behind > 0) return "update"
    return ahead > 0 ? "merge" : null
}

/** What else can be done. */
export function otherActs(standing: Standing): GitAct[] {
    const next = nextAct(standing)
    if (standing.goingOn !== null) return []
    const all: GitAct[] = [
        ...(standing.hasUncommitted ? (["commit"] as const) : []),
        "update",
        ...(standing.ahead > 0 && !standing.isMerged ? (["merge"] as const) : []),
        ...(standing.ahead > 0 ? (["push"] as const) : []),
    ]
    return all.filter((act) => act !== next)
}
