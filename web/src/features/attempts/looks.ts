import { Check, CircleAlert, CircleSlash, Clock, LoaderCircle, type LucideIcon } from "lucide-react"
import type { ListedAttempt } from "@/api/api.gen"

export const LOOKS: Record<ListedAttempt["status"], { icon: LucideIcon; colour: string }> = {
    queued: { icon: Clock, colour: "text-2" },
    running: { icon: LoaderCircle, colour: "text-accent" },
    stopping: { icon: LoaderCircle, colour: "text-warn" },
    succeeded: { icon: Check, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad" },
    stopped: { icon: CircleSlash, colour: "text-2" },
}
