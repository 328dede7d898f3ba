import { Gauge } from "lucide-react"
import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { text } from "./text"

export const feature: Feature = {
    routes: [{ path: paths.mission, load: () => import("./MissionPage") }],
    places: [
        {
            id: "mission",
            order: 40,
            label: () => say(text, "mission"),
            icon: Gauge,
            path: () => paths.mission,
            keys: "g m",
        },
    ],
}
