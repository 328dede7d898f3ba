import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import {
    Activity,
    Check,
    CircleAlert,
    CircleSlash,
    Clock,
    Eye,
    Gauge,
    Hand,
    Hourglass,
    type LucideIcon,
    TriangleAlert,
} from "lucide-react"
import type { ReactNode } from "react"
import type { Overview } from "@/api/api.gen"
import { call } from "@/api/client"
import { useAsked, useGo } from "@/app/navigation"
import { tellOf } from "@/app/notices"
import { reasonOf } from "@/app/failures"
import { paths } from "@/app/paths"
import { useServices, useSignal } from "@/app/services"
import { useLanguage, useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { classes } from "@/ui/classes"
import { Page, Section } from "@/ui/Page"
import { Bones, Empty, Trouble } from "@/ui/states"
import { Curves } from "./Curves"
import { ago, compact, lasted, percent } from "./figures"
import { isPreset, PRESETS, type Preset, STREAMED, useOverview } from "./range"
import { text } from "./text"

/** What goes on in all projects: who works, what waits, how it went. */
export default function MissionPage() {
    const say = useText(text)
    const go = useGo()
    const asked = useAsked("range")
    const preset = isPreset(asked) ? asked : STREAMED
    const { overview, error, isOther } = useOverview(preset)
    return (
        <Page
            title={say("mission")}
            width="wide"
            actions={
                <Ranges
                    chosen={preset}
                    onChoose={(next) => go(`${paths.mission}?range=${next}`, { replace: true })}
                />
            }
        >
            {error && !overview && <Trouble title={say("notLoaded")} {...tellOf(error)} />}
            {overview ? (
                <div aria-busy={isOther} className={classes("flex flex-col gap-6", isOther && "opacity-60")}>
                    <Shown overview={overview} preset={preset} />
                </div>
            ) : (
                !error && <Shape />
            )}
        </Page>
    )
}

function Shape() {
    return (
        <div className="grid gap-3 md:grid-cols-3 lg:grid-cols-6">
            {[1, 2, 3, 4, 5, 6].map((one) => (
                <Bones key={one} className="h-20" />
            ))}
        </div>
    )
}

function Ranges({ chosen, onChoose }: { chosen: Preset; onChoose: (preset: Preset) => void }) {
    const say = useText(text)
    return (
        <div
            role="group"
            aria-label={say("range")}
            className="border-line bg-surface flex rounded border p-0.5"
        >
            {PRESETS.map((preset) => (
                <button
                    key={preset}
                    type="button"
                    aria-pressed={preset === chosen}
                    onClick={() => onChoose(preset)}
                    className={classes(
                        "h-6 rounded-sm px-2 text-xs",
                        preset === chosen ? "bg-active text-1 font-medium" : "text-2 hover:bg-hover",
                    )}
                >
                    {say(preset)}
                </button>
            ))}
        </div>
    )
}

function Shown({ overview, preset }: { overview: Overview; preset: Preset }) {
    const say = useText(text)
    const language = useLanguage()
    const { metrics, inboxItems: inbox } = overview
    const waiting = inbox.waiting ?? []
    const needs = inbox.meta?.totalItems ?? waiting.length
    const isNew = overview.projectSnapshots.length === 0
    if (isNew) {
        return (
            <Empty
                icon={Gauge}
                title={say("empty")}
                action={
                    <Link to={paths.newProject} className="text-accent hover:underline">
                        {say("addProject")}
                    </Link>
                }
            >
                {say("emptyHint")}
            </Empty>
        )
    }
    return (
        <>
            <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 lg:grid-cols-6">
                <Tile
                    icon={Hand}
                    label={say("needYou")}
                    value={compact(needs, language)}
                    isLoud={needs > 0}
                />
                <Tile
                    icon={Activity}
                    label={say("atWork")}
                    value={compact(metrics.activeAttempts, language)}
                />
                <Tile
                    icon={Clock}
                    label={say("attempts")}
                    value={compact(metrics.attemptsInRange, language)}
                />
                <Tile
                    icon={Check}
                    label={say("successRate")}
                    value={metrics.attemptsInRange > 0 ? percent(metrics.successRateInRange, language) : "–"}
                />
                <Tile
                    icon={Eye}
                    label={say("inReview")}
                    value={compact(metrics.reviewItemsCount, language)}
                />
                <Tile
                    icon={Gauge}
                    label={say("openCards")}
                    value={compact(metrics.byKey["cards.open"]?.total ?? 0, language)}
                />
            </dl>
            <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
                <InboxSection overview={overview} />
                <LiveSection overview={overview} />
            </div>
            <Section id="curves" title={say("overTime")} isBare>
                <Curves preset={preset} />
            </Section>
            <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
                <RecentSection overview={overview} />
                <div className="flex min-w-0 flex-col gap-6">
                    <ProjectSection overview={overview} />
                    <AgentSection overview={overview} />
                </div>
            </div>
        </>
    )
}

interface TileProps {
    icon: LucideIcon
    label: string
    value: string
    isLoud?: boolean
}

function Tile({ icon: Icon, label, value, isLoud = false }: TileProps) {
    return (
        <div
            className={classes(
                "rounded-md border px-3 py-2.5",
                isLoud ? "border-accent bg-accent-tint" : "border-line bg-surface",
            )}
        >
            <dt className="text-2 flex items-center gap-1.5 text-xs">
                <Icon size={14} strokeWidth={1.5} aria-hidden />
                {label}
            </dt>
            <dd className="mt-1 text-lg font-semibold">{value}</dd>
        </div>
    )
}

const REASONS: Record<string, { icon: LucideIcon; colour: string }> = {
    waiting: { icon: Hand, colour: "text-accent" },
    review: { icon: Eye, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad" },
    stuck: { icon: Hourglass, colour: "text-warn" },
}
/** Entries of a list here; the inbox and the table of attempts have them all. */
const MOST = 8

function InboxSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const { inboxItems: inbox } = overview
    const items = [
        ...(inbox.waiting ?? []).map((item) => ({ item, kind: "waiting" as const, why: item.title })),
        ...inbox.review.map((item) => ({ item, kind: "review" as const, why: null })),
        ...inbox.failed.map((item) => ({ item, kind: "failed" as const, why: reasonOf(item.errorSummary) })),
        ...inbox.stuck.map((item) => ({ item, kind: "stuck" as const, why: null })),
    ]
    return (
        <Section id="inbox" title={say("needsYou")}>
            {items.length === 0 && <p className="text-2 px-3 py-3">{say("nothingWaits")}</p>}
            {items.slice(0, MOST).map(({ item, kind, why }) => {
                const { icon: Icon, colour } = REASONS[kind] ?? { icon: Hand, colour: "" }
                return (
                    <CardLine
                        key={`${kind}-${item.attemptId}`}
                        of={item}
                        tab={kind === "review" ? "changes" : null}
                    >
                        <span className={classes("flex shrink-0 items-center gap-1 text-xs", colour)}>
                            <Icon size={14} strokeWidth={1.5} aria-hidden />
                            {say(`kind_${kind}`)}
                        </span>
                        {why && <span className="text-2 w-full truncate pl-1 text-xs">{why}</span>}
                    </CardLine>
                )
            })}
        </Section>
    )
}

interface Named {
    projectId: string
    projectName: string
    cardId: string
    cardTitle: string
    ticketKey: string | null
    attemptId: string
}

/** A line that leads to a card's attempt. */
function CardLine({ of, tab = null, children }: { of: Named; tab?: string | null; children: ReactNode }) {
    return (
        <Link
            to={paths.card(of.projectId, of.ticketKey ?? of.cardId)}
            search={{ attempt: of.attemptId, ...(tab === null ? {} : { tab }) }}
            className="hover:bg-hover flex flex-wrap items-center gap-x-2 px-3 py-1.5"
        >
            <span className="mono text-3 shrink-0">{of.ticketKey}</span>
            <span className="min-w-0 flex-1 truncate">{of.cardTitle}</span>
            {children}
        </Link>
    )
}

function LiveSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const now = useNow()
    const { activeAttempts } = overview
    return (
        <Section id="live" title={say("live")}>
            {activeAttempts.length === 0 && <p className="text-2 px-3 py-3">{say("nobodyWorks")}</p>}
            {activeAttempts.slice(0, MOST).map((attempt) => (
                <CardLine key={attempt.attemptId} of={attempt}>
                    <span className="text-2 text-xs">{attempt.agentId}</span>
                    <span className="text-2 flex items-center gap-1.5 text-xs">
                        <span
                            aria-hidden
                            className={classes(
                                "size-1.5 rounded-full",
                                attempt.status === "running" ? "bg-accent animate-soft" : "bg-3",
                            )}
                        />
                        {say(`status_${attempt.status}`)}
                    </span>
                    <span className="mono text-3 w-14 text-right">
                        {attempt.startedAt ? elapsed(now - Date.parse(attempt.startedAt)) : "–"}
                    </span>
                </CardLine>
            ))}
        </Section>
    )
}

const ENDS: Record<string, { icon: LucideIcon; colour: string }> = {
    succeeded: { icon: Check, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad" },
}

function RecentSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const language = useLanguage()
    const now = useNow()
    const recent = overview.recentAttemptActivity
    return (
        <Section
            id="recent"
            title={say("recent")}
            actions={
                <Link to={paths.attempts} className="text-accent text-xs hover:underline">
                    {say("allAttempts")}
                </Link>
            }
        >
            {recent.length === 0 && <p className="text-2 px-3 py-3">{say("nothingEnded")}</p>}
            {recent.slice(0, 2 * MOST).map((attempt) => {
                const { icon: Icon, colour } = ENDS[attempt.status] ?? { icon: CircleSlash, colour: "text-2" }
                return (
                    <CardLine key={`${attempt.attemptId}-${attempt.occurredAt}`} of={attempt}>
                        <span className="text-2 text-xs max-sm:hidden">{attempt.agentId}</span>
                        <span className={classes("flex items-center gap-1 text-xs", colour)}>
                            <Icon size={14} strokeWidth={1.5} aria-hidden />
                            {say(`status_${attempt.status}`)}
                        </span>
                        <span className="text-3 w-14 text-right text-xs">
                            {attempt.durationSeconds === undefined || attempt.durationSeconds === null
                                ? "–"
                                : lasted(attempt.durationSeconds, language)}
                        </span>
                        <time dateTime={attempt.occurredAt} className="text-3 w-20 text-right text-xs">
                            {ago(attempt.occurredAt, now, language)}
                        </time>
                    </CardLine>
                )
            })}
        </Section>
    )
}

function ProjectSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const language = useLanguage()
    return (
        <Section id="projects" title={say("projects")}>
            {overview.projectSnapshots.map((project) => {
                const { health, columnCardCounts: cards } = project
                return (
                    <Link
                        key={project.projectId}
                        to={paths.board(project.projectId)}
                        className="hover:bg-hover block px-3 py-2"
                    >
                        <span className="flex items-center gap-2">
                            <span className="min-w-0 flex-1 truncate font-medium">{project.name}</span>
                            {health.isAtRisk ? (
                                <span className="text-bad flex items-center gap-1 text-xs">
                                    <TriangleAlert size={14} strokeWidth={1.5} aria-hidden />
                                    {say("atRisk", { rate: percent(health.failureRateInRange, language) })}
                                </span>
                            ) : (
                                <span className="text-2 text-xs">
                                    {say(health.isHighActivity ? "busy" : "calm")}
                                </span>
                            )}
                        </span>
                        <span className="text-2 flex flex-wrap gap-x-3 text-xs">
                            <span>{say("cardsBacklog", { n: cards.backlog })}</span>
                            <span>{say("cardsProgress", { n: cards.inProgress })}</span>
                            <span>{say("cardsReview", { n: cards.review })}</span>
                            <span>{say("cardsDone", { n: cards.done })}</span>
                            <span>{say("attemptsN", { n: project.attemptsInRange })}</span>
                        </span>
                    </Link>
                )
            })}
        </Section>
    )
}

function AgentSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const language = useLanguage()
    const now = useNow()
    const { feed } = useServices()
    const health = useSignal(feed.overviewHealth)
    const version = useQuery({ queryKey: ["version"], queryFn: () => call("GET /version") }).data
    const seen = overview.agentStats.filter(
        ({ lastActivityAt, attemptsStarted }) => lastActivityAt ?? attemptsStarted,
    )
    return (
        <Section
            id="agents"
            title={say("agentsAndSystem")}
            actions={
                <Link to={paths.agents} className="text-accent text-xs hover:underline">
                    {say("allAgents")}
                </Link>
            }
        >
            {seen.length === 0 && <p className="text-2 px-3 py-3">{say("noAgentYet")}</p>}
            {seen.map((agent) => (
                <div key={agent.agentId} className="flex items-center gap-3 px-3 py-1.5">
                    <span className="min-w-0 flex-1 truncate">{agent.agentName}</span>
                    <span className="text-2 text-xs">{say("attemptsN", { n: agent.attemptsInRange })}</span>
                    <span className="text-2 w-12 text-right text-xs">
                        {agent.successRateInRange === null
                            ? "–"
                            : percent(agent.successRateInRange, language)}
                    </span>
                    <span className="text-3 w-20 text-right text-xs">
                        {agent.lastActivityAt ? ago(agent.lastActivityAt, now, language) : "–"}
                    </span>
                </div>
            ))}
            <p className="text-2 flex flex-wrap gap-x-4 px-3 py-2 text-xs">
                <span>{say("server", { version: version?.currentVersion ?? "…" })}</span>
                <span>{say("stream", { phase: say(`phase_${health.phase}`) })}</span>
                <span>
                    {say("asOf", { when: new Date(overview.generatedAt).toLocaleTimeString(language) })}
                </span>
            </p>
        </Section>
    )
}
