import type { Connection } from "@/api/api.gen"
import { call } from "@/api/client"

/** Whether an account is connected. Somebody may connect one in another tab: asked again whenever the page is looked at. */
export const ACCOUNT = {
    queryKey: ["github-account"],
    queryFn: () => call("GET /auth/github/check"),
    staleTime: 5_000,
} as const

export const APP = { queryKey: ["github-app"], queryFn: () => call("GET /auth/github/app") } as const

/** The GitHub that the server speaks to, as a person says it. */
export function hostOf(connection: Connection | undefined): string {
    if (!connection?.url) return "github.com"
    try {
        return new URL(connection.url).host
    } catch {
        return connection.url
    }
}
