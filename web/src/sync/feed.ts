import type { Overview } from "@/api/api.gen"
import { call } from "@/api/client"
import { DetailsOfAttempts } from "./attemptDetails"
import { AttemptStore } from "./attemptStore"
import { BoardStore } from "./boardStore"
import { type Health, UNHEARD } from "./health"
import { type Link, openLink } from "./link"
import { boardOf, type ChannelName, type ChannelNews, type Item } from "./protocol"
import { Signal } from "./signal"

/** Something that is held as long as somebody holds it. */
interface Held<T> {
    value: T
    holders: number
}

/** Milliseconds that an attempt is remembered that nobody shows. */
const REMEMBERED = 60_000

/** Where a tab gets everything that is live: boards, attempts, the dashboard. One a tab. */
export class Feed {
    readonly overview = new Signal<Overview | null>(null)
    readonly overviewHealth = new Signal<Health>(UNHEARD)
    readonly #boards = new Map<string, Held<BoardStore> & { details: DetailsOfAttempts }>()
    readonly #attempts = new Map<string, Held<AttemptStore> & { stop: () => void; boardId: string }>()
    /** Whoever wants to hear what is told on the dashboard's channel (projects, profiles, agents). */
    readonly #heard = new Set<(item: Item) => void>()
    readonly #link: Link
    #dashboardHolders = 0

    constructor() {
        this.#link = openLink({
            take: (news) => {
                this.#take(news)
            },
            begin: () => {
                this.#begin()
            },
        })
    }

    /** The board of a project. Hold it while it is shown: `hold` returns the way to let go. */
    board(boardId: string): BoardStore {
        return this.#board(boardId).value
    }

    hold(boardId: string): () => void {
        const held = this.#board(boardId)
        held.holders += 1
        if (held.holders === 1) this.#link.send({ type: "watch", channel: channelOf(boardId) })
        return once(() => {
            held.holders -= 1
            if (held.holders > 0) return
            this.#link.send({ type: "leave", channel: channelOf(boardId) })
        })
    }

    /** What an attempt does, step by step. Its board has to be held, too. */
    attempt(boardId: string, attemptId: string): AttemptStore {
        return this.#attempt(boardId, attemptId).value
    }

    holdAttempt(boardId: string, attemptId: string): () => void {
        const held = this.#attempt(boardId, attemptId)
        const letGoOfBoard = this.hold(boardId)
        held.holders += 1
        if (held.holders === 1) {
            const store = held.value
            held.stop = this.board(boardId).listen((item) => {
                store.take(item)
            })
            this.#link.send({ type: "follow", channel: channelOf(boardId), attemptId })
            void store.load()
        }
        return once(() => {
            held.holders -= 1
            if (held.holders === 0) {
                held.stop()
                this.#link.send({ type: "unfollow", channel: channelOf(boardId), attemptId })
                // Kept for a while for who comes back (another tab of the card); `load` then brings what was missed.
                setTimeout(() => {
                    const isUnused = held.holders === 0 && this.#attempts.get(attemptId) === held
                    if (isUnused) this.#attempts.delete(attemptId)
                }, REMEMBERED)
            }
            letGoOfBoard()
        })
    }

    /** Watches the dashboard until let go. */
    holdDashboard(): () => void {
        this.#dashboardHolders += 1
        if (this.#dashboardHolders === 1) this.#link.send({ type: "watch", channel: "dashboard" })
        return once(() => {
            this.#dashboardHolders -= 1
            if (this.#dashboardHolders === 0) this.#link.send({ type: "leave", channel: "dashboard" })
        })
    }

    listen(heard: (item: Item) => void): () => void {
        this.#heard.add(heard)
        return () => {
            this.#heard.delete(heard)
        }
    }

    /** Looks now instead of waiting for the next try. */
    wake(): void {
        this.#link.send({ type: "wake" })
    }

    #board(boardId: string): Held<BoardStore> {
        const known = this.#boards.get(boardId)
        if (known) return known
        const value = new BoardStore(boardId)
        const held = { value, holders: 0, details: new DetailsOfAttempts(value) }
        this.#boards.set(boardId, held)
        return held
    }

    /** The line of those that wait is one for all projects, and the dashboard tells when it moves. */
    #lineMoved(): void {
        for (const { value, holders, details } of this.#boards.values()) {
            const waits = Object.values(value.shown.value.attempts).flat()
            if (holders > 0 && waits.some(({ status }) => status === "queued")) details.look()
        }
    }

    #attempt(boardId: string, attemptId: string): Held<AttemptStore> & { stop: () => void } {
        const held = this.#attempts.get(attemptId) ?? {
            value: new AttemptStore(attemptId),
            holders: 0,
            stop: () => undefined,
            boardId,
        }
        this.#attempts.set(attemptId, held)
        return held
    }

    #take(news: ChannelNews): void {
        const boardId = boardOf(news.channel)
        if (boardId === null) {
            if (news.type === "overview") {
                this.overview.set(news.overview)
                this.#lineMoved()
            } else if (news.type === "health") this.overviewHealth.set(news.health)
            else for (const item of news.items) for (const heard of this.#heard) heard(item)
            return
        }
        const store = this.#board(boardId).value
        if (news.type === "health") store.hear(news.health)
        else if (news.type === "told") {
            store.take(news.items)
            if (news.items.some(({ event }) => event === "snapshot")) void this.#fetchEnhancements(store)
        }
    }

    /** Proposals are no part of the board's state. */
    async #fetchEnhancements(store: BoardStore): Promise<void> {
        const path = { project_id: store.boardId }
        const take = store.beginEnhancements()
        try {
            const { enhancements } = await call("GET /projects/{project_id}/enhancements", { path })
            take(enhancements)
        } catch (error) {
            // They are marks on cards; the next snapshot brings them. A board that cannot be reached says so elsewhere.
            console.warn("The proposals could not be fetched:", error)
        }
    }

    #begin(): void {
        if (this.#dashboardHolders > 0) this.#link.send({ type: "watch", channel: "dashboard" })
        for (const [boardId, { holders }] of this.#boards) {
            if (holders > 0) this.#link.send({ type: "watch", channel: channelOf(boardId) })
        }
        for (const [attemptId, { boardId, holders }] of this.#attempts) {
            if (holders > 0) this.#link.send({ type: "follow", channel: channelOf(boardId), attemptId })
        }
    }
}

function channelOf(boardId: string): ChannelName {
    return `board:${boardId}`
}

function once(act: () => void): () => void {
    let isDone = false
    return () => {
        if (isDone) return
        isDone = true
        act()
    }
}
