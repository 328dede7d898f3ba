import type { BoardState, Overview } from "@/api/api.gen"
import { ask } from "@/api/client"
import { Connection, type Listener } from "./connection"
import { type Draft, drafted, type Proposal, proposed } from "./drafts"
import { type BoardSnapshot, EMPTY, foldAll, isActive, type Told } from "./fold"
import type { Frame } from "./frames"
import { type Health, UNHEARD } from "./health"
import { boardOf, type ChannelName, type Item, type News } from "./protocol"
import { PatchFailed } from "./patch"
import { RHYTHM, type Rhythm } from "./rhythm"

/** A tab, as a channel sees it. */
export interface Watcher {
    post(news: News): void
    /** Whether somebody sees it. */
    isVisible: boolean
}

/** What an attempt does step by step: told to its followers only. */
const FINE = new Set<Told["event"]>([
    "attempt_log",
    "conversation_item",
    "conversation_delta",
    "attempt_session",
])

/**
 * One channel of the server, told to all tabs that watch it.
 *
 * It keeps what a tab needs that comes later: the board, or the overview, and the texts that are being written. While the
 * stream is away the board may be refreshed over plain HTTP. That copy is shown, but the one that the stream led to is
 * kept beside it, because only that one fits the stream's cursor; once the stream has caught up, it is told whole.
 */
export class Channel implements Listener {
    readonly parameters: Readonly<Record<string, string>>
    readonly #name: ChannelName
    readonly #rhythm: Rhythm
    readonly #watchers = new Map<Watcher, Set<string>>()
    readonly #drafts = new Map<string, Draft>()
    /** Better texts that are being written, by card. */
    readonly #proposals = new Map<string, Proposal>()
    #connection: Connection | null = null
    #cursor = ""
    #health: Health = UNHEARD
    #snapshot: BoardSnapshot | null = null
    #overview: Overview | null = null
    #refreshed: BoardState | null = null
    #etag: string | undefined
    #beginsAnew = true
    /** What came together and changes the board: taken in at once. */
    #gathered: Told[] = []

    constructor(name: ChannelName, rhythm: Rhythm = RHYTHM) {
        const boardId = boardOf(name)
        this.#name = name
        this.#rhythm = rhythm
        this.parameters = boardId === null ? {} : { boardId, view: "patch" }
    }

    get isWatched(): boolean {
        return this.#watchers.size > 0
    }

    get isSeen(): boolean {
        return [...this.#watchers.keys()].some((watcher) => watcher.isVisible)
    }

    get isRunning(): boolean {
        return this.#connection !== null
    }

    // ── Tabs ────────────────────────────────────────────────────────────────────────────────────────────────────────

    /** Tells the watcher all that is known, and from now on what is news. */
    join(watcher: Watcher): void {
        if (!this.#watchers.has(watcher)) this.#watchers.set(watcher, new Set())
        if (this.#overview) watcher.post({ type: "overview", channel: this.#name, overview: this.#overview })
        const snapshot = this.#shown
        if (snapshot) this.#post(watcher, [{ event: "snapshot", body: snapshot }])
        const proposals = [...this.#proposals.values()]
        this.#post(
            watcher,
            proposals.map((body) => ({ event: "proposal", body })),
        )
        watcher.post({ type: "health", channel: this.#name, health: this.#health })
    }

    leave(watcher: Watcher): void {
        this.#watchers.delete(watcher)
    }

    follow(watcher: Watcher, attemptId: string): void {
        this.#watchers.get(watcher)?.add(attemptId)
        const drafts = [...this.#drafts.values()].filter((draft) => draft.attemptId === attemptId)
        this.#post(
            watcher,
            drafts.map((body) => ({ event: "draft", body })),
        )
    }

    unfollow(watcher: Watcher, attemptId: string): void {
        this.#watchers.get(watcher)?.delete(attemptId)
    }

    // ── The connection ──────────────────────────────────────────────────────────────────────────────────────────────

    run(): void {
        if (this.#connection || this.#health.phase === "closed") return
        this.#connection = new Connection(this, this.#rhythm)
        this.#connection.start(this.#cursor)
    }

    /** Lets the connection go; `run` resumes where it was. */
    pause(): void {
        if (!this.#connection) return
        this.#cursor = this.#connection.cursor
        this.#connection.stop()
        this.#connection = null
        this.#drafts.clear()
        this.#proposals.clear()
        this.report({ ...UNHEARD, heardAt: this.#health.heardAt })
    }

    wake(): void {
        this.#connection?.wake()
    }

    lost(): void {
        this.#connection?.lost()
    }

    report(health: Health): void {
        this.#health = health
        if (health.phase === "live" && this.#refreshed) {
            this.#refreshed = null
            if (this.#snapshot) this.#tell([{ event: "snapshot", body: this.#snapshot }])
        }
        for (const watcher of this.#watchers.keys())
            watcher.post({ type: "health", channel: this.#name, health })
    }

    take(frames: readonly Frame[]): void {
        const items: Item[] = []
        this.#gathered = []
        for (const frame of frames) {
            const told = { event: frame.event, body: JSON.parse(frame.data) as unknown } as Told
            const item = this.#fold(told)
            if (item) items.push(item)
        }
        if (this.#gathered.length > 0) this.#snapshot = foldAll(this.#snapshot ?? EMPTY, this.#gathered)
        this.#tell(items)
    }

    async refresh(signal: AbortSignal): Promise<void> {
        const boardId = boardOf(this.#name)
        if (boardId === null) {
            this.#overviewIs((await ask("GET /dashboard", { signal })).value)
            return
        }
        const { value, etag } = await ask("GET /boards/{board_id}", { path: { board_id: boardId }, signal })
        if (etag !== null && etag === this.#etag) return
        this.#etag = etag ?? undefined
        this.#refreshed = value.state
        this.#tell([{ event: "state", body: value.state }])
    }

    // ── What comes ──────────────────────────────────────────────────────────────────────────────────────────────────

    get #shown(): BoardSnapshot | null {
        if (!this.#refreshed) return this.#snapshot
        return { state: this.#refreshed, attempts: this.#snapshot?.attempts ?? {} }
    }

    /** Takes one frame in; what the tabs are to be told of it, if anything. */
    #fold(told: Told): Item | null {
        switch (told.event) {
            case "hello":
                this.#beginsAnew = told.body.outcome !== "resumed"
                this.#drafts.clear()
                this.#proposals.clear()
                return null
            case "heartbeat":
                return null
            case "dashboard_overview":
                this.#overviewIs(told.body)
                return null
            case "state":
                if (this.#beginsAnew) return this.#begin(told.body)
                break
            case "state_patch":
                if (this.#beginsAnew) throw new PatchFailed("a change came before the board that it changes")
                break
            case "conversation_delta": {
                const key = `${told.body.attemptId}/${told.body.itemId}`
                const draft = drafted(this.#drafts.get(key), told.body)
                if (draft) this.#drafts.set(key, draft)
                return told
            }
            case "enhancement_delta": {
                const proposal = proposed(this.#proposals.get(told.body.cardId), told.body)
                if (proposal) this.#proposals.set(proposal.cardId, proposal)
                return told
            }
            case "card_enhancement":
                this.#proposals.delete(told.body.cardId)
                return told
            case "conversation_item":
                this.#drafts.delete(`${told.body.attemptId}/${told.body.item.id}`)
                return told
            case "attempt_status":
                if (!isActive(told.body.status)) this.#forgetDrafts(told.body.attemptId)
                break
            default:
                return told
        }
        this.#gathered.push(told)
        // What the refreshed copy may know already is not told again; the whole follows when the stream has caught up.
        return this.#refreshed && told.event !== "attempt_status" ? null : told
    }

    #begin(state: BoardState): Item {
        this.#beginsAnew = false
        this.#refreshed = null
        this.#gathered = []
        this.#snapshot = { state, attempts: {} }
        return { event: "snapshot", body: this.#snapshot }
    }

    #overviewIs(overview: Overview): void {
        this.#overview = overview
        for (const watcher of this.#watchers.keys()) {
            watcher.post({ type: "overview", channel: this.#name, overview })
        }
    }

    #forgetDrafts(attemptId: string): void {
        for (const [key, draft] of this.#drafts) if (draft.attemptId === attemptId) this.#drafts.delete(key)
    }

    #tell(items: readonly Item[]): void {
        for (const [watcher, followed] of this.#watchers) {
            this.#post(
                watcher,
                items.filter((item) => !isFine(item) || followed.has(item.body.attemptId)),
            )
        }
    }

    #post(watcher: Watcher, items: readonly Item[]): void {
        if (items.length > 0) watcher.post({ type: "told", channel: this.#name, items })
    }
}

function isFine(item: Item): item is Item & { body: { attemptId: string } } {
    const isTold = item.event !== "snapshot" && item.event !== "draft" && item.event !== "proposal"
    return isTold && FINE.has(item.event)
}
