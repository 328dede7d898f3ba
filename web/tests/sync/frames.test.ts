import { describe, expect, it } from "vitest"
import { FrameParser } from "@/sync/frames"

const TEXT =
    'retry: 1500\nevent: hello\ndata: {"a":1}\n\n: comment\nid: e-1\r\nevent: state\r\ndata: {}\r\n\r\n'

describe("frames", () => {
    it("are the same however the text is cut", () => {
        for (let size = 1; size <= TEXT.length; size += 1) {
            const parser = new FrameParser()
            const frames = []
            for (let at = 0; at < TEXT.length; at += size)
                frames.push(...parser.feed(TEXT.slice(at, at + size)))
            expect(frames).toEqual([
                { id: "", event: "hello", data: '{"a":1}' },
                { id: "e-1", event: "state", data: "{}" },
            ])
            expect(parser.retry).toBe(1_500)
        }
    })

    it("hold several lines of data, and pass over fields that are unknown", () => {
        expect(new FrameParser().feed("data: a\ndata: b\nfoo: c\n\n\n")).toEqual([
            { id: "", event: "message", data: "a\nb" },
        ])
    })
})
