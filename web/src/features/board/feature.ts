import { SquareKanban } from "lucide-react"
import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { text } from "./text"

export const feature: Feature = {
    routes: [
        {
            path: paths.board("$project"),
            load: () => import("./BoardPage"),
            children: [{ path: "/c/$key", load: () => import("./inspector/Inspector") }],
        },
    ],
    places: [
        {
            id: "board",
            order: 20,
            label: () => say(text, "board"),
            icon: SquareKanban,
            path: (projectId) => (projectId === null ? null : paths.board(projectId)),
            keys: "g b",
        },
    ],
    tabs: [
        {
            id: "details",
            order: 1,
            label: () => say(text, "details"),
            load: () => import("./inspector/DetailsTab"),
        },
    ],
}
