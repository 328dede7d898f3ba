import { Sparkles, Square } from "lucide-react"
import type { CardContext, Feature } from "@/app/feature"
import { say } from "@/app/text"
import { enhance, putAway } from "./enhance/acts"
import { text } from "./enhance/text"

function isBeingWritten({ board, card }: CardContext): boolean {
    return board.enhancements[card.id]?.status === "enhancing"
}

export const feature: Feature = {
    slots: {
        "settings.account": () => import("./connect/InSettings"),
        "onboarding.account": () => import("./connect/InFirstSteps"),
        "card.details": () => import("./enhance/Proposal"),
        "card.draft": () => import("./enhance/InDraft"),
    },
    cardActions: [
        {
            id: "enhance",
            order: 20,
            label: () => say(text, "enhance"),
            icon: Sparkles,
            keys: "i",
            isFor: (context) => context.role !== "done" && !isBeingWritten(context),
            run: ({ projectId, card }) => enhance(projectId, card.id),
        },
        {
            id: "stop-enhancing",
            order: 20,
            label: () => say(text, "callOff"),
            icon: Square,
            isFor: isBeingWritten,
            run: ({ projectId, card }) => putAway(projectId, card.id, true),
        },
    ],
}
