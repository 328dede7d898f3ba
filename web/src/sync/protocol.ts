import type { Overview } from "@/api/api.gen"
import type { Draft, Proposal } from "./drafts"
import type { BoardSnapshot, Told } from "./fold"
import type { Health } from "./health"

/** A board by its project's id, or the dashboard. */
export type ChannelName = `board:${string}` | "dashboard"

/** What a tab says to the hub. */
export type Request =
    | { type: "watch"; channel: ChannelName }
    | { type: "leave"; channel: ChannelName }
    /** What an attempt does step by step is told to those tabs only that follow it. */
    | { type: "follow"; channel: ChannelName; attemptId: string }
    | { type: "unfollow"; channel: ChannelName; attemptId: string }
    /** A sign of life, and whether somebody sees the tab. */
    | { type: "here"; isVisible: boolean }
    | { type: "gone" }
    /** The machine or the network came back, or the user asked. */
    | { type: "wake" }
    /** The browser says that there is no network. */
    | { type: "lost" }

/** What is told on a channel: the stream's frames, and what stands for many of them. */
export type Item =
    | Told
    /** Throw away what you had: this is the board now. */
    | { event: "snapshot"; body: BoardSnapshot }
    | { event: "draft"; body: Draft }
    | { event: "proposal"; body: Proposal }

/** What is news on a channel. */
export type ChannelNews =
    | { type: "told"; channel: ChannelName; items: readonly Item[] }
    | { type: "health"; channel: ChannelName; health: Health }
    | { type: "overview"; channel: ChannelName; overview: Overview }

/** What the hub says to a tab. */
export type News =
    | ChannelNews
    /** The answer to a sign of life. */
    | { type: "here" }
    /** The hub knows nothing of this tab (any more): it has to ask for everything again. */
    | { type: "begin" }

export function boardOf(channel: ChannelName): string | null {
    return channel === "dashboard" ? null : channel.slice("board:".length)
}
