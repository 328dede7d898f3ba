import type { BoardState, ListedAttempt, Todos } from "@/api/api.gen"
import type { CardEnhancement, EnhancementDelta } from "@/api/events.gen"
import { newKey } from "@/api/client"
import { Unreachable } from "@/api/problem"
import type { AttemptDetails } from "./attemptDetails"
import { type Proposal, proposed } from "./drafts"
import { type BoardSnapshot, EMPTY, foldAll, type Told } from "./fold"
import { type Health, UNHEARD } from "./health"
import type { Item } from "./protocol"
import { Signal, SignalMap } from "./signal"

/** Whether the stream has told what an answered change did. */
export type Landed = (state: BoardState) => boolean

/** A change of a person's own: shown at once, then confirmed, or undone with a reason. */
export interface Change<T> {
    /** Changes with the same key go to the server one after the other. */
    key: string
    /** The board with the change; pure. Replayed over whatever the stream brings meanwhile. */
    apply(state: BoardState): BoardState
    /** Carries it out. Raises ApiProblem (the change is undone) or Unreachable (it waits, and is tried again). */
    send(idempotencyKey: string): Promise<{ value: T; landed: Landed }>
}

interface Pending {
    change: Change<unknown>
    /** null: not answered yet. */
    landed: Landed | null
    isWaiting: boolean
}

export interface Board extends BoardSnapshot {
    /** Proposals for better texts, by card. */
    readonly enhancements: Readonly<
        Record<string, Pick<CardEnhancement, "status" | "suggestion" | "failure">>
    >
    /** What is known of the attempts that are active or have failed, by attempt. */
    readonly details: Readonly<Record<string, AttemptDetails>>
    /** The agents' plans, by attempt. */
    readonly todos: Readonly<Record<string, Todos>>
    /** Whether anything came yet. */
    readonly isKnown: boolean
    /** Changes that wait for the connection. */
    readonly waiting: number
}

/** Milliseconds after an answer in which a live stream has certainly told what it did, or a fetch begun before it has ended. */
const PATIENCE = 8_000

/** A board as it is shown: what the stream told, and over it the changes that it has not told yet. */
export class BoardStore {
    readonly shown = new Signal<Board>({
        ...EMPTY,
        enhancements: {},
        details: {},
        todos: {},
        isKnown: false,
        waiting: 0,
    })
    readonly health = new Signal<Health>(UNHEARD)
    /** Better texts as they are being written, by card. */
    readonly proposals = new SignalMap<Proposal>()
    readonly #heardItems = new Set<(item: Item) => void>()
    readonly #lanes = new Map<string, Promise<unknown>>()
    #confirmed: BoardSnapshot | null = null
    #enhancements: Board["enhancements"] = {}
    /** Cards whose proposal was told while all were fetched: that one is the newer. */
    readonly #enhancedSince = new Set<string>()
    #details: Board["details"] = {}
    #todos: Board["todos"] = {}
    /** Attempts whose plan was told while the details were fetched: theirs is the newer one. */
    readonly #planned = new Set<string>()
    #pending: readonly Pending[] = []
    readonly #reachable = new Signal(0)

    constructor(readonly boardId: string) {}

    /** What the stream told, without the changes under way. */
    get confirmed(): BoardState | null {
        return this.#confirmed?.state ?? null
    }

    /** Calls `heard` with everything that is told on the board's channel. */
    listen(heard: (item: Item) => void): () => void {
        this.#heardItems.add(heard)
        return () => {
            this.#heardItems.delete(heard)
        }
    }

    take(items: readonly Item[]): void {
        let gathered: Told[] = []
        for (const item of items) {
            if (item.event === "snapshot") {
                this.#confirmed = item.body
                gathered = []
            } else if (item.event === "card_enhancement") this.#enhanced(item.body)
            else if (item.event === "enhancement_delta") this.#written(item.body)
            else if (item.event === "proposal") this.proposals.set(item.body.cardId, item.body)
            else if (item.event === "attempt_todos") {
                this.#todos = { ...this.#todos, [item.body.attemptId]: item.body.todos }
                this.#planned.add(item.body.attemptId)
            } else if (item.event !== "draft") gathered.push(item)
        }
        if (gathered.length > 0) this.#confirmed = foldAll(this.#confirmed ?? EMPTY, gathered)
        this.#settle()
        for (const item of items) for (const heard of [...this.#heardItems]) heard(item)
    }

    hear(health: Health): void {
        const was = this.health.value
        this.health.set(health)
        const isBack =
            health.phase !== was.phase && (health.phase === "live" || health.phase === "refreshing")
        if (isBack) this.#reachable.set(this.#reachable.value + 1)
    }

    /** Begins to fetch the proposals; the answer takes them. Those that the stream told meanwhile stay. */
    beginEnhancements(): (fetched: Board["enhancements"]) => void {
        this.#enhancedSince.clear()
        return (fetched) => {
            const since = (from: Board["enhancements"], isIn: boolean) =>
                Object.entries(from).filter(([cardId]) => this.#enhancedSince.has(cardId) === isIn)
            this.#enhancements = Object.fromEntries([
                ...since(fetched, false),
                ...since(this.#enhancements, true),
            ])
            this.#show()
        }
    }

    /** Begins to fetch details; the answer takes what was fetched. Plans that the stream told meanwhile stay. */
    beginDetails(): (fetched: readonly ListedAttempt[]) => void {
        this.#planned.clear()
        return (fetched) => {
            const [details, todos] = [{ ...this.#details }, { ...this.#todos }]
            for (const one of fetched) {
                details[one.id] = one
                if (one.todos && !this.#planned.has(one.id)) todos[one.id] = one.todos
            }
            this.#details = details
            this.#todos = todos
            this.#show()
        }
    }

    /**
     * Shows the change at once and carries it out. Resolves when the server has done it.
     *
     * Raises ApiProblem when it refuses: the change is undone by then. While nobody can be reached the change stays, and
     * waits.
     */
    async perform<T>(change: Change<T>): Promise<T> {
        const pending: Pending = { change, landed: null, isWaiting: false }
        this.#pending = [...this.#pending, pending]
        this.#show()
        const before = this.#lanes.get(change.key)
        const done = (before ?? Promise.resolve()).then(() => this.#carryOut(change, pending))
        const lane = done.catch(() => undefined)
        this.#lanes.set(change.key, lane)
        void lane.then(() => {
            if (this.#lanes.get(change.key) === lane) this.#lanes.delete(change.key)
        })
        return await done
    }

    async #carryOut<T>(change: Change<T>, pending: Pending): Promise<T> {
        const key = newKey()
        for (;;) {
            try {
                const { value, landed } = await change.send(key)
                this.#answered(pending, landed)
                return value
            } catch (error) {
                if (!(error instanceof Unreachable)) {
                    this.#drop(pending)
                    throw error
                }
                await this.#untilReachable(pending)
            }
        }
    }

    /** Waits until the server was heard again. */
    async #untilReachable(pending: Pending): Promise<void> {
        pending.isWaiting = true
        this.#show()
        await new Promise<void>((resolve) => {
            const stop = this.#reachable.subscribe(go)
            // The stream may be well while single requests fail, and then says nothing of coming back.
            const timer = setTimeout(go, PATIENCE)
            function go(): void {
                stop()
                clearTimeout(timer)
                resolve()
            }
        })
        pending.isWaiting = false
        this.#show()
    }

    #answered(pending: Pending, landed: Landed): void {
        pending.landed = landed
        this.#settle()
        this.#letGo(pending, Date.now())
    }

    /**
     * Lets a change go that was answered, once what is shown is certainly newer than the answer: somebody else's later
     * change may have hidden the sign that we wait for.
     */
    #letGo(pending: Pending, answeredAt: number): void {
        setTimeout(() => {
            if (!this.#pending.includes(pending)) return
            const { phase, heardAt } = this.health.value
            const isFetched = phase === "refreshing" && (heardAt ?? 0) > answeredAt + PATIENCE
            if (phase === "live" || isFetched) this.#drop(pending)
            else this.#letGo(pending, answeredAt)
        }, PATIENCE)
    }

    #drop(pending: Pending): void {
        if (!this.#pending.includes(pending)) return
        this.#pending = this.#pending.filter((one) => one !== pending)
        this.#show()
    }

    /** Lets go of the changes that the stream has told. */
    #settle(): void {
        const state = this.#confirmed?.state
        if (state) this.#pending = this.#pending.filter(({ landed }) => !landed?.(state))
        this.#show()
    }

    #enhanced({ cardId, status, suggestion, failure }: CardEnhancement): void {
        const others = Object.fromEntries(
            Object.entries(this.#enhancements).filter(([one]) => one !== cardId),
        )
        const told = {
            status,
            ...(suggestion === undefined ? {} : { suggestion }),
            ...(failure === undefined ? {} : { failure }),
        }
        this.#enhancements = status === null ? others : { ...others, [cardId]: told }
        this.#enhancedSince.add(cardId)
        this.proposals.delete(cardId)
    }

    #written(delta: EnhancementDelta): void {
        const proposal = proposed(this.proposals.get(delta.cardId), delta)
        if (proposal) this.proposals.set(delta.cardId, proposal)
    }

    #show(): void {
        const { state, attempts } = this.#confirmed ?? EMPTY
        const then = this.#pending.reduce((before, { change }) => change.apply(before), state)
        const waiting = this.#pending.filter(({ isWaiting }) => isWaiting).length
        const isKnown = this.#confirmed !== null
        const was = this.shown.value
        const isSame =
            was.state === then &&
            was.attempts === attempts &&
            was.enhancements === this.#enhancements &&
            was.details === this.#details &&
            was.todos === this.#todos &&
            was.isKnown === isKnown &&
            was.waiting === waiting
        if (isSame) return
        const [enhancements, details, todos] = [this.#enhancements, this.#details, this.#todos]
        this.shown.set({ state: then, attempts, enhancements, details, todos, isKnown, waiting })
    }
}
