import { useQuery } from "@tanstack/react-query"
import { call } from "@/api/client"

/** The agents that the server knows. */
export const AGENTS = {
    queryKey: ["agents"],
    queryFn: async () => (await call("GET /agents")).agents,
    staleTime: 300_000,
} as const

/** An agent's name by its key; the key itself as long as nothing better is known. */
export function useAgentName(key: string | null | undefined): string {
    const { data } = useQuery(AGENTS)
    return data?.find((agent) => agent.key === key)?.label ?? key ?? ""
}

/** The profiles that agents at work for the project can use: its own, and everybody's. */
export function profilesOf(projectId: string) {
    return {
        queryKey: ["profiles", projectId],
        queryFn: async () => {
            const [own, all] = await Promise.all([
                call("GET /projects/{project_id}/agents/profiles", { path: { project_id: projectId } }),
                call("GET /agents/profiles"),
            ])
            return [...own.profiles, ...all.profiles]
        },
    } as const
}
