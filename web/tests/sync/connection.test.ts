import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Connection, type Listener } from "@/sync/connection"
import type { Frame } from "@/sync/frames"
import type { Health, Phase } from "@/sync/health"
import { Unreachable } from "@/api/problem"
import { settled, Stage } from "./stage"

class Ear implements Listener {
    readonly parameters = { boardId: "b", view: "patch" }
    readonly frames: Frame[] = []
    readonly phases: Phase[] = []
    health: Health | null = null
    refreshes = 0
    isAway = false
    doubts: ((frame: Frame) => boolean) | null = null

    take(frames: readonly Frame[]): void {
        if (frames.some((frame) => this.doubts?.(frame))) throw new Error("does not fit")
        this.frames.push(...frames)
    }

    refresh(): Promise<void> {
        this.refreshes += 1
        return this.isAway ? Promise.reject(new Unreachable(null)) : Promise.resolve()
    }

    report(health: Health): void {
        if (health.phase !== this.phases.at(-1)) this.phases.push(health.phase)
        this.health = health
    }
}

let stage: Stage
let ear: Ear
let connection: Connection

beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(Math, "random").mockReturnValue(0)
    stage = new Stage()
    ear = new Ear()
    connection = new Connection(ear)
})

afterEach(() => {
    connection.stop()
    vi.useRealTimers()
})

async function live(cursor = "e-5"): Promise<void> {
    connection.start()
    await settled()
    stage.last.send("hello", { outcome: "snapshot", cursor, serverTime: "" })
    stage.last.send("state", {}, cursor)
    await settled()
}

describe("a connection", () => {
    it("is live once the snapshot is whole", async () => {
        connection.start()
        await settled()
        expect(stage.last.url).toBe("/api/v1/sse?boardId=b&view=patch")
        stage.last.send("hello", { outcome: "snapshot", cursor: "e-5", serverTime: "" })
        await settled()
        expect(ear.health?.phase).toBe("catchingUp")
        stage.last.send("state", {}, "e-5")
        await settled()
        expect(ear.health?.phase).toBe("live")
        expect(connection.cursor).toBe("e-5")
    })

    it("rt5: comes back by its cursor and says how many events are missing", async () => {
        await live()
        stage.last.send("state_patch", { ops: [] }, "e-6")
        await settled()
        stage.last.breakOff()
        await settled()
        expect(ear.health).toMatchObject({
            phase: "reconnecting",
            failures: 1,
            nextTryAt: Date.now() + 1_500,
        })
        await vi.advanceTimersByTimeAsync(1_500)
        expect(stage.last.lastEventId).toBe("e-6")
        stage.last.send("hello", { outcome: "resumed", cursor: "e-9", serverTime: "" })
        await settled()
        expect(ear.health).toMatchObject({ phase: "catchingUp", missing: 3 })
        for (const seq of [7, 8, 9]) stage.last.send("state_patch", { ops: [] }, `e-${seq}`)
        await settled()
        expect(ear.health).toMatchObject({ phase: "live", failures: 0, missing: null })
    })

    it("rt10: gives up a stream that is silent for two and a half heartbeats", async () => {
        await live()
        await vi.advanceTimersByTimeAsync(37_000)
        expect(stage.last.isAborted).toBe(false)
        await vi.advanceTimersByTimeAsync(600)
        expect(stage.streams[0]?.isAborted).toBe(true)
        expect(ear.health).toMatchObject({ phase: "reconnecting", reason: "nothing was heard any more" })
    })

    it("waits 1.5 s doubling to 12 s, and after eight tries refreshes over HTTP every 15 s while it goes on", async () => {
        await live()
        stage.refuse = () => Response.json({ detail: "later", status: 503 }, { status: 503 })
        stage.last.breakOff()
        await settled()
        const waits: number[] = []
        for (let tries = 0; tries < 8; tries += 1) {
            const wait = (ear.health?.nextTryAt ?? 0) - Date.now()
            waits.push(wait)
            await vi.advanceTimersByTimeAsync(wait)
        }
        expect(waits).toEqual([1_500, 3_000, 6_000, 12_000, 12_000, 12_000, 12_000, 12_000])
        await settled()
        expect(ear.health).toMatchObject({ phase: "refreshing", failures: 9, reason: "later" })
        expect(ear.refreshes).toBe(1)
        await vi.advanceTimersByTimeAsync(30_000)
        expect(ear.refreshes).toBe(3)
        ear.isAway = true
        await vi.advanceTimersByTimeAsync(15_000)
        expect(ear.health?.phase).toBe("offline")
        stage.refuse = null
        await vi.advanceTimersByTimeAsync(12_000)
        stage.last.send("hello", { outcome: "resumed", cursor: "e-5", serverTime: "" })
        await settled()
        expect(ear.health?.phase).toBe("live")
        const refreshes = ear.refreshes
        stage.last.send("heartbeat", {}, "e-5")
        await vi.advanceTimersByTimeAsync(20_000)
        expect(ear.refreshes).toBe(refreshes)
    })

    it("ends when the server says so for good", async () => {
        await live()
        stage.last.send("bye", { reason: "gone", reconnect: false })
        await settled()
        expect(ear.health).toMatchObject({ phase: "closed", reason: "the project was deleted" })
        await vi.advanceTimersByTimeAsync(60_000)
        expect(stage.streams).toHaveLength(1)
    })

    it("ends when the server refuses for good", async () => {
        stage.refuse = () => Response.json({ detail: "Board not found", status: 404 }, { status: 404 })
        connection.start()
        await settled()
        expect(ear.health).toMatchObject({ phase: "closed", reason: "Board not found" })
    })

    it("rt13: comes back after a restart", async () => {
        await live()
        stage.last.send("bye", { reason: "shutdown", reconnect: true })
        await settled()
        expect(ear.health).toMatchObject({ phase: "reconnecting", reason: "the server restarts" })
        await vi.advanceTimersByTimeAsync(1_500)
        expect(stage.streams).toHaveLength(2)
    })

    it("begins anew when what comes does not fit", async () => {
        await live()
        ear.doubts = (frame) => frame.event === "state_patch"
        stage.last.send("state_patch", { ops: [] }, "e-6")
        await settled()
        await vi.advanceTimersByTimeAsync(1_500)
        expect(stage.last.lastEventId).toBeNull()
    })

    it("looks at once when it is woken while it waits", async () => {
        await live()
        stage.last.breakOff()
        await settled()
        connection.wake()
        await settled()
        expect(stage.streams).toHaveLength(2)
    })

    it("after a sleep does not trust a stream that was silent too long", async () => {
        await live()
        vi.setSystemTime(Date.now() + 120_000)
        connection.wake()
        await settled()
        expect(stage.streams[0]?.isAborted).toBe(true)
    })
})
