import {
    CircleAlert,
    CircleCheck,
    CirclePause,
    CircleStop,
    LoaderCircle,
    type LucideIcon,
} from "lucide-react"
import type { AttemptStatus } from "@/sync/fold"

export interface StatusLook {
    icon: LucideIcon
    colour: string
    isSoft?: boolean
}

/** How each status looks: an icon and a colour; its word is in the catalogue. */
export const STATUS_LOOKS: Record<AttemptStatus, StatusLook> = {
    queued: { icon: CirclePause, colour: "text-2" },
    running: { icon: LoaderCircle, colour: "text-accent", isSoft: true },
    stopping: { icon: LoaderCircle, colour: "text-warn", isSoft: true },
    succeeded: { icon: CircleCheck, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad" },
    stopped: { icon: CircleStop, colour: "text-2" },
}
