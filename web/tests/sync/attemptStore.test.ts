import { beforeEach, describe, expect, it } from "vitest"
import { AttemptStore, type ConversationItem, type LogLine, type Source } from "@/sync/attemptStore"
import type { Item } from "@/sync/protocol"

function said(id: string, text = id): ConversationItem {
    return {
        type: "message",
        id,
        timestamp: "",
        role: "assistant",
        text,
        format: "markdown",
        profileId: null,
    }
}

const item = (id: string, text = id): Item => ({
    event: "conversation_item",
    body: { attemptId: "att", item: said(id, text) },
})
const delta = (itemId: string, from: number, to: number, text: string): Item => ({
    event: "conversation_delta",
    body: { attemptId: "att", itemId, from, to, text },
})
const ended: Item = {
    event: "attempt_status",
    body: { attemptId: "att", cardId: "card", status: "succeeded" },
}

class Pages implements Source {
    all = ["1", "2", "3", "4", "5"]
    lines: LogLine[] = []

    conversation(_: string, before: string | null) {
        const end = before === null ? this.all.length : this.all.indexOf(before)
        const start = Math.max(0, end - 2)
        const conversation = this.all.slice(start, end).map((id) => said(id))
        return Promise.resolve({ conversation, before: start > 0 ? (this.all[start] ?? null) : null })
    }

    logs() {
        return Promise.resolve(this.lines)
    }
}

let frames: (() => void)[]
let pages: Pages
let store: AttemptStore

beforeEach(() => {
    frames = []
    pages = new Pages()
    store = new AttemptStore("att", pages, (act) => frames.push(act))
})

function draw(): void {
    for (const act of frames.splice(0)) act()
}

describe("an attempt's conversation", () => {
    it("comes with its end, and page by page before that", async () => {
        await store.load()
        expect(store.ids.value).toEqual(["4", "5"])
        await store.loadEarlier()
        expect(store.ids.value).toEqual(["2", "3", "4", "5"])
        await store.loadEarlier()
        expect(store.ids.value).toEqual(["1", "2", "3", "4", "5"])
        expect(store.before.value).toBeNull()
    })

    it("takes news in once a frame, and tells those only who show what changed", async () => {
        await store.load()
        let [lists, fives] = [0, 0]
        store.ids.subscribe(() => (lists += 1))
        store.entries.subscribe("5", () => (fives += 1))
        for (let piece = 0; piece < 100; piece += 1) store.take(delta("6", piece, piece + 1, "x"))
        expect(frames).toHaveLength(1)
        expect(store.entries.get("6")).toBeUndefined()
        draw()
        expect(store.entries.get("6")?.draft).toBe("x".repeat(100))
        expect([lists, fives]).toEqual([1, 0])
    })

    it("rt8: starts over at 0, appends what follows, passes over the rest, and ends with the item", () => {
        store.take(delta("6", 0, 2, "Hel"))
        store.take(delta("6", 5, 6, "?"))
        store.take(delta("6", 2, 3, "lo"))
        draw()
        expect(store.entries.get("6")?.draft).toBe("Hello")
        store.take(delta("6", 0, 1, "Hi"))
        draw()
        expect(store.entries.get("6")?.draft).toBe("Hi")
        store.take(item("6", "Hi there"))
        draw()
        expect(store.entries.get("6")).toMatchObject({ draft: null, item: { text: "Hi there" } })
    })

    it("drops what was being written when the attempt ends", () => {
        store.take(delta("6", 0, 1, "Hi"))
        store.take(ended)
        draw()
        expect(store.ids.value).toEqual([])
        expect(store.status.value).toBe("succeeded")
    })

    it("keeps what was told while the page was on its way", async () => {
        const loading = store.load()
        store.take(item("5", "newer"))
        store.take(item("6"))
        await loading
        expect(store.ids.value).toEqual(["4", "5", "6"])
        expect(store.entries.get("5")?.item).toMatchObject({ text: "newer" })
    })

    it("fetches its end anew after a gap", async () => {
        await store.load()
        pages.all = ["1", "2", "3", "4", "5", "6", "7", "8"]
        store.take({
            event: "snapshot",
            body: { state: { columns: {}, columnOrder: [], cards: {} }, attempts: {} },
        })
        await store.load()
        expect(store.ids.value).toEqual(["7", "8"])
        await store.loadEarlier()
        expect(store.ids.value).toEqual(["5", "6", "7", "8"])
    })

    describe("that goes on for long", () => {
        const long = (count: number, from = 0): void => {
            for (let n = from; n < from + count; n += 1)
                store.take({ event: "conversation_item", body: { attemptId: "att", item: at(n) } })
            draw()
        }
        const at = (n: number): ConversationItem => ({
            ...said(`i${n}`),
            timestamp: `2026-11-24T18:00:00.${String(n).padStart(6, "0")}Z`,
        })
        beforeEach(async () => {
            pages.all = []
            await store.load()
        })

        it("is cut down to its end, and the rest is fetched by whoever goes there", async () => {
            long(1_200)
            expect(store.ids.value).toHaveLength(1_200)
            long(1, 1_200)
            expect(store.ids.value).toHaveLength(600)
            expect([store.ids.value[0], store.ids.value.at(-1)]).toEqual(["i601", "i1200"])
            expect(store.entries.has("i600")).toBe(false)
            pages.all = Array.from({ length: 1_201 }, (_, n) => `i${n}`)
            await store.loadEarlier()
            expect(store.ids.value.slice(0, 3)).toEqual(["i599", "i600", "i601"])
            expect(store.before.value).toBe("i599")
        })
        it("keeps all of it while somebody reads in it", () => {
            store.isRead = true
            long(1_500)
            expect(store.ids.value).toHaveLength(1_500)
            store.isRead = false
            long(1, 1_500)
            expect(store.ids.value).toHaveLength(600)
        })
        it("keeps what is being written", () => {
            long(100)
            store.take(delta("draft", 0, 2, "hi"))
            draw()
            store.isRead = true
            long(1_300, 100)
            store.isRead = false
            store.take(delta("draft", 2, 4, "gh"))
            draw()
            expect(store.entries.get("draft")?.draft).toBe("high")
            expect(store.ids.value.slice(0, 3)).toEqual(["i99", "draft", "i100"])
        })
        it("passes over what is told anew of an item that it let go", () => {
            long(1_201)
            store.take({ event: "conversation_item", body: { attemptId: "att", item: at(3) } })
            draw()
            expect(store.ids.value).toHaveLength(600)
            expect(store.entries.has("i3")).toBe(false)
        })
    })
    it("passes over what is about other attempts", () => {
        store.take({ event: "attempt_session", body: { attemptId: "other", sessionId: "s" } })
        expect(frames).toHaveLength(0)
    })

    it("counts what may have changed files", () => {
        store.take({ event: "git_status", body: {} })
        store.take({ event: "git_status", body: { attemptId: "other" } })
        store.take({ event: "git_commit", body: { attemptId: "att", shortSha: "a", subject: "b", ts: "" } })
        draw()
        expect(store.gitChanges.value).toBe(2)
    })
})
