// The SharedWorker: one hub for all tabs of a browser. Each tab speaks to it through its port.
import { Hub } from "./hub"
import type { News, Request } from "./protocol"

/** What we need of SharedWorkerGlobalScope; TypeScript's library for workers does not bear the one for pages beside it. */
interface Scope {
    addEventListener(type: "connect", heard: (event: MessageEvent) => void): void
}

const scope = globalThis as unknown as Scope
const hub = new Hub()
let tabs = 0

scope.addEventListener("connect", (event) => {
    const port = event.ports[0]
    if (!port) return
    const tabId = String((tabs += 1))
    const post = (news: News): void => {
        port.postMessage(news)
    }
    port.onmessage = ({ data }: MessageEvent<Request>) => {
        hub.hear(tabId, data, post)
    }
})
