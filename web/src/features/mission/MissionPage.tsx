import { Link } from "@tanstack/react-router"
import { Activity, Check, Clock, Eye, Gauge, Hand, type LucideIcon } from "lucide-react"
import type { Overview } from "@/api/api.gen"
import { useAsked, useGo } from "@/app/navigation"
import { tellOf } from "@/app/notices"
import { paths } from "@/app/paths"
import { useLanguage, useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { Page, Section } from "@/ui/Page"
import { Bones, Empty, Trouble } from "@/ui/states"
import { InboxSection, LiveSection, RecentSection } from "./Attempts"
import { Choice } from "./Choice"
import { Curves } from "./Curves"
import { compact, percent } from "./figures"
import { isPreset, PRESETS, type Preset, STREAMED, useOverview } from "./range"
import { AgentSection, ProjectSection } from "./Standing"
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
                <Choice
                    label={say("range")}
                    options={PRESETS.map((one) => ({ value: one, label: say(one) }))}
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
