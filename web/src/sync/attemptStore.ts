import type { AttemptLog, ConversationAnswer, Permission, QueuedBrief, Todos, Usage } from "@/api/api.gen"
import type { AttemptLogged, ConversationDelta } from "@/api/events.gen"
import { call } from "@/api/client"
import { type Draft, drafted } from "./drafts"
import { type AttemptStatus, isActive } from "./fold"
import type { Item } from "./protocol"
import { Signal, SignalMap } from "./signal"

export type ConversationItem = ConversationAnswer["conversation"][number]

/** An item as it is shown: as it settled, or as it is being written. */
export interface Entry {
    id: string
    /** null while only its text is known (RT8): then it is what the agent is saying. */
    item: ConversationItem | null
    /** The text as far as it is written; null once it has settled. */
    draft: string | null
}

export type LogLine = Pick<AttemptLog, "ts" | "level" | "message">

/** Items of a page that is fetched. */
const PAGE = 200
/** Items of a conversation from which on it is cut down to its end, and how many stay: three pages to scroll in. */
const [MOST, KEPT] = [6 * PAGE, 3 * PAGE]

/** What can be fetched; tests bring their own. */
export interface Source {
    conversation(attemptId: string, before: string | null): Promise<ConversationAnswer>
    logs(attemptId: string): Promise<LogLine[]>
}

export const SERVER: Source = {
    conversation: (attemptId, before) =>
        call("GET /attempts/{attempt_id}/conversation", {
            path: { attempt_id: attemptId },
            query: { limit: PAGE, ...(before === null ? {} : { before }) },
        }),
    logs: async (attemptId) =>
        (await call("GET /attempts/{attempt_id}/logs", { path: { attempt_id: attemptId } })).logs,
}

/** Calls `act` before the next picture is drawn, or soon where none is (a hidden tab). */
export type Schedule = (act: () => void) => void

const beforeNextFrame: Schedule = (act) => {
    if (typeof requestAnimationFrame === "function" && document.visibilityState === "visible")
        requestAnimationFrame(act)
    else setTimeout(act, 100)
}

/**
 * What an attempt did, step by step: its conversation by pages, its log, its plan. News is taken in at most once per
 * drawn frame, however fast it comes; an entry that changes tells only those who show it.
 */
export class AttemptStore {
    /** The ids of the conversation's entries, oldest first. */
    readonly ids = new Signal<readonly string[]>([])
    readonly entries = new SignalMap<Entry>()
    readonly logs = new Signal<readonly LogLine[]>([])
    readonly todos = new Signal<Todos | null>(null)
    readonly status = new Signal<AttemptStatus | null>(null)
    readonly sessionId = new Signal<string | null>(null)
    /** What was told of it since it is followed; null: nothing yet. */
    readonly usage = new Signal<Usage | null>(null)
    readonly queue = new Signal<readonly QueuedBrief[] | null>(null)
    /** The permission requests that were told, by their ids. */
    readonly permissions = new Signal<ReadonlyMap<string, Permission>>(new Map())
    /** Counts what may have changed files or commits: whoever shows them asks again when it is another number. */
    readonly gitChanges = new Signal(0)
    /** What to ask for the items before: null: there are none, or the end is not here yet. */
    readonly before = new Signal<string | null>(null)
    /** What went wrong while fetching; null: nothing. */
    readonly failure = new Signal<Error | null>(null)
    readonly isLoaded = new Signal(false)
    /** Somebody reads what lies before the end: none of it is let go meanwhile. */
    isRead = false
    readonly #source: Source
    readonly #schedule: Schedule
    readonly #drafts = new Map<string, Draft>()
    /** Told while the fetch is under way, and so at least as new as what it brings; null: none is. */
    #heard: Set<string> | null = null
    #queue: Item[] = []
    #isScheduled = false
    #loading: Promise<void> | null = null

    constructor(
        readonly attemptId: string,
        source: Source = SERVER,
        schedule: Schedule = beforeNextFrame,
    ) {
        this.#source = source
        this.#schedule = schedule
    }

    /** Takes what the board's channel told; what is about other attempts is passed over. */
    take(item: Item): void {
        if (item.event === "snapshot") {
            // Something was missed that cannot be told any more: the conversation may have a gap.
            if (this.isLoaded.value) void this.load()
            return
        }
        const about = "attemptId" in item.body ? item.body.attemptId : undefined
        // `git_status` may not know whose files changed; then they may be this attempt's.
        const isOurs = about === this.attemptId || (item.event === "git_status" && (about ?? null) === null)
        if (!isOurs) return
        this.#queue.push(item)
        if (this.#isScheduled) return
        this.#isScheduled = true
        this.#schedule(() => {
            this.#isScheduled = false
            this.flush()
        })
    }

    /** Takes in what waits for the next frame. */
    flush(): void {
        const queue = this.#queue
        this.#queue = []
        const touched = new Map<string, Entry>()
        const lines: LogLine[] = []
        for (const item of queue) this.#takeIn(item, touched, lines)
        this.#put(touched.values())
        if (!this.isRead) this.#letGo()
        if (lines.length > 0) this.logs.set([...this.logs.value, ...lines])
    }

    /** Fetches the end of the conversation and the log. */
    async load(): Promise<void> {
        this.#loading ??= this.#load().finally(() => {
            this.#loading = null
        })
        await this.#loading
    }

    /** Fetches the page before what is here. */
    async loadEarlier(): Promise<void> {
        const before = this.before.value
        if (before === null) return
        const page = await this.#source.conversation(this.attemptId, before)
        if (this.before.value !== before) return // another call was quicker
        const fresh = page.conversation.filter(({ id }) => !this.entries.has(id))
        for (const item of fresh) this.entries.set(item.id, { id: item.id, item, draft: null })
        this.ids.set([...fresh.map(({ id }) => id), ...this.ids.value])
        this.before.set(page.before)
    }

    async #load(): Promise<void> {
        this.#heard = new Set()
        const linesThen = this.logs.value.length
        try {
            const [page, lines] = await Promise.all([
                this.#source.conversation(this.attemptId, null),
                this.#source.logs(this.attemptId),
            ])
            this.flush()
            this.#merge(page)
            const told = this.logs.value.slice(linesThen)
            this.logs.set(withLater(lines, told))
            this.failure.set(null)
            this.isLoaded.set(true)
        } catch (error) {
            this.failure.set(error instanceof Error ? error : new Error(String(error)))
        } finally {
            this.#heard = null
        }
    }

    /** The end of the conversation as fetched; what was told meanwhile is newer. */
    #merge({ conversation, before }: ConversationAnswer): void {
        const heard = this.#heard ?? new Set()
        const fetched = new Set(conversation.map(({ id }) => id))
        const joins = this.ids.value.findIndex((id) => fetched.has(id))
        const isGap = this.ids.value.length > 0 && joins < 0 && before !== null
        const earlier = joins > 0 && !isGap ? this.ids.value.slice(0, joins) : []
        const later = this.ids.value.filter(
            (id) => !fetched.has(id) && (heard.has(id) || this.#drafts.has(id)),
        )
        for (const item of conversation) {
            if (heard.has(item.id)) continue
            const draft = this.#drafts.get(item.id)?.text ?? null
            this.entries.set(item.id, { id: item.id, item, draft })
        }
        if (earlier.length === 0) this.before.set(before)
        const ids = [...earlier, ...fetched, ...later]
        const kept = new Set(ids)
        // What lies before a gap is fetched again when somebody goes there.
        for (const id of this.ids.value) if (!kept.has(id)) this.entries.delete(id)
        this.ids.set(ids)
    }

    #takeIn(item: Item, touched: Map<string, Entry>, lines: LogLine[]): void {
        switch (item.event) {
            case "conversation_item": {
                const { item: settled } = item.body
                this.#drafts.delete(settled.id)
                this.#heard?.add(settled.id)
                if (this.#isBefore(settled)) break
                touched.set(settled.id, { id: settled.id, item: settled, draft: null })
                break
            }
            case "draft":
                this.#draft(item.body.itemId, item.body, touched)
                break
            case "conversation_delta":
                this.#delta(item.body, touched)
                break
            case "attempt_log":
                lines.push(lineOf(item.body))
                break
            case "attempt_todos":
                this.todos.set(item.body.todos)
                break
            case "attempt_usage":
                this.usage.set(item.body.usage)
                break
            case "attempt_queue":
                this.queue.set(item.body.messages)
                break
            case "attempt_permission": {
                const { permission } = item.body
                this.permissions.set(new Map(this.permissions.value).set(permission.id, permission))
                break
            }
            case "attempt_session":
                this.sessionId.set(item.body.sessionId)
                break
            case "attempt_status":
                this.status.set(item.body.status)
                if (!isActive(item.body.status)) this.#endDrafts(touched)
                break
            case "git_status":
            case "git_commit":
            case "git_push":
                this.gitChanges.set(this.gitChanges.value + 1)
                break
            default:
        }
    }

    #delta(delta: ConversationDelta, touched: Map<string, Entry>): void {
        const draft = drafted(this.#drafts.get(delta.itemId), delta)
        if (draft) this.#draft(delta.itemId, draft, touched)
    }

    #draft(itemId: string, draft: Draft, touched: Map<string, Entry>): void {
        this.#drafts.set(itemId, draft)
        const entry = touched.get(itemId) ?? this.entries.get(itemId)
        touched.set(itemId, { id: itemId, item: entry?.item ?? null, draft: draft.text })
    }

    /** What never settled is no part of the conversation: the server does not keep it either. */
    #endDrafts(touched: Map<string, Entry>): void {
        for (const itemId of this.#drafts.keys()) {
            const item = (touched.get(itemId) ?? this.entries.get(itemId))?.item
            if (item) touched.set(itemId, { id: itemId, item, draft: null })
            else {
                touched.delete(itemId)
                this.ids.set(this.ids.value.filter((id) => id !== itemId))
                this.entries.delete(itemId)
            }
        }
        this.#drafts.clear()
    }

    /** Whether it belongs to what is not here: an item of long ago that was told anew comes with its page. */
    #isBefore(item: ConversationItem): boolean {
        if (this.before.value === null || this.entries.has(item.id)) return false
        const first = this.entries.get(this.ids.value[0] ?? "")?.item
        return first !== null && first !== undefined && item.timestamp < first.timestamp
    }

    /**
     * Lets go of what lies far before the end, once it is much: an agent may work for days, and whoever goes there
     * fetches it again. What is being written stays, and what comes after it.
     */
    #letGo(): void {
        const ids = this.ids.value
        if (ids.length <= MOST) return
        const written = ids.findIndex((id) => this.#drafts.has(id))
        // The first that stays has settled: the server pages by what it knows.
        const from = Math.min(written < 0 ? ids.length : written - 1, ids.length - KEPT)
        const first = ids[from]
        if (from <= 0 || first === undefined || !this.entries.get(first)?.item) return
        this.before.set(first)
        this.ids.set(ids.slice(from))
        for (const id of ids.slice(0, from)) this.entries.delete(id)
    }

    #put(touched: Iterable<Entry>): void {
        const added: string[] = []
        for (const entry of touched) {
            if (!this.entries.has(entry.id)) added.push(entry.id)
            this.entries.set(entry.id, entry)
        }
        if (added.length > 0) this.ids.set([...this.ids.value, ...added])
    }
}

function lineOf({ ts, level, message }: AttemptLogged): LogLine {
    return { ts, level, message }
}

/** The lines as fetched, and those told meanwhile that are not among them. */
function withLater(fetched: readonly LogLine[], told: readonly LogLine[]): readonly LogLine[] {
    const known = new Set(fetched.slice(-told.length - 50).map((line) => `${line.ts} ${line.message}`))
    return [...fetched, ...told.filter((line) => !known.has(`${line.ts} ${line.message}`))]
}
