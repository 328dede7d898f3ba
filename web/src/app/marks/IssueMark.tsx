import { CircleCheckBig, CircleDot, TriangleAlert, UserRound } from "lucide-react"
import type { GithubIssueLink } from "@/api/api.gen"
import { useText } from "@/app/text"
import { Mark } from "@/ui/Mark"
import { text } from "./text"

/** Labels that a card shows; how many more there are is a number. */
const MOST = 2

/** The issue that a card stands for: its number, its state, labels, who is assigned, and whether texts are in conflict. */
export function IssueMark({ issue }: { issue: GithubIssueLink }) {
    const say = useText(text)
    const { issueNumber, url, state = "open", labels = [], assignees = [], conflicts = [] } = issue
    const name = say("issue", { number: String(issueNumber) })
    const isClosed = state === "closed"
    return (
        <>
            <Mark
                icon={isClosed ? CircleCheckBig : CircleDot}
                colour={isClosed ? "text-spark" : "text-2"}
                word={isClosed ? `${name} ${say("issueClosed")}` : name}
                url={url}
            />
            {conflicts.length > 0 && (
                <Mark icon={TriangleAlert} colour="text-warn font-medium" word={say("conflict")} />
            )}
            {labels.length > 0 && <Labels labels={labels} most={MOST} />}
            {assignees.length > 0 && (
                <Mark
                    icon={UserRound}
                    colour="text-2"
                    title={say("assignees", { names: assignees.join(", ") })}
                    word={
                        assignees.length > 1 ? `${assignees[0] ?? ""} +${assignees.length - 1}` : assignees[0]
                    }
                />
            )}
        </>
    )
}

/** Labels of an issue, as small words. */
export function Labels({ labels, most = labels.length }: { labels: readonly string[]; most?: number }) {
    const left = labels.length - most
    return (
        <span className="flex min-w-0 flex-wrap items-center gap-1" title={labels.join(", ")}>
            {labels.slice(0, most).map((label) => (
                <span
                    key={label}
                    className="border-line-strong text-2 max-w-32 truncate rounded-full border px-1.5 text-xs leading-4"
                >
                    {label}
                </span>
            ))}
            {left > 0 && <span className="text-2 text-xs">+{left}</span>}
        </span>
    )
}
