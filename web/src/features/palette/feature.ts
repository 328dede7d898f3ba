import type { Feature } from "@/app/feature"

export const feature: Feature = { always: [() => import("./Palette")] }
