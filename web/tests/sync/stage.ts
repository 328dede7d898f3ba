import { vi } from "vitest"

/** A server's side of one stream that the code under test has opened. */
export interface Opened {
    url: string
    /** The cursor that it asked to go on from. */
    lastEventId: string | null
    /** Sends frames; a number as the first part is the id's. */
    send(event: string, body: unknown, id?: string): void
    end(): void
    breakOff(): void
    readonly isAborted: boolean
}

type Answer = (url: string) => Response

/** Takes the place of fetch: streams are held open to be fed, other requests are answered by `answer`. */
export class Stage {
    readonly streams: Opened[] = []
    readonly requests: string[] = []
    /** What a new stream gets instead of being opened; null: it is opened. */
    refuse: (() => Response) | null = null
    answer: Answer = () => Response.json({}, { status: 500 })

    constructor() {
        vi.stubGlobal("fetch", (url: string, request: RequestInit) => this.#fetch(url, request))
    }

    get last(): Opened {
        const last = this.streams.at(-1)
        if (!last) throw new Error("no stream was opened")
        return last
    }

    async #fetch(url: string, request: RequestInit): Promise<Response> {
        await Promise.resolve()
        if (!url.includes("/sse")) {
            this.requests.push(url)
            return this.answer(url)
        }
        if (this.refuse) return this.refuse()
        return this.#open(url, request)
    }

    #open(url: string, { headers, signal }: RequestInit): Response {
        const encoder = new TextEncoder()
        let sink: ReadableStreamDefaultController<Uint8Array> | null = null
        const body = new ReadableStream<Uint8Array>({
            start: (controller) => {
                sink = controller
                signal?.addEventListener("abort", () => controller.error(new DOMException("", "AbortError")))
            },
        })
        this.streams.push({
            url,
            lastEventId: new Headers(headers).get("Last-Event-ID"),
            send: (event, data, id) => {
                const text = `${id ? `id: ${id}\n` : ""}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
                sink?.enqueue(encoder.encode(text))
            },
            end: () => sink?.close(),
            breakOff: () => sink?.error(new TypeError("network error")),
            get isAborted() {
                return signal?.aborted ?? false
            },
        })
        return new Response(body, { headers: { "Content-Type": "text/event-stream" } })
    }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0)
    await vi.advanceTimersByTimeAsync(0)
    await vi.advanceTimersByTimeAsync(0)
}
