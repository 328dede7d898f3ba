import { Outlet } from "@tanstack/react-router"
import { Menu as MenuIcon } from "lucide-react"
import { Dialog } from "radix-ui"
import { lazy, Suspense, useEffect, useState } from "react"
import { features, places } from "@/app/feature"
import { FirstSteps } from "@/app/FirstSteps"
import { useShortcuts } from "@/app/keys"
import { useGo, useProjectId } from "@/app/navigation"
import { useProject, useServices } from "@/app/services"
import { useText } from "@/app/text"
import { remember, remembered } from "@/app/theme"
import { IconButton } from "@/ui/Button"
import { NoticeList } from "./NoticeList"
import { SideBar } from "./SideBar"
import { text } from "./text"

const FOLDED = "kanbanai.sidebar"
const ALWAYS = features.flatMap((feature) => feature.always ?? []).map((load) => lazy(load))

/** The frame around every place: side bar, content, messages. */
export function Shell() {
    const say = useText(text)
    const { feed } = useServices()
    const projectId = useProjectId()
    const [isFolded, setFolded] = useState(remembered(FOLDED) === "folded")
    const [isOpen, setOpen] = useState(false)
    useEffect(() => feed.holdDashboard(), [feed])
    usePlaceKeys(projectId)

    const fold = (): void => {
        setFolded(!isFolded)
        remember(FOLDED, isFolded ? "open" : "folded")
    }
    return (
        <div className="flex h-dvh">
            <a
                href="#content"
                className="bg-raised shadow-float sr-only z-50 rounded px-3 py-1.5 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
            >
                {say("skip")}
            </a>
            <div className="border-line shrink-0 border-r max-md:hidden">
                <SideBar projectId={projectId} isFolded={isFolded} onFold={fold} onChoose={() => undefined} />
            </div>
            <Dialog.Root open={isOpen} onOpenChange={setOpen}>
                <div className="flex min-w-0 flex-1 flex-col">
                    <div className="border-line flex h-10 shrink-0 items-center border-b px-1.5 md:hidden">
                        <Dialog.Trigger asChild>
                            <IconButton label={say("openBar")} className="size-8">
                                <MenuIcon size={18} strokeWidth={1.5} />
                            </IconButton>
                        </Dialog.Trigger>
                        <Here projectId={projectId} />
                    </div>
                    <main id="content" tabIndex={-1} className="min-h-0 flex-1 outline-none">
                        <FirstSteps>
                            <Outlet />
                        </FirstSteps>
                    </main>
                </div>
                <Dialog.Portal>
                    <Dialog.Overlay className="animate-fade fixed inset-0 z-40 bg-black/40" />
                    <Dialog.Content
                        aria-describedby={undefined}
                        className="bg-bg shadow-float fixed inset-y-0 left-0 z-50 w-60"
                    >
                        <Dialog.Title className="sr-only">{say("sideBar")}</Dialog.Title>
                        <SideBar
                            projectId={projectId}
                            isFolded={false}
                            onFold={() => setOpen(false)}
                            onChoose={() => setOpen(false)}
                        />
                    </Dialog.Content>
                </Dialog.Portal>
            </Dialog.Root>
            <NoticeList />
            <Suspense>
                {ALWAYS.map((Part, place) => (
                    <Part key={place} />
                ))}
            </Suspense>
        </div>
    )
}

function Here({ projectId }: { projectId: string | null }) {
    return <span className="ml-1 truncate font-semibold">{useProject(projectId)?.name ?? "KanbanAI"}</span>
}

function usePlaceKeys(projectId: string | null): void {
    const say = useText(text)
    const go = useGo()
    useShortcuts(
        places.flatMap((place) => {
            const path = place.path(projectId)
            if (path === null) return []
            const label = say("goTo", { place: place.label() })
            return [
                { id: `go-${place.id}`, keys: place.keys, label, group: say("going"), run: () => go(path) },
            ]
        }),
    )
}
