import { GitPullRequest } from "lucide-react"
import type { Slots } from "@/app/feature"
import { PullRequestMark } from "@/app/marks/PullRequestMark"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { making } from "./asked"
import { isOver } from "./number"
import { text } from "./text"

/** Beside an attempt's changes: its pull request, or the way to one. */
export default function InChanges({ projectId, card, attemptId }: Slots["changes.acts"]) {
    const say = useText(text)
    if (card.prUrl && !isOver(card)) {
        return (
            <span className="px-1 text-xs">
                <PullRequestMark url={card.prUrl} badge={card.pullRequest} />
            </span>
        )
    }
    return (
        <Button
            isSmall
            title={say("make")}
            onClick={() => making.set({ projectId, cardId: card.id, attemptId })}
        >
            <GitPullRequest size={14} strokeWidth={1.5} aria-hidden />
            <span className="max-sm:sr-only">{say("makeShort")}</span>
        </Button>
    )
}
