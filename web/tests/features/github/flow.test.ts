import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { DevicePending, DeviceSuccess } from "@/api/api.gen"
import { ApiProblem, Unreachable } from "@/api/problem"
import { type Device, DeviceFlow } from "@/features/github/connect/flow"

const ADA = { username: "ada", primaryEmail: null, scope: "repo" }
const PENDING: DevicePending = { status: "authorization_pending", interval: 5 }
const SUCCESS: DeviceSuccess = { status: "success", account: ADA }

/** Answers one after the other; what is an Error is raised. Notes when it was asked, in seconds from the beginning. */
class Script implements Device {
    readonly asked: number[] = []
    readonly begun = Date.now()
    starts = 0

    constructor(readonly answers: (DevicePending | DeviceSuccess | Error)[]) {}

    start() {
        this.starts += 1
        return Promise.resolve({
            userCode: `WDJB-${this.starts}`,
            verificationUri: "https://github.com/login/device",
            verificationUriComplete: null,
            expiresIn: 60,
            interval: 5,
        })
    }

    poll(userCode: string) {
        expect(userCode).toBe(`WDJB-${this.starts}`)
        this.asked.push((Date.now() - this.begun) / 1_000)
        const answer = this.answers.shift() ?? PENDING
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function flowOf(...answers: (DevicePending | DeviceSuccess | Error)[]) {
    const script = new Script(answers)
    const flow = new DeviceFlow(script)
    await flow.begin()
    return { script, flow }
}

describe("a device flow", () => {
    it("shows the code, asks as far apart as told, and ends with the account", async () => {
        const { script, flow } = await flowOf(PENDING, { ...PENDING, interval: 10 }, PENDING, SUCCESS)
        expect(flow.standing.value).toMatchObject({
            kind: "waiting",
            userCode: "WDJB-1",
            address: "https://github.com/login/device",
        })
        await vi.advanceTimersByTimeAsync(40_000)
        expect(script.asked).toEqual([5, 10, 20, 30])
        expect(flow.standing.value).toEqual({ kind: "connected", account: ADA })
    })

    it("goes slower when a server refuses with 429, and says nothing of it", async () => {
        const { script, flow } = await flowOf(new ApiProblem(429, "", "Slow down", [], 15), SUCCESS)
        await vi.advanceTimersByTimeAsync(5_000)
        expect(flow.standing.value).toMatchObject({ kind: "waiting", trouble: null })
        await vi.advanceTimersByTimeAsync(30_000)
        expect(script.asked).toEqual([5, 20])
        expect(flow.standing.value.kind).toBe("connected")
    })

    it.each([
        [410, "expired"],
        [403, "denied"],
        [400, "failed"],
    ])("ends with %i as %s, and another code is asked for", async (status, kind) => {
        const { script, flow } = await flowOf(new ApiProblem(status, "", "No"), SUCCESS)
        await vi.advanceTimersByTimeAsync(60_000)
        expect(flow.standing.value.kind).toBe(kind)
        expect(script.asked).toHaveLength(1)
        await flow.begin()
        await vi.advanceTimersByTimeAsync(5_000)
        expect(flow.standing.value.kind).toBe("connected")
    })

    it.each([
        new Unreachable(new TypeError("network")),
        new ApiProblem(502, "github_failed", "GitHub is ill"),
    ])("goes on while nobody answers, and says so (%s)", async (error) => {
        const { flow } = await flowOf(error, PENDING, SUCCESS)
        await vi.advanceTimersByTimeAsync(5_000)
        expect(flow.standing.value).toMatchObject({ kind: "waiting", trouble: error })
        await vi.advanceTimersByTimeAsync(5_000)
        expect(flow.standing.value).toMatchObject({ kind: "waiting", trouble: null })
        await vi.advanceTimersByTimeAsync(5_000)
        expect(flow.standing.value.kind).toBe("connected")
    })

    it("runs out by the clock, without another question", async () => {
        const { script, flow } = await flowOf()
        await vi.advanceTimersByTimeAsync(120_000)
        expect(flow.standing.value.kind).toBe("expired")
        expect(Math.max(...script.asked)).toBeLessThan(60)
    })

    it("does not hear the answer about a flow that was given up", async () => {
        const { script, flow } = await flowOf(SUCCESS)
        let answer: (value: DeviceSuccess) => void = () => undefined
        vi.spyOn(script, "poll").mockReturnValue(new Promise((resolve) => (answer = resolve)))
        await vi.advanceTimersByTimeAsync(5_000)
        flow.cancel()
        answer(SUCCESS)
        await vi.advanceTimersByTimeAsync(60_000)
        expect(flow.standing.value).toEqual({ kind: "none" })
    })

    it("says why there is no code", async () => {
        const script = new Script([])
        const error = new ApiProblem(503, "no_device_flow", "There is no app")
        vi.spyOn(script, "start").mockRejectedValue(error)
        const flow = new DeviceFlow(script)
        await flow.begin()
        expect(flow.standing.value).toEqual({ kind: "failed", error })
    })
})
