import { Inbox } from "lucide-react"
import { lazy } from "react"
import type { Feature } from "@/app/feature"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { text } from "./text"

export const feature: Feature = {
    routes: [{ path: paths.inbox, load: () => import("./InboxPage") }],
    places: [
        {
            id: "inbox",
            order: 10,
            label: () => say(text, "inbox"),
            icon: Inbox,
            path: () => paths.inbox,
            keys: "g i",
            Count: lazy(() => import("./Count")),
        },
    ],
    always: [() => import("./Watch")],
}
