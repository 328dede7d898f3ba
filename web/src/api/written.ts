import { FrameParser } from "@/sync/frames"
import type { Problem, Routes } from "./api.gen"
import { type Call, type Route, streamOf } from "./client"
import { ApiProblem, Unreachable } from "./problem"

/**
 * Asks for what an agent has to write first; `onText` hears each piece as it is written.
 *
 * Raises ApiProblem when it was refused or failed, Unreachable when the answer breaks off, and an AbortError when
 * `signal` calls it off, upon which the server ends the agent, too.
 */
export async function written<R extends Route>(
    route: R,
    asked: Call<R> & { signal: AbortSignal },
    onText: (piece: string) => void,
): Promise<Routes[R]["answer"]> {
    const frames = new FrameParser()
    for await (const text of streamOf(route, asked)) {
        for (const { event, data } of frames.feed(text)) {
            const body: unknown = JSON.parse(data)
            if (event === "text") onText((body as { text: string }).text)
            else if (event === "result") return body as Routes[R]["answer"]
            else if (event === "problem") throw ApiProblem.from(body as Problem)
        }
    }
    throw new Unreachable(new Error("the answer broke off"))
}
