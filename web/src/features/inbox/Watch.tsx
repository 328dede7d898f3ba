import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { useEffect, useRef, useState } from "react"
import type { Permission } from "@/api/api.gen"
import { Ask } from "@/app/asking/Ask"
import { useGo, usePath } from "@/app/navigation"
import { paths } from "@/app/paths"
import { SETTINGS, useServices, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { type Alert, alertsOf, type Look } from "./alerts"
import { chime, oneOfAllTabs } from "./chime"
import { useNeeds, useOrigin } from "./needs"
import { text } from "./text"

/** Always there: the number in the tab's title, requests of agents whatever one looks at, and alerts. */
export default function Watch() {
    const { waiting } = useNeeds()
    useTitle(waiting.length)
    useAlerts(waiting)
    const [later, setLater] = useState<ReadonlySet<string>>(new Set())
    const shown = waiting.filter(({ id }) => !later.has(id))
    const [first] = shown
    if (!first) return null
    return (
        <Asking
            key={first.id}
            permission={first}
            all={shown.length}
            onLater={() => setLater(new Set(waiting.map(({ id }) => id)))}
        />
    )
}

/** "(2) KanbanAI". */
function useTitle(n: number): void {
    const path = usePath()
    useEffect(() => {
        const plain = document.title.replace(/^\(\d+\) /, "")
        document.title = n > 0 ? `(${n}) ${plain}` : plain
    }, [n, path])
}

interface AskingProps {
    permission: Permission
    all: number
    onLater: () => void
}

/** A request as a notice, unless it is on the page anyway. */
function Asking({ permission, all, onLater }: AskingProps) {
    const say = useText(text)
    const path = usePath()
    const origin = useOrigin(permission.attemptId)
    if (!origin) return null
    const { projectId, key, cardId } = origin
    const isInSight = [paths.inbox, paths.card(projectId, key), paths.card(projectId, cardId)].includes(path)
    if (isInSight) return null
    return (
        <aside
            aria-label={say("asking")}
            className="animate-float bg-raised shadow-float fixed bottom-3 left-3 z-[35] w-[min(380px,calc(100vw-24px))] rounded-md p-2 md:left-[252px]"
        >
            <div className="flex h-7 items-center gap-2 px-1">
                <Link
                    to={paths.card(origin.projectId, origin.key)}
                    search={{ attempt: permission.attemptId, tab: "chat" }}
                    className="hover:text-accent flex min-w-0 flex-1 items-baseline gap-2"
                >
                    <span className="mono text-3 shrink-0">{origin.key}</span>
                    <span className="truncate">{origin.title}</span>
                </Link>
                {all > 1 && <span className="text-3 text-xs">{say("oneOf", { n: 1, all })}</span>}
                <Button isSmall look="ghost" onClick={onLater}>
                    {say("later")}
                </Button>
            </div>
            <Ask permission={permission} agent={origin.agent} isCompact />
        </aside>
    )
}

/** Notifications of the desktop and a sound, as the settings want them. */
function useAlerts(waiting: readonly Permission[]): void {
    const say = useText(text)
    const go = useGo()
    const { feed } = useServices()
    const overview = useSignal(feed.overview)
    const { data: settings } = useQuery(SETTINGS)
    const before = useRef<Look | null>(null)
    useEffect(() => {
        const now: Look = { overview, waiting }
        const was = before.current
        before.current = now
        // What was there when the page was opened is no news.
        if (!was?.overview) return
        for (const alert of alertsOf(was, now)) void tell(alert)

        async function tell({ key, kind, attemptId }: Alert): Promise<void> {
            if (!(await oneOfAllTabs(key))) return
            if (settings?.notificationsAgentCompletionSound) chime(kind)
            const isAllowed = typeof Notification !== "undefined" && Notification.permission === "granted"
            const isLookedAt = document.visibilityState === "visible" && document.hasFocus()
            if (!settings?.notificationsDesktop || !isAllowed || isLookedAt) return
            const known =
                was?.overview?.activeAttempts.find((one) => one.attemptId === attemptId) ??
                overview?.activeAttempts.find((one) => one.attemptId === attemptId)
            if (!known) return
            const card = known.ticketKey ?? known.cardTitle
            const title = say(kind, { agent: known.agentId, key: card })
            const notification = new Notification(title, { body: known.cardTitle, tag: key })
            notification.onclick = () => {
                window.focus()
                go(paths.attempt(known.projectId, known.ticketKey ?? known.cardId, attemptId, "chat"))
                notification.close()
            }
        }
    }, [overview, waiting, settings, say, go])
}
