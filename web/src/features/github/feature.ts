import type { Feature } from "@/app/feature"

export const feature: Feature = {
    slots: {
        "settings.account": () => import("./connect/InSettings"),
        "onboarding.account": () => import("./connect/InFirstSteps"),
    },
}
