import { describe, expect, it } from "vitest"
import { rowsOf } from "@/features/attempt/chat/rows"

const ACTIONS: Record<string, string> = { r: "read", x: "exec" }
const rows = (ids: string[]) => rowsOf(ids, (id) => ACTIONS[id.charAt(0)] ?? null)

describe("the rows of a conversation", () => {
    it("fold calls of one kind from three on", () => {
        expect(rows(["m1", "r1", "r2", "m2", "r3", "r4", "r5", "x1"])).toEqual([
            { kind: "item", key: "m1", id: "m1" },
            { kind: "item", key: "r1", id: "r1" },
            { kind: "item", key: "r2", id: "r2" },
            { kind: "item", key: "m2", id: "m2" },
            { kind: "run", key: "run r3", action: "read", ids: ["r3", "r4", "r5"] },
            { kind: "item", key: "x1", id: "x1" },
        ])
    })

    it("keep a run's key while it grows", () => {
        const [before] = rows(["r1", "r2", "r3"])
        const [after] = rows(["r1", "r2", "r3", "r4"])
        expect(before?.key).toBe(after?.key)
    })

    it("never fold what is no call", () => {
        expect(rows(["m1", "m2", "m3", "m4"])).toHaveLength(4)
    })
})
