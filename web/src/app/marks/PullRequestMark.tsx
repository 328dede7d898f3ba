import {
    CircleCheck,
    CircleDashed,
    CircleX,
    GitMerge,
    GitPullRequest,
    GitPullRequestClosed,
    GitPullRequestDraft,
    type LucideIcon,
} from "lucide-react"
import type { PullRequestBadge } from "@/api/api.gen"
import { useText } from "@/app/text"
import { Mark } from "@/ui/Mark"
import { text } from "./text"

export const PULL_LOOKS: Record<PullRequestBadge["state"], { icon: LucideIcon; colour: string }> = {
    open: { icon: GitPullRequest, colour: "text-ok" },
    draft: { icon: GitPullRequestDraft, colour: "text-2" },
    merged: { icon: GitMerge, colour: "text-spark" },
    closed: { icon: GitPullRequestClosed, colour: "text-bad" },
}

export const CHECK_LOOKS: Record<
    NonNullable<PullRequestBadge["checks"]>,
    { icon: LucideIcon; colour: string }
> = {
    passed: { icon: CircleCheck, colour: "text-ok" },
    failed: { icon: CircleX, colour: "text-bad" },
    pending: { icon: CircleDashed, colour: "text-warn" },
}

interface Props {
    url: string
    /** As GitHub last told it; undefined: it was not asked yet. */
    badge: PullRequestBadge | null | undefined
}

/** A card's pull request: its number, its state, how its checks are. */
export function PullRequestMark({ url, badge }: Props) {
    const say = useText(text)
    const number = badge?.number ?? /\/pull\/(\d+)/.exec(url)?.[1]
    const name = number === undefined ? say("pullPlain") : say("pull", { number: String(number) })
    const state = badge?.state ?? "open"
    const { icon, colour } = PULL_LOOKS[state]
    const word = badge && state !== "open" ? `${name} ${say(`pull.${state}`)}` : name
    const mark = <Mark icon={icon} colour={colour} word={word} url={url} />
    if (!badge?.checks) return mark
    const checks = CHECK_LOOKS[badge.checks]
    return (
        <span className="flex items-center gap-1.5">
            {mark}
            <Mark icon={checks.icon} colour={checks.colour} word={say(`checks.${badge.checks}`)} />
        </span>
    )
}
