import { History } from "lucide-react"
import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { text } from "./text"

export const feature: Feature = {
    routes: [{ path: paths.attempts, load: () => import("./AttemptsPage") }],
    places: [
        {
            id: "attempts",
            order: 30,
            label: () => say(text, "attempts"),
            icon: History,
            path: () => paths.attempts,
            keys: "g a",
        },
    ],
}
