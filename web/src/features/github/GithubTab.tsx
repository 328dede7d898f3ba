import type { ReactNode } from "react"
import type { TabProps } from "@/app/feature"
import { useBoardStore } from "@/app/services"
import { useText } from "@/app/text"
import { editCard } from "@/sync/commands"
import { Switch } from "@/ui/Switch"
import { complain } from "@/app/notices"
import { IssuePanel } from "./issues/IssuePanel"
import { text as issueText } from "./issues/text"
import { PullPanel } from "./pulls/PullPanel"
import { text } from "./pulls/text"

/** What there is of a card on GitHub: its pull request and its issue. */
export default function GithubTab({ projectId, card, attemptId }: TabProps) {
    const say = useText(text)
    const sayIssue = useText(issueText)
    const store = useBoardStore(projectId)
    const keep = async (isOn: boolean): Promise<void> => {
        try {
            await store.perform(editCard(projectId, card.id, { disableAutoCloseOnPRMerge: !isOn }))
        } catch (error) {
            complain(say("notSaved"), error)
        }
    }
    return (
        <div className="flex flex-col gap-6 p-4">
            <Part title={say("pull")}>
                <PullPanel {...{ projectId, card, attemptId }} />
                {card.prUrl && card.pullRequest?.state !== "merged" && (
                    <label className="flex items-center gap-3 self-start">
                        <Switch
                            aria-label={say("autoClose")}
                            isOn={!card.disableAutoCloseOnPRMerge}
                            onChange={(isOn) => void keep(isOn)}
                        />
                        {say("autoClose")}
                    </label>
                )}
            </Part>
            <Part title={sayIssue("issue")}>
                <IssuePanel {...{ projectId, card }} />
            </Part>
        </div>
    )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
    return (
        <section aria-label={title} className="flex flex-col gap-3">
            <h3 className="border-line border-b pb-1 font-semibold">{title}</h3>
            {children}
        </section>
    )
}
