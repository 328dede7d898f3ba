import type { AttemptsAnswer, ListedAttempt } from "@/api/api.gen"
import { call } from "@/api/client"
import type { BoardStore } from "./boardStore"
import { type AttemptBrief, type AttemptStatus, isActive } from "./fold"

/** What a card says of an attempt beyond its status. */
export type AttemptDetails = Pick<
    ListedAttempt,
    "agent" | "status" | "startedAt" | "failure" | "queuePosition" | "todos"
>

/** Which attempts of a project to list; the newest first. */
type Page = (boardId: string, status: "active" | "failed", after: string | null) => Promise<AttemptsAnswer>

/** The server's most. */
const PAGE = 500
/** Milliseconds for which news is gathered: an attempt that is queued starts within that, if there is room. */
const GATHERED = 120

const SERVER: Page = (boardId, status, after) =>
    call("GET /projects/{project_id}/attempts", {
        path: { project_id: boardId },
        query: { status: [status], limit: PAGE, ...(after === null ? {} : { after }) },
    })

/** Whether the board shows more of such an attempt than its status. */
function isTold(status: AttemptStatus): boolean {
    return isActive(status) || status === "failed"
}

/**
 * Fetches what a board's cards say of its attempts: after each snapshot, and whenever the stream tells of a status. The
 * stream says that something changed, HTTP says what it is now.
 */
export class DetailsOfAttempts {
    readonly #store: BoardStore
    readonly #page: Page
    /** Attempts told of since they were asked for; null: everything is to be asked for. */
    #changed: Set<string> | null = null
    #timer: ReturnType<typeof setTimeout> | null = null
    #isAsking = false
    /** How often something was heard that may have changed what is known. */
    #news = 0

    constructor(store: BoardStore, page: Page = SERVER) {
        this.#store = store
        this.#page = page
        store.listen((item) => {
            if (item.event === "snapshot") this.#changed = null
            else if (item.event === "attempt_status") this.#changed?.add(item.body.attemptId)
            else return
            this.look()
        })
        store.health.subscribe(() => {
            if (this.#changed === null && store.health.value.phase === "live") this.look()
        })
    }

    /** Asks, soon, for what is not known or may have changed. */
    look(): void {
        this.#news += 1
        if (this.#isAsking) return
        this.#timer ??= setTimeout(() => {
            this.#timer = null
            void this.#ask()
        }, GATHERED)
    }

    async #ask(): Promise<void> {
        const wanted = this.#wanted()
        this.#changed = new Set()
        const [active, failed] = [new Set<string>(), new Set<string>()]
        for (const { attemptId, status } of wanted) (status === "failed" ? failed : active).add(attemptId)
        this.#isAsking = true
        const news = this.#news
        const take = this.#store.beginDetails()
        try {
            const lists = await Promise.all([this.#all("active", active), this.#all("failed", failed)])
            take(lists.flat())
        } catch (error) {
            // The cards say less until the next news; a board that cannot be reached says so elsewhere.
            console.warn("What the cards say of attempts could not be fetched:", error)
            this.#changed = null
        } finally {
            this.#isAsking = false
        }
        if (this.#news !== news) this.look()
    }

    /** The pages of a list, until it has told of all that are `missing`. */
    async #all(status: "active" | "failed", missing: Set<string>): Promise<ListedAttempt[]> {
        const found: ListedAttempt[] = []
        for (let after: string | null = null; missing.size > 0;) {
            const { attempts, next }: AttemptsAnswer = await this.#page(this.#store.boardId, status, after)
            for (const one of attempts) if (missing.delete(one.id)) found.push(one)
            if (next === null) break
            after = next
        }
        return found
    }

    #wanted(): AttemptBrief[] {
        const changed = this.#changed
        const told = Object.values(this.#store.shown.value.attempts)
            .flat()
            .filter(({ status }) => isTold(status))
        // Any change may have moved those that wait in line.
        return changed === null
            ? told
            : told.filter(({ attemptId, status }) => status === "queued" || changed.has(attemptId))
    }
}
