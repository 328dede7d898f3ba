/** One frame of a stream of Server-Sent Events. */
export interface Frame {
    /** The cursor up to which everything has been told with this frame; "" for none. */
    id: string
    event: string
    /** JSON, as it came. */
    data: string
}

/** More than the server ever sends in one frame (a board of 10,000 long cards is some 40 MB). */
const MAX_FRAME = 256_000_000

/** Takes a stream apart into frames. Text may come cut anywhere. */
export class FrameParser {
    #rest = ""
    #id = ""
    #event = ""
    #data: string[] = []
    /** What the server asks for as the first wait before a new try, in milliseconds; null before it said so. */
    retry: number | null = null

    /** The frames that `text` completes. */
    feed(text: string): Frame[] {
        const frames: Frame[] = []
        const all = this.#rest + text
        let start = 0
        for (;;) {
            const end = all.indexOf("\n", start)
            if (end < 0) break
            const line = all.slice(start, all.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end)
            start = end + 1
            const frame = this.#line(line)
            if (frame) frames.push(frame)
        }
        this.#rest = all.slice(start)
        if (this.#rest.length > MAX_FRAME) throw new Error("a frame of the stream has no end")
        return frames
    }

    #line(line: string): Frame | null {
        if (line === "") {
            const frame =
                this.#event || this.#data.length > 0
                    ? { id: this.#id, event: this.#event || "message", data: this.#data.join("\n") }
                    : null
            this.#id = this.#event = ""
            this.#data = []
            return frame
        }
        const colon = line.indexOf(":")
        const field = colon < 0 ? line : line.slice(0, colon)
        const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1)
        if (field === "data") this.#data.push(value)
        else if (field === "event") this.#event = value
        else if (field === "id") this.#id = value
        else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value)
        return null
    }
}
