import { useQuery } from "@tanstack/react-query"
import { Bell } from "lucide-react"
import { useState } from "react"
import { SETTINGS } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { text } from "./text"

/** Where the settings want notifications and the browser was not asked yet: asked for only when somebody clicks. */
export function NotificationAsk() {
    const say = useText(text)
    const { data: settings } = useQuery(SETTINGS)
    const [permission, setPermission] = useState(
        typeof Notification === "undefined" ? "denied" : Notification.permission,
    )
    if (!settings?.notificationsDesktop || permission !== "default") return null
    return (
        <div className="border-line bg-surface flex flex-wrap items-center gap-3 rounded-md border px-3 py-2">
            <Bell size={16} strokeWidth={1.5} className="text-3 shrink-0" aria-hidden />
            <div className="min-w-0 flex-1 basis-60">
                <p>{say("askNotify")}</p>
                <p className="text-3 text-xs">{say("askNotifyHint")}</p>
            </div>
            <Button isSmall onClick={() => void Notification.requestPermission().then(setPermission)}>
                {say("allowNotify")}
            </Button>
        </div>
    )
}
