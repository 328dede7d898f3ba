import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { BoardState } from "@/api/api.gen"
import { Hub, MAX_STREAMS, TAB_PATIENCE } from "@/sync/hub"
import type { ChannelName, Item, News } from "@/sync/protocol"
import { settled, Stage } from "./stage"

const STATE: BoardState = {
    columns: { "col-1": { id: "col-1", title: "A", cardIds: [] } },
    columnOrder: ["col-1"],
    cards: {},
}
const RENAMED = { ops: [{ op: "replace", path: "/columns/col-1/title", value: "B" }] }

class Tab {
    readonly news: News[] = []

    constructor(
        readonly hub: Hub,
        readonly id: string,
    ) {}

    say(request: Parameters<Hub["hear"]>[1]): void {
        this.hub.hear(this.id, request, (news) => this.news.push(news))
    }

    get items(): Item[] {
        return this.news.flatMap((news) => (news.type === "told" ? [...news.items] : []))
    }
}

let stage: Stage
let hub: Hub

beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(Math, "random").mockReturnValue(0)
    stage = new Stage()
    hub = new Hub()
})

afterEach(() => {
    hub.close()
    vi.useRealTimers()
})

async function watched(tab: Tab, channel: ChannelName = "board:b"): Promise<void> {
    tab.say({ type: "watch", channel })
    await settled()
    stage.last.send("hello", { outcome: "snapshot", cursor: "e-1", serverTime: "" })
    stage.last.send("state", STATE, "e-1")
    await settled()
}

describe("the hub", () => {
    it("has one stream for all tabs, and tells a tab that comes later what the others know", async () => {
        const [first, second] = [new Tab(hub, "1"), new Tab(hub, "2")]
        await watched(first)
        stage.last.send("state_patch", RENAMED, "e-2")
        stage.last.send("attempt_status", { attemptId: "att-1", cardId: "card-1", status: "running" }, "e-3")
        await settled()
        second.say({ type: "watch", channel: "board:b" })
        expect(stage.streams).toHaveLength(1)
        expect(second.items).toEqual([
            {
                event: "snapshot",
                body: {
                    state: { ...STATE, columns: { "col-1": { id: "col-1", title: "B", cardIds: [] } } },
                    attempts: { "card-1": [{ attemptId: "att-1", status: "running" }] },
                },
            },
        ])
        expect(second.news.at(-1)).toMatchObject({ type: "health", health: { phase: "live" } })
    })

    it("tells an attempt's steps to its followers only, and what is being written to one who comes late", async () => {
        const [first, second] = [new Tab(hub, "1"), new Tab(hub, "2")]
        await watched(first)
        second.say({ type: "watch", channel: "board:b" })
        first.say({ type: "follow", channel: "board:b", attemptId: "att-1" })
        stage.last.send("conversation_delta", {
            attemptId: "att-1",
            itemId: "i",
            from: 0,
            to: 2,
            text: "Hel",
        })
        stage.last.send("conversation_delta", { attemptId: "att-1", itemId: "i", from: 2, to: 3, text: "lo" })
        await settled()
        expect(first.items.filter(({ event }) => event === "conversation_delta")).toHaveLength(2)
        expect(second.items.filter(({ event }) => event === "conversation_delta")).toHaveLength(0)
        second.say({ type: "follow", channel: "board:b", attemptId: "att-1" })
        expect(second.items.at(-1)).toEqual({
            event: "draft",
            body: { attemptId: "att-1", itemId: "i", pieces: 3, text: "Hello" },
        })
    })

    it("tells every tab of a better text as it is written, and one who comes late what there is of it", async () => {
        const [first, second] = [new Tab(hub, "1"), new Tab(hub, "2")]
        await watched(first)
        stage.last.send("enhancement_delta", { cardId: "card-1", from: 0, to: 1, text: "# Re" })
        stage.last.send("enhancement_delta", { cardId: "card-1", from: 1, to: 2, text: "try" })
        await settled()
        expect(first.items.filter(({ event }) => event === "enhancement_delta")).toHaveLength(2)
        second.say({ type: "watch", channel: "board:b" })
        expect(second.items.at(-1)).toEqual({
            event: "proposal",
            body: { cardId: "card-1", pieces: 2, text: "# Retry" },
        })
        stage.last.send("card_enhancement", { cardId: "card-1", status: "ready", suggestion: { title: "R" } })
        await settled()
        const third = new Tab(hub, "3")
        third.say({ type: "watch", channel: "board:b" })
        expect(third.items.map(({ event }) => event)).toEqual(["snapshot"])
    })

    it("shows what was fetched while the stream is away, and the stream's own board once it has caught up", async () => {
        const tab = new Tab(hub, "1")
        await watched(tab)
        const fetched = { ...STATE, columns: { "col-1": { id: "col-1", title: "C", cardIds: [] } } }
        stage.answer = () => Response.json({ state: fetched }, { headers: { ETag: '"e-3"' } })
        stage.refuse = () => Response.json({ status: 503 }, { status: 503 })
        stage.last.breakOff()
        await vi.advanceTimersByTimeAsync(90_000)
        expect(tab.items.at(-1)).toEqual({ event: "state", body: fetched })
        const told = tab.items.length
        stage.refuse = null
        await vi.advanceTimersByTimeAsync(12_000)
        stage.last.send("hello", { outcome: "resumed", cursor: "e-3", serverTime: "" })
        stage.last.send("state_patch", RENAMED, "e-2")
        await settled()
        expect(tab.items).toHaveLength(told)
        stage.last.send(
            "state_patch",
            { ops: [{ op: "replace", path: "/columns/col-1/title", value: "C" }] },
            "e-3",
        )
        await settled()
        expect(tab.items.at(-1)).toEqual({ event: "snapshot", body: { state: fetched, attempts: {} } })
    })

    it("keeps a channel a moment longer than its last watcher", async () => {
        const tab = new Tab(hub, "1")
        await watched(tab)
        tab.say({ type: "leave", channel: "board:b" })
        await vi.advanceTimersByTimeAsync(9_000)
        expect(stage.last.isAborted).toBe(false)
        tab.say({ type: "watch", channel: "board:b" })
        tab.say({ type: "leave", channel: "board:b" })
        await vi.advanceTimersByTimeAsync(10_500)
        expect(stage.last.isAborted).toBe(true)
    })

    it("has no more streams than a browser can bear: those that nobody sees wait, and resume when they are seen", async () => {
        const tabs = Array.from({ length: MAX_STREAMS + 1 }, (_, place) => new Tab(hub, String(place)))
        for (const [place, tab] of tabs.entries()) {
            await watched(tab, `board:${place}`)
            tab.say({ type: "here", isVisible: place === MAX_STREAMS })
        }
        const open = (): number => stage.streams.filter(({ isAborted }) => !isAborted).length
        expect(open()).toBe(MAX_STREAMS)
        expect(stage.streams[0]?.isAborted).toBe(true)
        tabs[0]?.say({ type: "here", isVisible: true })
        await settled()
        expect(open()).toBe(MAX_STREAMS)
        expect(stage.last.url).toContain("boardId=0")
        expect(stage.last.lastEventId).toBe("e-1")
    })

    it("forgets a tab that gives no sign of life", async () => {
        const tab = new Tab(hub, "1")
        await watched(tab)
        for (let sent = 0; sent < TAB_PATIENCE * 2 && !stage.last.isAborted; sent += 15_000) {
            stage.last.send("heartbeat", { ts: "" }, "e-1")
            await vi.advanceTimersByTimeAsync(15_000)
        }
        expect(stage.last.isAborted).toBe(true)
    })

    it("answers a sign of life", async () => {
        const tab = new Tab(hub, "1")
        await watched(tab)
        tab.news.length = 0
        tab.say({ type: "here", isVisible: true })
        expect(tab.news).toEqual([{ type: "here" }])
    })

    it("has a tab that it forgot ask for everything again: the browser had only stopped it", async () => {
        const [stopped, other] = [new Tab(hub, "1"), new Tab(hub, "2")]
        await watched(stopped)
        await watched(other, "dashboard")
        for (let passed = 0; passed < TAB_PATIENCE * 2; passed += 15_000) {
            other.say({ type: "here", isVisible: true })
            await vi.advanceTimersByTimeAsync(15_000)
        }
        stopped.news.length = 0
        stopped.say({ type: "here", isVisible: true })
        expect(stopped.news).toContainEqual({ type: "begin" })
        await watched(stopped)
        stage.last.send("state_patch", RENAMED, "e-2")
        await settled()
        expect(stopped.items.at(-1)?.event).toBe("state_patch")
        stopped.say({ type: "here", isVisible: true })
        expect(stopped.news.filter(({ type }) => type === "begin")).toHaveLength(1)
    })

    it("forgets nobody because the machine slept", async () => {
        const tab = new Tab(hub, "1")
        await watched(tab)
        vi.setSystemTime(Date.now() + 8 * 3_600_000)
        await vi.advanceTimersByTimeAsync(TAB_PATIENCE / 3)
        tab.news.length = 0
        tab.say({ type: "here", isVisible: true })
        expect(tab.news).toEqual([{ type: "here" }])
    })
})
