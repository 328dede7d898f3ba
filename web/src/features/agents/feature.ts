import { Bot } from "lucide-react"
import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { text } from "./text"

export const feature: Feature = {
    routes: [{ path: paths.agents, load: () => import("./AgentsPage") }],
    places: [
        {
            id: "agents",
            order: 50,
            label: () => say(text, "agents"),
            icon: Bot,
            path: () => paths.agents,
            keys: "g e",
        },
    ],
}
