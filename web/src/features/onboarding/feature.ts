import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"

export const feature: Feature = {
    routes: [{ path: paths.onboarding, load: () => import("./Onboarding"), isBare: true }],
    always: [() => import("./Guide")],
}
