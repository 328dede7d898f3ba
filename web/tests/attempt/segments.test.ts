import { describe, expect, it } from "vitest"
import { segmentsOf } from "@/features/attempt/chat/segments"

describe("a message in stretches", () => {
    it("sets code apart, with its language", () => {
        expect(segmentsOf("Look:\n```ts\nconst a = 1\n```\nDone.")).toEqual([
            { kind: "text", text: "Look:" },
            { kind: "code", code: "const a = 1", language: "ts", isOpen: false },
            { kind: "text", text: "Done." },
        ])
    })

    it("knows that a fence is still open", () => {
        expect(segmentsOf("```py\nprint(")).toEqual([
            { kind: "code", code: "print(", language: "py", isOpen: true },
        ])
    })

    it("closes a fence with one that is as long only", () => {
        expect(segmentsOf("````md\n```\ninner\n```\n````")).toEqual([
            { kind: "code", code: "```\ninner\n```", language: "md", isOpen: false },
        ])
    })

    it("leaves fences in lists to Markdown", () => {
        const text = "- one\n\n    ```\n    code\n    ```"
        expect(segmentsOf(text)).toEqual([{ kind: "text", text }])
    })

    it("cuts a long text where that changes nothing", () => {
        const text = Array.from({ length: 60 }, (_, n) => `Paragraph ${n} ${"word ".repeat(30)}`).join("\n\n")
        const parts = segmentsOf(text)
        expect(parts.length).toBeGreaterThan(2)
        expect(parts.map((part) => (part.kind === "text" ? part.text : "")).join("\n\n")).toBe(text)
    })

    it("does not cut where one part may refer to another", () => {
        const text = `${"See [a]. ".repeat(1_000)}\n\nMore\n\n[a]: /somewhere`
        expect(segmentsOf(text)).toHaveLength(1)
    })
})
