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
                if (item.event === "github_sync") setTold((before) => followed(before, item.body))
            }),
        [store],
    )
    return told
}

/** What is known after something was told: how far it came the end of a run does not repeat. */
export function followed(before: GithubSync | null, told: GithubSync): GithubSync {
    if (told.status === "running" || told.page) return told
    return { ...told, page: before?.page ?? 0, pages: before?.pages ?? null }
}

/** How far it is, from 0 to 1; null: GitHub has not told how many pages there are. */
export function shareOf({ page = 0, pages }: Pick<GithubSync, "page" | "pages">): number | null {
    if (pages === null || pages === undefined || pages <= 0) return null
    return Math.min(1, page / pages)
}
