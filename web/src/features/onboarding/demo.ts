import type { QueryClient } from "@tanstack/react-query"
import type { Project } from "@/api/api.gen"
import { call } from "@/api/client"
import { PROJECTS } from "@/app/services"
import { remember, remembered } from "@/app/theme"
import { Signal } from "@/sync/signal"

const KEY = "kanbanai.guide"

/** The demo project that the guide leads through; null: it was put away, or never asked for. */
export const guided = new Signal<string | null>(stored())

function stored(): string | null {
    const projectId = remembered(KEY)
    return projectId === "" ? null : projectId
}

export function guide(projectId: string | null): void {
    remember(KEY, projectId ?? "")
    guided.set(projectId)
}

/** Makes the demo project, or finds it, and begins to lead through it. */
export async function openDemo(queries: QueryClient): Promise<Project> {
    const project = await call("POST /projects/demo")
    await queries.invalidateQueries(PROJECTS)
    guide(project.id)
    return project
}
