import { AppWindow, Play, RotateCcw, Square } from "lucide-react"
import type { CardContext, Feature } from "@/app/feature"
import { say } from "@/app/text"
import { isActive } from "@/sync/fold"
import { askToStart, openInEditor, resume, stop } from "./start/acts"
import { text } from "./text"

/** The attempt that a card's actions are about: its latest. */
function latest({ board, card }: CardContext) {
    return board.attempts[card.id]?.at(-1) ?? null
}

function isAtWork(context: CardContext): boolean {
    return (context.board.attempts[context.card.id] ?? []).some(({ status }) => isActive(status))
}

function blocker({ board, card }: CardContext): string | null {
    const { state } = board
    const done = Object.values(state.columns).find(({ key }) => key === "done")
    const open = (card.dependsOn ?? []).filter(
        (id) => id in state.cards && !(done?.cardIds.includes(id) ?? false),
    )
    if (open.length === 0) return null
    const names = open.map((id) => state.cards[id]?.ticketKey ?? id).join(", ")
    return say(text, "blockedStart", { blockers: names })
}

export const feature: Feature = {
    tabs: [
        { id: "chat", order: 2, label: () => say(text, "chat"), load: () => import("./chat/ChatTab") },
        {
            id: "changes",
            order: 3,
            label: () => say(text, "changes"),
            load: () => import("./changes/ChangesTab"),
            isFor: (_card, _board, attemptId) => attemptId !== null,
        },
        {
            id: "processes",
            order: 4,
            label: () => say(text, "processes"),
            load: () => import("./work/ProcessesTab"),
            isFor: (_card, _board, attemptId) => attemptId !== null,
        },
        {
            id: "logs",
            order: 5,
            label: () => say(text, "logs"),
            load: () => import("./work/LogsTab"),
            isFor: (_card, _board, attemptId) => attemptId !== null,
        },
        {
            id: "terminal",
            order: 6,
            label: () => say(text, "terminal"),
            load: () => import("./work/TerminalTab"),
            isFor: (_card, _board, attemptId) => attemptId !== null,
        },
        {
            id: "history",
            order: 7,
            label: () => say(text, "history"),
            load: () => import("./history/HistoryTab"),
            isFor: (_card, _board, attemptId) => attemptId !== null,
        },
    ],
    cardActions: [
        {
            id: "start",
            order: 10,
            label: (context) => say(text, latest(context) ? "startAnother" : "startAgent"),
            icon: Play,
            keys: "s",
            isFor: (context) => context.role !== "done" && !isAtWork(context),
            obstacle: blocker,
            isNext: (context) => latest(context) === null,
            run: ({ projectId, card }) => askToStart({ projectId, card }),
        },
        {
            id: "stop",
            order: 11,
            label: () => say(text, "stop"),
            icon: Square,
            keys: "x",
            isFor: isAtWork,
            run: async ({ board, card }) => {
                const active = (board.attempts[card.id] ?? []).filter(({ status }) => isActive(status))
                await Promise.all(active.map(({ attemptId }) => stop(attemptId)))
            },
        },
        {
            id: "resume",
            order: 12,
            label: () => say(text, "resume"),
            icon: RotateCcw,
            isFor: (context) => {
                const status = latest(context)?.status
                return context.role !== "done" && (status === "failed" || status === "stopped")
            },
            run: async (context) => {
                const attempt = latest(context)
                if (attempt) await resume(attempt.attemptId)
            },
        },
        {
            id: "editor",
            order: 13,
            label: () => say(text, "openEditor"),
            icon: AppWindow,
            isFor: (context) => latest(context) !== null,
            run: async (context) => {
                const attempt = latest(context)
                if (attempt) await openInEditor(attempt.attemptId)
            },
        },
    ],
    always: [() => import("./start/StartDialog")],
}
