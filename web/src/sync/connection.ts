import type { Bye, Hello } from "@/api/events.gen"
import { BASE } from "@/api/client"
import { ApiProblem, Unreachable } from "@/api/problem"
import { type Frame, FrameParser } from "./frames"
import { type Health, type Phase, UNHEARD } from "./health"
import { RHYTHM, type Rhythm, waitBefore } from "./rhythm"

/** What a connection is for: the part that knows what the frames mean. */
export interface Listener {
    /** What to ask the stream for, besides the cursor. */
    readonly parameters: Readonly<Record<string, string>>
    /** Takes frames in, in order; `hello` comes first. Raises when they do not fit: then all begins anew. */
    take(frames: readonly Frame[]): void
    /** Fetches the same over plain HTTP. Raises Unreachable or ApiProblem. */
    refresh(signal: AbortSignal): Promise<void>
    /** How it stands. */
    report(health: Health): void
}

/** Milliseconds between looks at the clock. A gap much longer than this means that the machine slept. */
const TICK = 5_000
/** After a wake, a stream that was silent for longer than a heartbeat and a bit is not waited for. */
const STALE_ON_WAKE = 17_000

const FAREWELLS: Readonly<Record<string, string>> = {
    shutdown: "the server restarts",
    slow: "what it told was not read fast enough",
    resync: "the server began anew",
    gone: "the project was deleted",
    denied: "access was taken away",
}

interface End {
    reason: string
    /** Whether it was meant for good. */
    isFinal: boolean
    /** Milliseconds that the server asks to wait at least. */
    atLeast: number
}

/**
 * One channel being followed: stays connected, comes back by its cursor when the connection breaks, says how it goes.
 *
 * It reads the stream through fetch, not EventSource, because a problem's body, the cursor of a new page and silence
 * are all hidden by that one.
 */
export class Connection {
    readonly #listener: Listener
    readonly #rhythm: Rhythm
    readonly #life = new AbortController()
    #health: Health = UNHEARD
    #cursor = ""
    /** While catching up: where that ends. */
    #goal = ""
    #failures = 0
    #retry: number | null = null
    #current: AbortController | null = null
    #wakeUp: (() => void) | null = null
    #refreshing: ReturnType<typeof setTimeout> | null = null
    #lastTick = Date.now()
    #ticking: ReturnType<typeof setInterval> | null = null

    constructor(listener: Listener, rhythm: Rhythm = RHYTHM) {
        this.#listener = listener
        this.#rhythm = rhythm
    }

    get health(): Health {
        return this.#health
    }

    /** Up to where the stream was heard; "" for nowhere. */
    get cursor(): string {
        return this.#cursor
    }

    /** Begins, going on behind `cursor` if one is given. Ends when stopped, or when the server says so for good. */
    start(cursor = ""): void {
        this.#cursor = cursor
        this.#ticking = setInterval(() => {
            this.#tick()
        }, TICK)
        void this.#run()
    }

    stop(): void {
        this.#life.abort()
        this.#current?.abort()
        this.#wakeUp?.()
        this.#stopRefreshing()
        if (this.#ticking !== null) clearInterval(this.#ticking)
    }

    /** The machine or the network came back, or the user asks: look now instead of waiting. */
    wake(): void {
        if (this.#wakeUp) this.#wakeUp()
        else if (Date.now() - (this.#health.heardAt ?? 0) > STALE_ON_WAKE) this.#current?.abort("woken")
    }

    /** The network is gone, says the browser. What is waited for will not come. */
    lost(): void {
        this.#current?.abort("offline")
        if (this.#wakeUp) this.#report({ phase: "offline" })
    }

    #isOver(): boolean {
        return this.#life.signal.aborted
    }

    async #run(): Promise<void> {
        while (!this.#isOver()) {
            const end = await this.#connect()
            if (this.#isOver()) return
            if (end.isFinal) {
                this.stop()
                this.#report({ phase: "closed", reason: end.reason, nextTryAt: null })
                return
            }
            await this.#pause(end)
        }
    }

    /** One connection from its beginning to its end. */
    async #connect(): Promise<End> {
        const current = (this.#current = new AbortController())
        try {
            return await this.#read(current)
        } catch (error) {
            if (current.signal.aborted)
                return { reason: this.#silenceOf(current), isFinal: false, atLeast: 0 }
            if (error instanceof ApiProblem) {
                const atLeast = (error.retryAfter ?? 0) * 1_000
                return { reason: error.detail, isFinal: isFinal(error), atLeast }
            }
            if (error instanceof Unreachable) return { reason: error.message, isFinal: false, atLeast: 0 }
            // What came does not fit what we have. Going on from it would be worse than asking for the whole anew.
            this.#cursor = ""
            return { reason: String(error), isFinal: false, atLeast: 0 }
        } finally {
            current.abort()
            this.#current = null
        }
    }

    #silenceOf(current: AbortController): string {
        return current.signal.reason === "silent" ? "nothing was heard any more" : "the connection broke"
    }

    async #read(current: AbortController): Promise<End> {
        const query = new URLSearchParams(this.#listener.parameters)
        const headers: Record<string, string> = { Accept: "text/event-stream" }
        if (this.#cursor) headers["Last-Event-ID"] = this.#cursor
        let silence = this.#silence(current)
        try {
            const response = await reached(
                fetch(`${BASE}/sse?${query.toString()}`, {
                    headers,
                    signal: current.signal,
                    cache: "no-store",
                }),
            )
            if (!response.ok) throw await ApiProblem.of(response)
            if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
                throw new ApiProblem(response.status, "", "what answered is no stream", [], null)
            }
            const parser = new FrameParser()
            const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
            for (;;) {
                const { done, value } = await reached(reader.read())
                if (done) return { reason: "the connection broke", isFinal: false, atLeast: 0 }
                clearTimeout(silence)
                silence = this.#silence(current)
                const frames = parser.feed(value)
                this.#retry = parser.retry ?? this.#retry
                const end = this.#take(frames)
                if (end) return end
            }
        } finally {
            clearTimeout(silence)
        }
    }

    #silence(current: AbortController): ReturnType<typeof setTimeout> {
        return setTimeout(() => {
            current.abort("silent")
        }, this.#rhythm.silence)
    }

    #take(frames: readonly Frame[]): End | null {
        if (frames.length === 0) return null
        const bye = frames.find((frame) => frame.event === "bye")
        const told = bye ? frames.slice(0, frames.indexOf(bye)) : frames
        const hello = told.find((frame) => frame.event === "hello")
        if (hello) this.#greeted(JSON.parse(hello.data) as Hello)
        if (told.length > 0) {
            this.#listener.take(told)
            this.#heard(told)
        }
        if (!bye) return null
        const { reason, reconnect } = JSON.parse(bye.data) as Bye
        return { reason: FAREWELLS[reason] ?? reason, isFinal: !reconnect, atLeast: 0 }
    }

    #greeted({ cursor }: Hello): void {
        this.#stopRefreshing()
        this.#goal = cursor === this.#cursor ? "" : cursor
        const missing = this.#cursor && this.#goal ? between(this.#cursor, cursor) : null
        this.#report({ phase: this.#goal ? "catchingUp" : "live", missing, nextTryAt: null, reason: null })
    }

    #heard(frames: readonly Frame[]): void {
        for (const { id, event } of frames) {
            if (id) this.#cursor = id
            if (id === this.#goal || event === "heartbeat") this.#goal = ""
        }
        // Not at the greeting: a server that greets and then breaks off is no better than one that does not answer.
        if (frames.some(({ event }) => event !== "hello")) this.#failures = 0
        const heardAt = Date.now()
        if (this.#goal)
            this.#report({ heardAt, failures: this.#failures, missing: between(this.#cursor, this.#goal) })
        else this.#report({ phase: "live", heardAt, failures: this.#failures, missing: null })
    }

    /** Waits for the next try, and has the state fetched when there were too many. */
    async #pause({ reason, atLeast }: End): Promise<void> {
        this.#failures += 1
        const wait = Math.max(atLeast, waitBefore(this.#failures, this.#rhythm, this.#retry, Math.random()))
        const gaveUp = this.#failures > this.#rhythm.attempts
        const isDeaf = typeof navigator !== "undefined" && !navigator.onLine
        const wasFetching = this.#health.phase === "refreshing" || this.#health.phase === "offline"
        const phase: Phase = isDeaf ? "offline" : gaveUp && wasFetching ? this.#health.phase : "reconnecting"
        this.#report({ phase, reason, failures: this.#failures, nextTryAt: Date.now() + wait, missing: null })
        if (gaveUp && this.#refreshing === null) this.#refresh()
        await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, wait)
            this.#wakeUp = () => {
                clearTimeout(timer)
                resolve()
            }
        })
        this.#wakeUp = null
        this.#report({ nextTryAt: null })
    }

    /** Fetches the state now, and again from time to time until the stream is back. */
    #refresh(): void {
        this.#refreshing = setTimeout(() => {
            this.#refresh()
        }, this.#rhythm.refresh)
        const timer = this.#refreshing
        this.#listener
            .refresh(AbortSignal.any([this.#life.signal, AbortSignal.timeout(this.#rhythm.refresh)]))
            .then(
                () => {
                    if (this.#refreshing !== null) this.#report({ phase: "refreshing", heardAt: Date.now() })
                },
                (error: unknown) => {
                    if (this.#refreshing === null || this.#isOver()) return
                    const isAway = !(error instanceof ApiProblem)
                    this.#report({ phase: isAway ? "offline" : "reconnecting", reason: messageOf(error) })
                },
            )
        if (this.#isOver()) clearTimeout(timer)
    }

    #stopRefreshing(): void {
        if (this.#refreshing !== null) clearTimeout(this.#refreshing)
        this.#refreshing = null
    }

    #tick(): void {
        const now = Date.now()
        const slept = now - this.#lastTick > 3 * TICK
        this.#lastTick = now
        if (slept) this.wake()
    }

    #report(change: Partial<Health>): void {
        if (this.#isOver() && change.phase !== "closed") return
        this.#health = { ...this.#health, ...change }
        this.#listener.report(this.#health)
    }
}

/** A refusal that trying again cannot change. */
function isFinal({ status }: ApiProblem): boolean {
    return status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}

/** How many events lie between two cursors of one log, to be shown; null when that cannot be told. */
function between(here: string, there: string): number | null {
    const [from, to] = [here, there].map((cursor) => /^(.*)-(\d+)$/.exec(cursor))
    if (!from || !to || from[1] !== to[1]) return null
    return Math.max(0, Number(to[2]) - Number(from[2]))
}

async function reached<T>(promise: Promise<T>): Promise<T> {
    try {
        return await promise
    } catch (error) {
        throw new Unreachable(error)
    }
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error)
}
