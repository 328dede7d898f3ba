import { newKey } from "@/api/client"
import { Hub } from "./hub"
import type { ChannelNews, News, Request } from "./protocol"

/** A tab's way to the hub. */
export interface Link {
    send(request: Request): void
}

/** A way that can be opened anew when nothing comes over it any more. */
interface Way extends Link {
    renew?(): void
}

export interface Receiver {
    take(news: ChannelNews): void
    /** The hub knows nothing of this tab: ask it for everything again. */
    begin(): void
}

/** Hears everything that a hub says. */
type Ear = (news: News) => void

/** Milliseconds between signs of life to the hub. */
export const SIGN = 10_000
/** Signs without an answer after which the hub is not waited for: the browser may have ended its worker without a word. */
export const UNANSWERED = 2

/**
 * Opens the way to the hub: in a SharedWorker, where the browser has them; else in the tab that holds a lock (the leader),
 * to which the others speak over a BroadcastChannel; else in this tab alone.
 */
export function openLink(receiver: Receiver): Link {
    let unanswered = 0
    const begin = (): void => {
        receiver.begin()
    }
    const ear: Ear = (news) => {
        unanswered = 0
        if (news.type === "begin") begin()
        else if (news.type !== "here") receiver.take(news)
    }
    const link: Way = shared(ear, begin) ?? led(ear, begin) ?? alone(ear)
    const sign = (): void => {
        link.send({ type: "here", isVisible: document.visibilityState === "visible" })
    }
    setInterval(() => {
        if (unanswered >= UNANSWERED) {
            unanswered = 0
            link.renew?.()
        }
        unanswered += 1
        sign()
    }, SIGN)
    document.addEventListener("visibilitychange", () => {
        sign()
        if (document.visibilityState === "visible") link.send({ type: "wake" })
    })
    addEventListener("online", () => {
        link.send({ type: "wake" })
    })
    addEventListener("offline", () => {
        link.send({ type: "lost" })
    })
    addEventListener("pagehide", () => {
        link.send({ type: "gone" })
    })
    // Out of the browser's cache of pages, where it was when the hub was told that it is gone.
    addEventListener("pageshow", (event) => {
        if (event.persisted) receiver.begin()
    })
    return link
}

function shared(ear: Ear, begin: () => void): Way | null {
    if (typeof SharedWorker === "undefined") return null
    const open = (): SharedWorker => {
        const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
            type: "module",
            name: "kanbanai",
        })
        worker.port.onmessage = ({ data }: MessageEvent<News>) => {
            isSilent = false
            ear(data)
        }
        worker.onerror = (event) => {
            event.preventDefault()
            goAlone()
        }
        return worker
    }
    const over = ({ port }: SharedWorker): Link => ({
        send: (request) => {
            port.postMessage(request)
        },
    })
    // Nothing would ever come from the worker: better one stream more than a page that stands still.
    const goAlone = (): void => {
        if (isAlone) return
        isAlone = true
        worker.port.close()
        link = alone(ear)
        begin()
    }
    /** Whether nothing came from the worker since it was opened. */
    let isSilent = true
    let isAlone = false
    let worker = open()
    let link = over(worker)
    return {
        send: (request) => {
            link.send(request)
        },
        renew: () => {
            if (isSilent) {
                goAlone()
                return
            }
            worker.port.close()
            isSilent = true
            worker = open()
            link = over(worker)
            begin()
        },
    }
}

type Message = { to: "hub"; from: string; request: Request } | { to: string; news: News } | { to: "all" }

function led(ear: Ear, begin: () => void): Way | null {
    if (typeof BroadcastChannel === "undefined" || !("locks" in navigator)) return null
    // Tabs of another build have another address here, and keep to themselves.
    const name = `kanbanai:${new URL(import.meta.url).pathname}`
    const me = newKey()
    const channel = new BroadcastChannel(name)
    let hub: Hub | null = null

    channel.onmessage = ({ data }: MessageEvent<Message>) => {
        if ("request" in data) {
            const { from, request } = data
            hub?.hear(from, request, (news) => {
                channel.postMessage({ to: from, news } satisfies Message)
            })
        } else if ("news" in data) {
            if (data.to === me) ear(data.news)
        } else begin()
    }
    // Held as long as the tab lives; then the next one in the queue leads.
    void navigator.locks.request(name, () => {
        hub = new Hub()
        channel.postMessage({ to: "all" } satisfies Message)
        begin()
        return new Promise(() => undefined)
    })
    return {
        send: (request) => {
            if (hub) {
                hub.hear(me, request, ear)
            } else channel.postMessage({ to: "hub", from: me, request } satisfies Message)
        },
    }
}

function alone(ear: Ear): Way {
    const hub = new Hub()
    return {
        send: (request) => {
            hub.hear("me", request, ear)
        },
    }
}
