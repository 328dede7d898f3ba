// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest"
import { openLink, SIGN, UNANSWERED } from "@/sync/link"
import type { ChannelNews, News, Request } from "@/sync/protocol"
import { Stage } from "./stage"

/** A browser's worker for all tabs, which answers signs of life as long as it lives. */
class Worker {
    static readonly opened: Worker[] = []
    static isDead = false
    readonly heard: Request[] = []
    isClosed = false
    onerror: ((event: Event) => void) | null = null
    readonly port = {
        onmessage: null as ((event: { data: News }) => void) | null,
        postMessage: (request: Request) => {
            if (this.isClosed) throw new Error("spoken to after it was closed")
            this.heard.push(request)
            if (request.type === "here" && !Worker.isDead) this.say({ type: "here" })
        },
        close: () => {
            this.isClosed = true
        },
    }

    constructor() {
        Worker.opened.push(this)
    }

    say(news: News): void {
        this.port.onmessage?.({ data: news })
    }
}

let begun = 0
let taken: ChannelNews[] = []

function open() {
    const link = openLink({
        take: (news) => taken.push(news),
        begin: () => {
            begun += 1
            link.send({ type: "watch", channel: "dashboard" })
        },
    })
    return link
}

const signs = (count: number) => vi.advanceTimersByTimeAsync(SIGN * count)

beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal("SharedWorker", Worker)
    Worker.opened.length = 0
    Worker.isDead = false
    begun = 0
    taken = []
    return () => vi.useRealTimers()
})

describe("the way to the hub", () => {
    it("is one worker as long as it answers", async () => {
        open()
        await signs(50)
        expect(Worker.opened).toHaveLength(1)
        expect(begun).toBe(0)
        expect(taken).toEqual([])
    })

    it("asks for everything again when the hub does not know it", () => {
        open()
        Worker.opened[0]?.say({ type: "begin" })
        expect(begun).toBe(1)
    })

    it("is opened anew when the browser ended the worker without a word", async () => {
        open()
        await signs(1)
        Worker.isDead = true
        await signs(UNANSWERED)
        expect(Worker.opened).toHaveLength(1)
        Worker.isDead = false
        await signs(1)
        expect(Worker.opened).toHaveLength(2)
        expect(Worker.opened[0]?.isClosed).toBe(true)
        expect(begun).toBe(1)
        expect(Worker.opened[1]?.heard).toContainEqual({ type: "watch", channel: "dashboard" })
        await signs(50)
        expect(Worker.opened).toHaveLength(2)
    })

    it("does without a worker when the new one is as silent", async () => {
        const stage = new Stage()
        const link = open()
        await signs(1)
        Worker.isDead = true
        await signs(2 * UNANSWERED + 2)
        expect(Worker.opened).toHaveLength(2)
        expect(begun).toBe(2)
        await vi.advanceTimersByTimeAsync(0)
        expect(stage.streams).toHaveLength(1)
        link.send({ type: "gone" })
    })
})
