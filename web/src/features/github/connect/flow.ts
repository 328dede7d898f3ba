import type { DevicePending, DeviceStart, DeviceSuccess, GithubAccount } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem, Unreachable } from "@/api/problem"
import { Signal } from "@/sync/signal"

/** How it stands with GitHub's device flow in this tab. */
export type Standing =
    | { kind: "none" }
    | { kind: "beginning" }
    /**
     * The person has to type `userCode` at `address`, until `expires` (milliseconds). `trouble`: why the last question
     * got no answer; the code is still good.
     */
    | { kind: "waiting"; userCode: string; address: string; expires: number; trouble: unknown }
    | { kind: "connected"; account: GithubAccount }
    | { kind: "expired" }
    | { kind: "denied" }
    | { kind: "failed"; error: unknown }

/** What the flow asks of the server. */
export interface Device {
    start(): Promise<DeviceStart>
    poll(userCode: string): Promise<DeviceSuccess | DevicePending>
}

export const SERVER: Device = {
    start: () => call("POST /auth/github/device/start"),
    poll: (userCode) => call("POST /auth/github/device/poll", { body: { userCode } }),
}

/**
 * One device flow: a code, then questions about it as far apart as the server tells, until the person has answered on
 * GitHub, or the code's time is over. Each browser has a flow of its own.
 */
export class DeviceFlow {
    readonly standing = new Signal<Standing>({ kind: "none" })
    readonly #device: Device
    #timer: ReturnType<typeof setTimeout> | undefined
    /** Which flow it is: an answer about an earlier one is not heard any more. */
    #round = 0
    /** Seconds between two questions. */
    #interval = 0

    constructor(device: Device = SERVER) {
        this.#device = device
    }

    async begin(): Promise<void> {
        const round = this.#again()
        this.standing.set({ kind: "beginning" })
        try {
            const told = await this.#device.start()
            if (round !== this.#round) return
            this.#interval = told.interval
            this.standing.set({
                kind: "waiting",
                userCode: told.userCode,
                address: told.verificationUriComplete ?? told.verificationUri,
                expires: Date.now() + told.expiresIn * 1_000,
                trouble: null,
            })
            this.#askLater(round)
        } catch (error) {
            if (round === this.#round) this.standing.set({ kind: "failed", error })
        }
    }

    /** Asks no more. The code itself runs out by and by. */
    cancel(): void {
        this.#again()
        this.standing.set({ kind: "none" })
    }

    #again(): number {
        clearTimeout(this.#timer)
        this.#round += 1
        return this.#round
    }

    #askLater(round: number): void {
        this.#timer = setTimeout(() => void this.#ask(round), this.#interval * 1_000)
    }

    async #ask(round: number): Promise<void> {
        const standing = this.standing.value
        if (standing.kind !== "waiting") return
        if (Date.now() >= standing.expires) {
            this.standing.set({ kind: "expired" })
            return
        }
        try {
            const answer = await this.#device.poll(standing.userCode)
            if (round !== this.#round) return
            if (answer.status === "success") {
                this.standing.set({ kind: "connected", account: answer.account })
                return
            }
            this.#interval = Math.max(this.#interval, answer.interval ?? 0)
            this.standing.set({ ...standing, trouble: null })
        } catch (error) {
            if (round !== this.#round) return
            const end = endOf(error)
            if (end) {
                this.standing.set(end)
                return
            }
            if (error instanceof ApiProblem) this.#interval = Math.max(this.#interval, error.retryAfter ?? 0)
            this.standing.set({ ...standing, trouble: isJustEarly(error) ? null : error })
        }
        this.#askLater(round)
    }
}

/** What ends a flow; null: it may be asked about again, as long as the code is good. */
function endOf(error: unknown): Standing | null {
    if (error instanceof Unreachable) return null
    if (!(error instanceof ApiProblem)) return { kind: "failed", error }
    if (error.status === 410) return { kind: "expired" }
    if (error.status === 403) return { kind: "denied" }
    // GitHub did not answer, or not now.
    return error.status === 429 || error.status >= 500 ? null : { kind: "failed", error }
}

function isJustEarly(error: unknown): boolean {
    return error instanceof ApiProblem && error.status === 429
}
