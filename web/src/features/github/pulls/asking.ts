import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { call } from "@/api/client"
import type { Origin } from "./drafting"

// What the dialog for a new pull request asks the server.

export function branchesOf(projectId: string) {
    return {
        queryKey: ["branches", projectId],
        queryFn: async () =>
            (await call("GET /projects/{project_id}/git/branches", { path: { project_id: projectId } }))
                .branches,
    } as const
}

/** What the templates make of a branch and a card; nothing is asked as long as there is no branch. */
export function useProposedText(projectId: string, origin: Origin | null) {
    return useQuery({
        queryKey: ["pull-text", projectId, origin],
        queryFn: async () =>
            (
                await call("GET /projects/{project_id}/pull-requests/text", {
                    path: { project_id: projectId },
                    query: origin ?? {},
                })
            ).text,
        enabled: origin !== null,
        placeholderData: keepPreviousData,
        // What the templates make of the card as it is now; and not anew under the hands of who writes.
        gcTime: 0,
        staleTime: Infinity,
        refetchOnWindowFocus: false,
    })
}

/** The open pull request of a branch, which would be used again; null: none is known. */
export function useOpenPull(projectId: string, branch: string | null) {
    const { data } = useQuery({
        queryKey: ["pulls", projectId, "of", branch],
        queryFn: async () =>
            (
                await call("GET /projects/{project_id}/pull-requests", {
                    path: { project_id: projectId },
                    query: { branch: branch ?? "", state: "open" },
                })
            ).pullRequests,
        enabled: branch !== null,
        retry: false,
    })
    return branch === null ? null : (data?.[0] ?? null)
}
