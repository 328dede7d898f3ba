import {
    ArrowUpFromLine,
    ChevronDown,
    GitCommitHorizontal,
    GitMerge,
    type LucideIcon,
    RefreshCw,
} from "lucide-react"
import { useState } from "react"
import type { WorktreeStatus } from "@/api/api.gen"
import { call } from "@/api/client"
import { notify } from "@/app/notices"
import { useServices } from "@/app/services"
import { useText } from "@/app/text"
import { isActive } from "@/sync/fold"
import { Button } from "@/ui/Button"
import { Menu } from "@/ui/Menu"
import { useDeed } from "../deed"
import type { Shown } from "../frame/AttemptFrame"
import { CommitDialog } from "./CommitDialog"
import { MergeDialog } from "./MergeDialog"
import { type GitAct, nextAct, otherActs } from "./next"
import { text } from "./text"
import { UpdateDialog } from "./UpdateDialog"

const ICONS: Record<GitAct, LucideIcon> = {
    commit: GitCommitHorizontal,
    update: RefreshCw,
    merge: GitMerge,
    push: ArrowUpFromLine,
}

/** What brings the work home: the next sensible step, the others in a menu beside it. */
export function ActButton({ shown, status }: { shown: Shown; status: WorktreeStatus }) {
    const say = useText(text)
    const { queries } = useServices()
    const [asked, setAsked] = useState<GitAct | null>(null)
    const { attempt } = shown
    const { isBusy, act: perform } = useDeed("git", attempt.id)
    const path = { attempt_id: attempt.id }
    const isAtWork = isActive(shown.status)
    const next = nextAct(status)
    const others = otherActs(status)
    const done = (): void => void queries.invalidateQueries({ queryKey: ["git", attempt.id] })
    const begin = (act: GitAct): void => {
        if (act === "push")
            void perform(say("notPushed"), async () => {
                const { remote, branch } = await call("POST /attempts/{attempt_id}/git/push", {
                    path,
                    body: {},
                })
                notify({ kind: "news", title: say("pushed", { branch, remote }), detail: "", code: "" })
            })
        else setAsked(act)
    }
    const label = (act: GitAct): string => say(`act.${act}`, { base: attempt.baseBranch })
    /** While the agent works its branch is not moved under its feet. */
    const obstacle = (act: GitAct): string | null => (isAtWork && act === "update" ? say("atWork") : null)
    if (next === null && others.length === 0) return null
    const main = next ?? others[0]
    if (main === undefined) return null
    const rest = others.filter((act) => act !== main)
    const Icon = ICONS[main]
    return (
        <span className="inline-flex">
            <Button
                isSmall
                look={next === null ? "plain" : "primary"}
                disabled={isBusy || obstacle(main) !== null}
                title={obstacle(main) ?? undefined}
                onClick={() => begin(main)}
                className={rest.length > 0 ? "rounded-r-none" : ""}
            >
                <Icon size={14} strokeWidth={1.5} aria-hidden />
                {label(main)}
            </Button>
            {rest.length > 0 && (
                <Menu
                    align="end"
                    entries={() =>
                        rest.map((act) => ({
                            id: act,
                            label: label(act),
                            icon: ICONS[act],
                            obstacle: obstacle(act),
                            run: () => begin(act),
                        }))
                    }
                >
                    <Button
                        isSmall
                        look={next === null ? "plain" : "primary"}
                        aria-label={say("moreActs")}
                        className="border-l-surface/40 rounded-l-none border-l px-1"
                    >
                        <ChevronDown size={14} strokeWidth={1.5} aria-hidden />
                    </Button>
                </Menu>
            )}
            {asked === "commit" && (
                <CommitDialog shown={shown} onClose={() => setAsked(null)} onDone={done} />
            )}
            {asked === "merge" && (
                <MergeDialog shown={shown} status={status} onClose={() => setAsked(null)} onDone={done} />
            )}
            {asked === "update" && (
                <UpdateDialog shown={shown} status={status} onClose={() => setAsked(null)} onDone={done} />
            )}
        </span>
    )
}
