import { Link } from "@tanstack/react-router"
import { Check, CircleAlert, CircleSlash, Eye, Hand, Hourglass, type LucideIcon } from "lucide-react"
import type { ReactNode } from "react"
import type { Overview } from "@/api/api.gen"
import { paths } from "@/app/paths"
import { useLanguage, useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { classes } from "@/ui/classes"
import { Section } from "@/ui/Page"
import { ago, lasted } from "./figures"
import { text } from "./text"

const REASONS: Record<string, { icon: LucideIcon; colour: string }> = {
    waiting: { icon: Hand, colour: "text-accent" },
    review: { icon: Eye, colour: "text-ok" },
    failed: { icon: CircleAlert, colour: "text-bad" },
    stuck: { icon: Hourglass, colour: "text-warn" },
}
/** Entries of a list here; the inbox and the table of attempts have them all. */
const MOST = 8

/** What needs a person, the requests first. */
export function InboxSection({ overview }: { overview: Overview }) {
    const say = useText(text)
    const { inboxItems: inbox } = overview
    const items = [
        ...(inbox.waiting ?? []).map((item) => ({ item, kind: "waiting" as const, why: item.title })),
        ...inbox.review.map((item) => ({ item, kind: "review" as const, why: null })),
        ...inbox.failed.map((item) => ({ item, kind: "failed" as const, why: item.errorSummary ?? null })),
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

/** Who works now, and for how long. */
export function LiveSection({ overview }: { overview: Overview }) {
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

/** What ended last, and how. */
export function RecentSection({ overview }: { overview: Overview }) {
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
