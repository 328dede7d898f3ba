import { newKey } from "@/api/client"
import { Hub } from "./hub"
import type { News, Request } from "./protocol"

/** A tab's way to the hub. */
export interface Link {
    send(request: Request): void
}

export interface Receiver {
    take(news: News): void
    /** There is another hub, which knows nothing of this tab: ask it for everything again. */
    begin(): void
}

/** Milliseconds between signs of life to the hub. */
const SIGN = 20_000

/**
 * Opens the way to the hub: in a SharedWorker, where the browser has them; else in the tab that holds a lock (the leader),
 * to which the others speak over a BroadcastChannel; else in this tab alone.
 */
export function openLink(receiver: Receiver): Link {
    const link = shared(receiver) ?? led(receiver) ?? alone(receiver)
    const sign = (): void => {
        link.send({ type: "here", isVisible: document.visibilityState === "visible" })
    }
    setInterval(sign, SIGN)
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

function shared(receiver: Receiver): Link | null {
    if (typeof SharedWorker === "undefined") return null
    const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
        type: "module",
        name: "kanbanai",
    })
    worker.port.onmessage = ({ data }: MessageEvent<News>) => {
        receiver.take(data)
    }
    worker.onerror = (event) => {
        // Nothing would ever come from it: better one stream more than a page that stands still.
        event.preventDefault()
        link = alone(receiver)
        receiver.begin()
    }
    let link: Link = {
        send: (request) => {
            worker.port.postMessage(request)
        },
    }
    return {
        send: (request) => {
            link.send(request)
        },
    }
}

type Message = { to: "hub"; from: string; request: Request } | { to: string; news: News } | { to: "all" }

function led(receiver: Receiver): Link | null {
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
            if (data.to === me) receiver.take(data.news)
        } else receiver.begin()
    }
    // Held as long as the tab lives; then the next one in the queue leads.
    void navigator.locks.request(name, () => {
        hub = new Hub()
        channel.postMessage({ to: "all" } satisfies Message)
        receiver.begin()
        return new Promise(() => undefined)
    })
    return {
        send: (request) => {
            if (hub) {
                hub.hear(me, request, (news) => {
                    receiver.take(news)
                })
            } else channel.postMessage({ to: "hub", from: me, request } satisfies Message)
        },
    }
}

function alone(receiver: Receiver): Link {
    const hub = new Hub()
    return {
        send: (request) => {
            hub.hear("me", request, (news) => {
                receiver.take(news)
            })
        },
    }
}
