import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"

export const feature: Feature = {
    routes: [
        { path: paths.home, load: () => import("./Home") },
        { path: paths.newProject, load: () => import("./AddProject") },
    ],
}
