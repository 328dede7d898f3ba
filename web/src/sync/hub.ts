import { Channel, type Watcher } from "./channel"
import type { ChannelName, News, Request } from "./protocol"
import { RHYTHM, type Rhythm } from "./rhythm"

/**
 * Streams at a time. Over HTTP/1.1 a browser opens six connections to a server, for all tabs together; two are left for
 * requests. Channels that nobody sees wait when there are more.
 */
export const MAX_STREAMS = 4
/** Milliseconds that a channel outlives its last watcher: who goes from one place to another comes back soon. */
const LINGER = 10_000
/** A tab that says nothing for this long is gone. Hidden tabs are slowed to one timer a minute. */
export const TAB_PATIENCE = 150_000

interface Tab extends Watcher {
    channels: Set<ChannelName>
    heardAt: number
}

/** What all tabs of a browser share: the streams, and what they have told so far. */
export class Hub {
    readonly #rhythm: Rhythm
    readonly #tabs = new Map<string, Tab>()
    /** In the order of their last use. */
    readonly #channels = new Map<ChannelName, Channel>()
    readonly #lingering = new Map<ChannelName, ReturnType<typeof setTimeout>>()
    readonly #sweeping: ReturnType<typeof setInterval>
    #sweptAt = Date.now()

    constructor(rhythm: Rhythm = RHYTHM) {
        this.#rhythm = rhythm
        this.#sweeping = setInterval(() => {
            this.#sweep()
        }, TAB_PATIENCE / 3)
    }

    /** Takes what a tab says. `post` is how to speak to it. */
    hear(tabId: string, request: Request, post: (news: News) => void): void {
        const tab = this.#tabs.get(tabId) ?? this.#met(tabId, request, post)
        tab.heardAt = Date.now()
        switch (request.type) {
            case "watch":
                this.#watch(tab, request.channel)
                break
            case "leave":
                this.#leave(tab, request.channel)
                break
            case "follow":
                this.#channels.get(request.channel)?.follow(tab, request.attemptId)
                break
            case "unfollow":
                this.#channels.get(request.channel)?.unfollow(tab, request.attemptId)
                break
            case "here":
                post({ type: "here" })
                if (tab.isVisible !== request.isVisible) this.#seen(tab, request.isVisible)
                break
            case "gone":
                this.#forget(tabId)
                break
            case "wake":
                for (const channel of this.#channels.values()) channel.wake()
                break
            case "lost":
                for (const channel of this.#channels.values()) channel.lost()
                break
            default:
                request satisfies never
        }
    }

    /** Ends all streams. */
    close(): void {
        clearInterval(this.#sweeping)
        for (const timer of this.#lingering.values()) clearTimeout(timer)
        for (const channel of this.#channels.values()) channel.pause()
        this.#channels.clear()
        this.#tabs.clear()
    }

    /**
     * A tab that is not known. One that does not begin by asking for a channel was forgotten, because the browser had
     * stopped it: it believes that it is told everything, and would show the same for ever.
     */
    #met(tabId: string, { type }: Request, post: (news: News) => void): Tab {
        const tab: Tab = { post, isVisible: true, channels: new Set(), heardAt: 0 }
        this.#tabs.set(tabId, tab)
        if (type !== "watch" && type !== "gone") post({ type: "begin" })
        return tab
    }

    #watch(tab: Tab, name: ChannelName): void {
        const channel = this.#channels.get(name) ?? new Channel(name, this.#rhythm)
        clearTimeout(this.#lingering.get(name))
        this.#lingering.delete(name)
        this.#used(name, channel)
        tab.channels.add(name)
        channel.join(tab)
        this.#allot()
    }

    #leave(tab: Tab, name: ChannelName): void {
        const channel = this.#channels.get(name)
        tab.channels.delete(name)
        channel?.leave(tab)
        if (!channel || channel.isWatched) return
        const timer = setTimeout(() => {
            this.#lingering.delete(name)
            this.#channels.delete(name)
            channel.pause()
            this.#allot()
        }, LINGER)
        this.#lingering.set(name, timer)
    }

    #seen(tab: Tab, isVisible: boolean): void {
        tab.isVisible = isVisible
        if (!isVisible) return
        for (const name of tab.channels) {
            const channel = this.#channels.get(name)
            if (channel) this.#used(name, channel)
        }
        this.#allot()
    }

    #used(name: ChannelName, channel: Channel): void {
        this.#channels.delete(name)
        this.#channels.set(name, channel)
    }

    /** Gives the streams to those who need them most: seen before watched before lingering, then by last use. */
    #allot(): void {
        const need = (channel: Channel): number => (channel.isSeen ? 2 : channel.isWatched ? 1 : 0)
        const ranked = [...this.#channels.values()].reverse().sort((one, other) => need(other) - need(one))
        for (const channel of ranked.slice(MAX_STREAMS)) channel.pause()
        for (const channel of ranked.slice(0, MAX_STREAMS)) channel.run()
    }

    #forget(tabId: string): void {
        const tab = this.#tabs.get(tabId)
        this.#tabs.delete(tabId)
        for (const name of tab?.channels ?? []) if (tab) this.#leave(tab, name)
    }

    #sweep(): void {
        const now = Date.now()
        const slept = now - this.#sweptAt > TAB_PATIENCE
        this.#sweptAt = now
        // While the machine slept nobody could give a sign.
        if (slept) for (const tab of this.#tabs.values()) tab.heardAt = now
        for (const [tabId, tab] of this.#tabs) if (now - tab.heardAt > TAB_PATIENCE) this.#forget(tabId)
    }
}
