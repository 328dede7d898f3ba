import { Settings, SlidersHorizontal } from "lucide-react"
import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { text } from "./text"

export const feature: Feature = {
    routes: [
        { path: paths.settings, load: () => import("./AppSettings") },
        { path: paths.projectSettings("$project"), load: () => import("./ProjectSettings") },
    ],
    places: [
        {
            id: "project-settings",
            order: 80,
            label: () => say(text, "projectSettings"),
            icon: SlidersHorizontal,
            path: (projectId) => (projectId === null ? null : paths.projectSettings(projectId)),
            keys: "g p",
            isAtFoot: true,
        },
        {
            id: "settings",
            order: 90,
            label: () => say(text, "settings"),
            icon: Settings,
            path: () => paths.settings,
            keys: "g s",
            isAtFoot: true,
        },
    ],
}
