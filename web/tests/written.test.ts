import { afterEach, describe, expect, it, vi } from "vitest"
import { written } from "@/api/written"

const ROUTE = "POST /projects/{project_id}/tickets/enhance"
const ASKED = { path: { project_id: "p" }, body: { title: "t" } }

function answering(...pieces: string[]) {
    const asked = vi.fn((_address: string, { signal }: RequestInit) => {
        const body = new ReadableStream<Uint8Array>({
            start(controller) {
                signal?.addEventListener("abort", () => controller.error(signal.reason))
                for (const one of pieces) controller.enqueue(new TextEncoder().encode(one))
                if (pieces.length > 0) controller.close()
            },
        })
        return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }))
    })
    vi.stubGlobal("fetch", asked)
    return asked
}

afterEach(() => void vi.unstubAllGlobals())

describe("an answer that is written while one waits", () => {
    it("is heard piece by piece, cut anywhere, and ends with the result", async () => {
        const asked = answering(
            'event: text\ndata: {"text":"# A',
            '"}\n\n: still at work\n\nevent: text\ndata: {"text":" b"}\n\nevent: result\ndata: {"ticket":{"title":"A b",',
            '"description":""}}\n\n',
        )
        const heard: string[] = []
        const signal = new AbortController().signal
        const answer = await written(ROUTE, { ...ASKED, signal }, (piece) => heard.push(piece))
        expect(heard).toEqual(["# A", " b"])
        expect(answer).toEqual({ ticket: { title: "A b", description: "" } })
        const [address, request] = asked.mock.calls[0] ?? []
        expect(address).toBe("/api/v1/projects/p/tickets/enhance")
        expect(new Headers(request?.headers).get("Accept")).toBe("text/event-stream")
    })

    it("ends with what went wrong", async () => {
        answering('event: problem\ndata: {"status":502,"code":"writing_failed","detail":"No."}\n\n')
        const signal = new AbortController().signal
        await expect(written(ROUTE, { ...ASKED, signal }, vi.fn())).rejects.toMatchObject({
            name: "ApiProblem",
            status: 502,
            detail: "No.",
        })
    })

    it("that breaks off is no result", async () => {
        answering('event: text\ndata: {"text":"# A"}\n\n')
        const signal = new AbortController().signal
        await expect(written(ROUTE, { ...ASKED, signal }, vi.fn())).rejects.toMatchObject({
            name: "Unreachable",
        })
    })

    it("is called off", async () => {
        answering()
        const control = new AbortController()
        const answer = written(ROUTE, { ...ASKED, signal: control.signal }, vi.fn())
        await Promise.resolve()
        control.abort()
        await expect(answer).rejects.toMatchObject({ name: "AbortError" })
    })
})
