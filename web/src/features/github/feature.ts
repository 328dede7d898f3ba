import { Bot, CircleDot, GitPullRequest, Sparkles, Square } from "lucide-react"
import type { CardContext, Feature } from "@/app/feature"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { enhance, enhanceWith, putAway } from "./enhance/acts"
import { text as enhanceText } from "./enhance/text"
import { exportIssue } from "./issues/acts"
import { text as issueText } from "./issues/text"
import { making } from "./pulls/asked"
import { isOver } from "./pulls/number"
import { text } from "./pulls/text"

function isBeingWritten({ board, card }: CardContext): boolean {
    return board.enhancements[card.id]?.status === "enhancing"
}

function latest({ board, card }: CardContext): string | null {
    return board.attempts[card.id]?.at(-1)?.attemptId ?? null
}

export const feature: Feature = {
    routes: [{ path: paths.pulls("$project"), load: () => import("./pulls/PullsPage") }],
    places: [
        {
            id: "pulls",
            order: 25,
            label: () => say(text, "pulls"),
            icon: GitPullRequest,
            path: (projectId) => (projectId === null ? null : paths.pulls(projectId)),
            keys: "g r",
        },
    ],
    always: [() => import("./Dialogs")],
    slots: {
        "settings.account": () => import("./connect/InSettings"),
        "settings.project": () => import("./issues/SyncStanding"),
        "onboarding.account": () => import("./connect/InFirstSteps"),
        "board.header": () => import("./issues/InHeader"),
        "board.empty": () => import("./issues/InEmptyBoard"),
        "card.details": () => import("./enhance/Proposal"),
        "card.draft": () => import("./enhance/InDraft"),
        "changes.acts": () => import("./pulls/InChanges"),
    },
    tabs: [
        {
            id: "github",
            order: 8,
            label: () => say(text, "tab"),
            load: () => import("./GithubTab"),
        },
    ],
    cardActions: [
        {
            id: "enhance",
            order: 20,
            label: () => say(enhanceText, "enhance"),
            icon: Sparkles,
            keys: "i",
            isFor: (context) => context.role !== "done" && !isBeingWritten(context),
            run: ({ projectId, card }) => enhance(projectId, card),
        },
        {
            id: "enhance-with",
            order: 20,
            label: () => say(enhanceText, "enhanceWith"),
            icon: Bot,
            isFor: (context) => context.role !== "done" && !isBeingWritten(context),
            run: ({ projectId, card }) => enhanceWith(projectId, card),
        },
        {
            id: "stop-enhancing",
            order: 20,
            label: () => say(enhanceText, "callOff"),
            icon: Square,
            isFor: isBeingWritten,
            run: ({ projectId, card }) => putAway(projectId, card.id, true),
        },
        {
            id: "pull-request",
            order: 21,
            label: () => say(text, "make"),
            icon: GitPullRequest,
            isFor: (context) =>
                (context.role === "review" || context.role === "inProgress") &&
                latest(context) !== null &&
                (!context.card.prUrl || isOver(context.card)),
            run: (context) =>
                making.set({
                    projectId: context.projectId,
                    cardId: context.card.id,
                    attemptId: latest(context),
                }),
        },
        {
            id: "issue",
            order: 22,
            label: () => say(issueText, "exportIt"),
            icon: CircleDot,
            isFor: ({ card, role }) => !card.githubIssue && role !== "done",
            run: ({ projectId, card }) => exportIssue(projectId, card.id),
        },
    ],
}
