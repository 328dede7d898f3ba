import { Popover } from "radix-ui"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { useServices, useSignal } from "@/app/services"
import { type Say, useText } from "@/app/text"
import { elapsed, useNow } from "@/app/time"
import { type Health, isStale, type Phase } from "@/sync/health"
import type { Signal } from "@/sync/signal"
import { text } from "./text"

const DOTS: Record<Phase, string> = {
    connecting: "bg-line-strong",
    catchingUp: "bg-info",
    live: "bg-ok",
    reconnecting: "bg-warn",
    refreshing: "bg-warn",
    offline: "bg-bad",
    closed: "bg-bad",
}

/** A dot and a word: how it stands with what is shown. */
export function ConnectionState({
    health,
    waiting,
    isFolded,
}: {
    health: Signal<Health>
    waiting: number
    isFolded: boolean
}) {
    const say = useText(text)
    const { feed } = useServices()
    const now = useNow()
    const state = useSignal(health)
    const word = wordOf(state, now, say)
    const isWell = state.phase === "live" || state.phase === "catchingUp" || state.phase === "connecting"
    return (
        <Popover.Root>
            <Popover.Trigger asChild>
                <button
                    type="button"
                    data-phase={state.phase}
                    className="text-2 hover:bg-hover flex h-7 w-full min-w-0 items-center gap-2 rounded px-2 text-xs"
                >
                    <span
                        aria-hidden
                        className={classes("size-2 shrink-0 rounded-full", DOTS[state.phase])}
                    />
                    <span className="sr-only">
                        {say("connection")}: {isFolded && word}
                    </span>
                    {!isFolded && <span className={classes("truncate", !isWell && "text-1")}>{word}</span>}
                    {!isFolded && isStale(state) && state.heardAt !== null && (
                        <span className="mono text-3 shrink-0" title={say("age")}>
                            {elapsed(now - state.heardAt)}
                        </span>
                    )}
                    {!isFolded && waiting > 0 && (
                        <span className="bg-warn-tint text-warn ml-auto rounded-sm px-1">
                            {say("waiting", { n: waiting })}
                        </span>
                    )}
                </button>
            </Popover.Trigger>
            <span role="status" className="sr-only">
                {say("connection")}: {say(state.phase)}
            </span>
            <Popover.Portal>
                <Popover.Content
                    side="top"
                    align="start"
                    sideOffset={6}
                    collisionPadding={8}
                    className="animate-float bg-raised shadow-float z-50 w-64 rounded-md p-3 text-sm"
                >
                    <p className="flex items-center gap-2 font-medium">
                        <span aria-hidden className={classes("size-2 rounded-full", DOTS[state.phase])} />
                        {word}
                    </p>
                    <p className="text-2 mt-1 text-xs">
                        {state.heardAt === null
                            ? say("heardNothing")
                            : say("heard", { n: Math.max(0, Math.round((now - state.heardAt) / 1_000)) })}
                    </p>
                    {state.reason !== null && (
                        <p className="text-2 mt-1 text-xs break-words">{state.reason}</p>
                    )}
                    {!isWell && state.phase !== "closed" && (
                        <Button isSmall className="mt-2" onClick={() => feed.wake()}>
                            {say("retry")}
                        </Button>
                    )}
                </Popover.Content>
            </Popover.Portal>
        </Popover.Root>
    )
}

function wordOf({ phase, nextTryAt, missing }: Health, now: number, say: Say<(typeof text)["en"]>): string {
    if (phase === "reconnecting" && nextTryAt !== null) {
        return say("reconnectingIn", { n: Math.max(0, Math.ceil((nextTryAt - now) / 1_000)) })
    }
    if (phase === "catchingUp" && missing !== null && missing > 0) return say("catchingUpN", { n: missing })
    return say(phase)
}
