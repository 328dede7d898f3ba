import { Link } from "@tanstack/react-router"
import {
    Check,
    CircleAlert,
    CircleDot,
    Hourglass,
    Inbox,
    type LucideIcon,
    ShieldQuestion,
} from "lucide-react"
import { type ReactNode, useMemo, useRef } from "react"
import type { Inbox as Gathered, InboxItem, Permission } from "@/api/api.gen"
import { call } from "@/api/client"
import { Ask } from "@/app/asking/Ask"
import { complain } from "@/app/notices"
import { paths } from "@/app/paths"
import { current, useText } from "@/app/text"
import { useNow } from "@/app/time"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { useHand, useHeld } from "@/ui/held"
import { NewPill } from "@/ui/NewPill"
import { Bones, Empty } from "@/ui/states"
import { NotificationAsk } from "./NotificationAsk"
import { useNeeds, useOrigin } from "./needs"
import { text } from "./text"

/** What needs a person, whatever the project. */
export default function InboxPage() {
    const say = useText(text)
    const { waiting, inbox, total } = useNeeds()
    const scroller = useRef<HTMLElement>(null)
    // A button must not become another one's while a hand is about to press it.
    const isHeld = useHand(scroller)
    const entries = useMemo(() => entriesOf(waiting, inbox), [waiting, inbox])
    const { items, fresh, takeIn } = useHeld({ items: entries, idOf: ({ id }) => id }, isHeld)
    const toTop = (): void => {
        takeIn()
        if (scroller.current) scroller.current.scrollTop = 0
    }
    return (
        <main id="content" ref={scroller} className="flex h-full flex-col overflow-y-auto">
            <header className="border-line bg-bg sticky top-0 z-10 flex h-11 shrink-0 items-center gap-2 border-b px-4">
                <h1 className="text-base font-semibold">{say("inbox")}</h1>
                {total > 0 && <span className="text-3 text-xs">{say("counted", { n: total })}</span>}
                {fresh > 0 && (
                    <NewPill at="top" className="top-2!" label={say("fresh", { n: fresh })} onClick={toTop} />
                )}
            </header>
            <div className="mx-auto flex w-full max-w-3xl flex-col gap-6 px-4 py-5">
                <NotificationAsk />
                {inbox === null ? (
                    <div className="flex flex-col gap-2" aria-label={say("loading")}>
                        <Bones className="h-10" />
                        <Bones className="h-10" />
                    </div>
                ) : items.length === 0 ? (
                    <Empty icon={Inbox} title={say("nothing")}>
                        {say("nothingHint")}
                    </Empty>
                ) : (
                    KINDS.map((kind) => (
                        <Group
                            key={kind}
                            kind={kind}
                            entries={items.filter(({ item }) => item.kind === kind)}
                        />
                    ))
                )}
            </div>
        </main>
    )
}

/** Requests come first; the finished come after what went wrong: they can wait. */
const KINDS = ["waiting", "failed", "review", "stuck"] as const
type Kind = (typeof KINDS)[number]

type Entry =
    | { kind: "waiting"; id: string; permission: Permission }
    | { kind: Exclude<Kind, "waiting">; id: string; item: InboxItem }

function entriesOf(waiting: readonly Permission[], inbox: Gathered | null): readonly Entry[] {
    return [
        ...waiting.map((permission) => ({ kind: "waiting" as const, id: permission.id, permission })),
        ...(["failed", "review", "stuck"] as const).flatMap((kind) =>
            (inbox?.[kind] ?? []).map((item) => ({ kind, id: `${kind} ${item.id}`, item })),
        ),
    ]
}

const LOOKS: Record<Kind, { icon: LucideIcon; colour: string }> = {
    waiting: { icon: ShieldQuestion, colour: "text-accent" },
    failed: { icon: CircleAlert, colour: "text-bad" },
    review: { icon: CircleDot, colour: "text-ok" },
    stuck: { icon: Hourglass, colour: "text-warn" },
}

function Group({ kind, entries }: { kind: Kind; entries: readonly { item: Entry; isGone: boolean }[] }) {
    const say = useText(text)
    const { icon: Icon, colour } = LOOKS[kind]
    if (entries.length === 0) return null
    return (
        <section aria-label={say(kind)}>
            <h2 className="flex items-center gap-2 pb-2 font-semibold">
                <Icon size={16} strokeWidth={1.5} aria-hidden className={colour} />
                {say(kind)}
                <span className="text-3 mono font-normal">
                    {entries.filter(({ isGone }) => !isGone).length}
                </span>
            </h2>
            <ul className="flex flex-col gap-2">
                {entries.map(({ item: entry, isGone }) => (
                    <Place key={entry.id} isGone={isGone}>
                        {entry.kind === "waiting" ? (
                            <Waiting permission={entry.permission} />
                        ) : (
                            <Row item={entry.item} />
                        )}
                    </Place>
                ))}
            </ul>
        </section>
    )
}

/** An entry's place: of one that is gone it stays as it was, without anything to press, until the hand is off. */
function Place({ isGone, children }: { isGone: boolean; children: ReactNode }) {
    const say = useText(text)
    return (
        <li className="relative">
            <div className={classes(isGone && "invisible")} inert={isGone}>
                {children}
            </div>
            {isGone && (
                <p className="border-line text-3 absolute inset-0 flex items-center gap-2 rounded-md border border-dashed px-3 text-xs">
                    <Check size={14} strokeWidth={1.5} aria-hidden />
                    {say("dealtWith")}
                </p>
            )}
        </li>
    )
}

function Waiting({ permission }: { permission: Permission }) {
    const origin = useOrigin(permission.attemptId)
    return (
        <>
            {origin && (
                <Link
                    to={paths.card(origin.projectId, origin.key)}
                    search={{ attempt: permission.attemptId, tab: "chat" }}
                    className="hover:text-accent flex items-baseline gap-2 pb-1"
                >
                    <span className="mono text-3">{origin.key}</span>
                    <span className="truncate">{origin.title}</span>
                    <span className="text-3 text-xs">{origin.projectName}</span>
                </Link>
            )}
            <Ask permission={permission} agent={origin?.agent ?? null} isCompact />
        </>
    )
}

/** An attempt that needs somebody: what of it, for how long, and what can be done at once. */
function Row({ item }: { item: InboxItem }) {
    const say = useText(text)
    const now = useNow()
    const since = Date.parse(item.finishedAt ?? item.lastUpdatedAt)
    const to = paths.card(item.projectId, item.ticketKey ?? item.cardId)
    const search = { attempt: item.attemptId, tab: item.kind === "review" ? "changes" : "chat" } as never
    const detail = detailOf(item, (time) => say("silentFor", { time }))
    return (
        <div className="border-line bg-surface flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border px-3 py-2">
            <div className="min-w-0 flex-1 basis-64">
                <Link to={to} search={search} className="hover:text-accent flex items-baseline gap-2">
                    <span className="mono text-3 shrink-0">{item.ticketKey}</span>
                    <span className="truncate font-medium">{item.cardTitle}</span>
                </Link>
                <p
                    className={classes(
                        "truncate text-xs",
                        detail !== null && item.kind === "failed" ? "text-bad" : "text-3",
                    )}
                >
                    {detail ?? `${item.projectName} · ${item.agentName}`}
                </p>
            </div>
            <span className="text-3 text-xs">{say("ago", { time: rough(now - since) })}</span>
            <Act item={item} />
            <Link
                to={to}
                search={search}
                className="border-line-strong bg-surface hover:bg-hover inline-flex h-6 items-center rounded border px-2 text-xs"
            >
                {say(item.kind === "review" ? "lookAt" : "open")}
            </Link>
        </div>
    )
}

function detailOf(item: InboxItem, silentFor: (time: string) => string): string | null {
    if (item.kind === "failed") return item.errorSummary ?? null
    if (item.kind === "review") return null
    return item.stuckForSeconds ? silentFor(rough(item.stuckForSeconds * 1_000)) : (item.reason ?? null)
}

/** What can be done without looking: a failed one is resumed, a stuck one stopped. */
function Act({ item: { kind, attemptId } }: { item: InboxItem }) {
    const say = useText(text)
    if (kind === "review") return null
    const path = { attempt_id: attemptId }
    const run = async (): Promise<void> => {
        try {
            if (kind === "failed") await call("POST /attempts/{attempt_id}/resume", { path })
            else await call("PATCH /attempts/{attempt_id}", { path, body: { status: "stopped" } })
        } catch (error) {
            complain(say(kind === "failed" ? "notResumed" : "notStopped"), error)
        }
    }
    return (
        <Button isSmall onClick={() => void run()}>
            {say(kind === "failed" ? "resume" : "stop")}
        </Button>
    )
}

/** `40 sec`, `12 min`, `3 hr`, `2 days`, in the person's language. */
function rough(milliseconds: number): string {
    const seconds = Math.max(0, Math.round(milliseconds / 1_000))
    const [value, unit] =
        seconds < 60
            ? [seconds, "second"]
            : seconds < 3_600
              ? [seconds / 60, "minute"]
              : seconds < 86_400
                ? [seconds / 3_600, "hour"]
                : [seconds / 86_400, "day"]
    const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 } as const
    return new Intl.NumberFormat(current(), format).format(value)
}
