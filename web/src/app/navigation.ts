import { useNavigate, useParams, useRouterState, useSearch } from "@tanstack/react-router"
import { useCallback, useEffect } from "react"
import { useProjects } from "./services"
import { remember, remembered } from "./theme"

const LAST = "kanbanai.project"

/** Goes to an address made by `paths`. */
export function useGo(): (path: string, options?: { replace?: boolean }) => void {
    const navigate = useNavigate()
    return useCallback((path, options) => void navigate({ to: path, ...options }), [navigate])
}

export function usePath(): string {
    return useRouterState({ select: (state) => state.location.pathname })
}

/** A part of the address (`$project`); "" where the route has none of that name. */
export function useParam(name: string): string {
    const params: Record<string, string | undefined> = useParams({ strict: false })
    return params[name] ?? ""
}

/** What the address asks for behind its `?`. */
export function useAsked(name: string): string | undefined {
    const search: Record<string, unknown> = useSearch({ strict: false })
    const value = search[name]
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined
}

/** The project that the address names; else the one that was looked at last, if it still is there. */
export function useProjectId(): string | null {
    const projects = useProjects()
    const named = /^\/p\/([^/]+)/.exec(usePath())?.[1]
    useEffect(() => {
        if (named !== undefined) remember(LAST, named)
    }, [named])
    if (named !== undefined) return decodeURIComponent(named)
    const last = remembered(LAST)
    return (projects?.find(({ id }) => id === last) ?? projects?.[0])?.id ?? null
}
