import { Link } from "@tanstack/react-router"
import { ChevronsUpDown, FolderPlus, Hand, PanelLeft } from "lucide-react"
import { Suspense } from "react"
import type { ActiveAttempt } from "@/api/api.gen"
import { places, type Place } from "@/app/feature"
import { useGo, usePath } from "@/app/navigation"
import { paths } from "@/app/paths"
import { useProjects, useServices, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Menu } from "@/ui/Menu"
import { ConnectionState } from "./ConnectionState"
import { text } from "./text"
import { BoardStore } from "@/sync/boardStore"

interface Props {
    projectId: string | null
    isFolded: boolean
    onFold: () => void
    /** Called when a place was chosen: on a phone the bar goes away then. */
    onChoose: () => void
}

export function SideBar({ projectId, isFolded, onFold, onChoose }: Props) {
    const say = useText(text)
    const { feed } = useServices()
    const store = projectId === null ? NOWHERE : feed.board(projectId)
    const { waiting } = useSignal(store.shown)
    const here = usePath()
    // Elsewhere the board is not followed: its connection would be told as it was when somebody looked at it last.
    const isOnBoard =
        projectId !== null &&
        (here === paths.board(projectId) || here.startsWith(`${paths.board(projectId)}/c/`))
    const shown = places.filter((place) => place.path(projectId) !== null)
    return (
        <nav
            aria-label={say("sideBar")}
            className={classes("flex h-full flex-col gap-0.5 p-2", isFolded ? "w-12 items-center" : "w-60")}
        >
            <div className={classes("mb-1 flex items-center gap-1", isFolded && "flex-col")}>
                <ProjectSwitcher projectId={projectId} isFolded={isFolded} />
                <IconButton
                    label={say(isFolded ? "unfold" : "fold")}
                    onClick={onFold}
                    className="max-md:hidden"
                >
                    <PanelLeft size={16} strokeWidth={1.5} />
                </IconButton>
            </div>
            {shown
                .filter((place) => !place.isAtFoot)
                .map((place) => (
                    <PlaceLink key={place.id} {...{ place, projectId, isFolded, onChoose }} />
                ))}
            {!isFolded && <RunningNow onChoose={onChoose} />}
            <div className="mt-auto flex w-full flex-col gap-0.5">
                {shown
                    .filter((place) => place.isAtFoot)
                    .map((place) => (
                        <PlaceLink key={place.id} {...{ place, projectId, isFolded, onChoose }} />
                    ))}
                <ConnectionState
                    health={isOnBoard ? store.health : feed.overviewHealth}
                    waiting={waiting}
                    isFolded={isFolded}
                />
            </div>
        </nav>
    )
}

/** Stands for the board where there is none. */
const NOWHERE = new BoardStore("")

function PlaceLink({
    place,
    projectId,
    isFolded,
    onChoose,
}: {
    place: Place
    projectId: string | null
    isFolded: boolean
    onChoose: () => void
}) {
    const path = place.path(projectId) ?? paths.home
    const here = usePath()
    const isHere =
        here === path || (path !== "/" && here.startsWith(`${path}/`) && !isMoreExact(here, path, projectId))
    const { icon: Icon, Count } = place
    return (
        <Link
            to={path}
            onClick={onChoose}
            aria-current={isHere ? "page" : undefined}
            title={isFolded ? place.label() : undefined}
            className={classes(
                "flex h-7 items-center gap-2 rounded px-2 transition-colors duration-100",
                isFolded ? "w-8 justify-center px-0" : "w-full",
                isHere ? "bg-hover text-1 font-medium" : "text-2 hover:bg-hover hover:text-1",
            )}
        >
            <Icon size={16} strokeWidth={1.5} className="shrink-0" aria-hidden />
            <span className={classes("truncate", isFolded && "sr-only")}>{place.label()}</span>
            {Count && (
                <span className={classes("text-xs", isFolded ? "sr-only" : "ml-auto")}>
                    <Suspense>
                        <Count />
                    </Suspense>
                </span>
            )}
        </Link>
    )
}

/** Whether another place names the address more exactly (`/p/x/settings` is not the board). */
function isMoreExact(here: string, path: string, projectId: string | null): boolean {
    return places.some((place) => {
        const other = place.path(projectId)
        return other !== null && other.length > path.length && here.startsWith(other)
    })
}

function ProjectSwitcher({ projectId, isFolded }: { projectId: string | null; isFolded: boolean }) {
    const say = useText(text)
    const go = useGo()
    const projects = useProjects() ?? []
    const current = projects.find(({ id }) => id === projectId)
    const name = current?.name ?? say("noProject")
    return (
        <Menu
            entries={() => [
                ...projects.map(({ id, name: label }) => ({
                    id,
                    label,
                    isChecked: id === projectId,
                    run: () => go(paths.board(id)),
                })),
                {
                    id: "add",
                    label: say("addProject"),
                    icon: FolderPlus,
                    isFirstOfGroup: true,
                    run: () => go(paths.newProject),
                },
            ]}
        >
            <button
                type="button"
                className={classes(
                    "hover:bg-hover data-[state=open]:bg-hover flex h-8 min-w-0 items-center gap-2 rounded px-1.5 font-semibold",
                    isFolded ? "w-8 justify-center" : "flex-1",
                )}
            >
                <span className="sr-only">
                    {say("project")}: {isFolded && name}
                </span>
                {/* By style, so that the button's text is its name and nothing else. */}
                <span
                    aria-hidden
                    data-letter={name.trim().charAt(0).toUpperCase()}
                    className="bg-accent text-on-accent flex size-5 shrink-0 items-center justify-center rounded-sm text-xs font-semibold before:content-[attr(data-letter)]"
                />
                {!isFolded && (
                    <>
                        <span className="truncate">{name}</span>
                        <ChevronsUpDown
                            size={14}
                            strokeWidth={1.5}
                            className="text-3 ml-auto shrink-0"
                            aria-hidden
                        />
                    </>
                )}
            </button>
        </Menu>
    )
}

/** The agents at work, whatever the project: a short list that changes in place. Those that wait for a person come first. */
function RunningNow({ onChoose }: { onChoose: () => void }) {
    const say = useText(text)
    const { feed } = useServices()
    const overview = useSignal(feed.overview)
    const waiting = new Set((overview?.inboxItems.waiting ?? []).map(({ attemptId }) => attemptId))
    const rank = ({ attemptId, status }: ActiveAttempt): number =>
        waiting.has(attemptId) ? 0 : status === "queued" ? 2 : 1
    const active = [...(overview?.activeAttempts ?? [])]
        .sort((one, other) => rank(one) - rank(other) || begunAt(one).localeCompare(begunAt(other)))
        .slice(0, MOST_RUNNING)
    if (active.length === 0) return null
    return (
        <section className="mt-4">
            <h2 className="text-3 px-2 pb-1 text-xs">{say("running")}</h2>
            <ul>
                {active.map((attempt) => (
                    <li key={attempt.attemptId}>
                        <Running {...{ attempt, onChoose }} isWaiting={waiting.has(attempt.attemptId)} />
                    </li>
                ))}
            </ul>
        </section>
    )
}

function Running({
    attempt,
    isWaiting,
    onChoose,
}: {
    attempt: ActiveAttempt
    isWaiting: boolean
    onChoose: () => void
}) {
    const say = useText(text)
    const isQueued = attempt.status === "queued"
    return (
        <Link
            to={paths.card(attempt.projectId, attempt.ticketKey ?? attempt.cardId)}
            onClick={onChoose}
            title={attempt.cardTitle}
            className={classes(
                "hover:bg-hover flex h-7 items-center gap-2 rounded px-2 text-xs",
                isWaiting ? "text-accent font-medium" : "text-2 hover:text-1",
            )}
        >
            {isWaiting ? (
                <Hand size={14} strokeWidth={1.5} aria-hidden className="-mx-1 shrink-0" />
            ) : (
                <span
                    aria-hidden
                    className={classes(
                        "size-1.5 shrink-0 rounded-full",
                        isQueued ? "bg-line-strong" : "bg-accent animate-soft",
                    )}
                />
            )}
            <span className="mono shrink-0">{attempt.ticketKey}</span>
            <span className="truncate">{isWaiting ? say("waitsForYou") : attempt.agentId}</span>
            <span className="mono text-3 ml-auto shrink-0 font-normal">
                {isQueued ? say("queued") : <Since time={begunAt(attempt)} />}
            </span>
        </Link>
    )
}

function begunAt({ startedAt, updatedAt }: ActiveAttempt): string {
    return startedAt ?? updatedAt
}

/** More are in mission control. */
const MOST_RUNNING = 8

function Since({ time }: { time: string }) {
    return elapsed(useNow() - Date.parse(time))
}
