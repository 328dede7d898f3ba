import { useEffect, useState } from "react"
import type { GithubSync } from "@/api/events.gen"
import { useBoardStore } from "@/app/services"

/** What the stream told last of issues that come in, since the component is there; null: nothing. */
export function useSync(projectId: string): GithubSync | null {
    const store = useBoardStore(projectId)
    const [told, setTold] = useState<GithubSync | null>(null)
    useEffect(
        () =>
            store.listen((item) => {
                if (item.event === "github_sync") setTold(item.body)
            }),
        [store],
    )
    return told
}

/** How far it is, from 0 to 1; null: GitHub has not told how many pages there are. */
export function shareOf({ page = 0, pages }: Pick<GithubSync, "page" | "pages">): number | null {
    if (pages === null || pages === undefined || pages <= 0) return null
    return Math.min(1, page / pages)
}
