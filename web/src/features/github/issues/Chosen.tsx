import { CircleCheckBig, CircleDot } from "lucide-react"
import type { IssuePreview, ShownIssue } from "@/api/api.gen"
import { Labels } from "@/app/marks/IssueMark"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { text } from "./text"

interface Props {
    preview: IssuePreview
    /** Numbers of issues that are left out. */
    left: ReadonlySet<number>
    setLeft: (left: ReadonlySet<number>) => void
    onBack: () => void
    onImport: () => void
}

/** What an import would bring, to choose from. */
export function Chosen({ preview, left, setLeft, onBack, onImport }: Props) {
    const say = useText(text)
    const { issues, new: fresh, updated, skipped } = preview
    const all = fresh + updated + skipped
    const taken = left.size === 0 ? fresh + updated : issues.filter(isTaken).length
    function isTaken({ number, fate }: ShownIssue): boolean {
        return fate !== "skipped" && !left.has(number)
    }
    const toggle = (number: number): void => {
        const next = new Set(left)
        if (!next.delete(number)) next.add(number)
        setLeft(next)
    }
    return (
        <form
            className="flex min-h-0 flex-col"
            onSubmit={(event) => {
                event.preventDefault()
                onImport()
            }}
        >
            <div className="border-line flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2">
                <span className="mono">{preview.repository}</span>
                <span role="status" className="text-2 text-xs">
                    {say("found", { new: fresh, updated, skipped })}
                </span>
                {fresh + updated > 0 && (
                    <label className="ml-auto flex items-center gap-2 text-xs">
                        <input
                            type="checkbox"
                            className="accent-accent size-3.5"
                            checked={left.size === 0}
                            onChange={({ target }) =>
                                setLeft(
                                    target.checked ? new Set() : new Set(issues.map(({ number }) => number)),
                                )
                            }
                        />
                        {say("chooseAll")}
                    </label>
                )}
            </div>
            <div className="min-h-32 overflow-y-auto">
                {issues.length === 0 && <p className="text-2 p-4">{say("noneFound")}</p>}
                <ul>
                    {issues.map((issue) => (
                        <Row
                            key={issue.number}
                            issue={issue}
                            isTaken={isTaken(issue)}
                            onToggle={() => toggle(issue.number)}
                        />
                    ))}
                </ul>
                {all > issues.length && (
                    <p className="text-2 px-4 py-2 text-xs">{say("shownOf", { n: issues.length })}</p>
                )}
            </div>
            <footer className="border-line flex items-center justify-end gap-2 border-t px-4 py-3">
                <Button onClick={onBack}>{say("back")}</Button>
                <Button look="primary" type="submit" autoFocus disabled={taken === 0}>
                    {say("do", { n: taken })}
                </Button>
            </footer>
        </form>
    )
}

function Row({ issue, isTaken, onToggle }: { issue: ShownIssue; isTaken: boolean; onToggle: () => void }) {
    const say = useText(text)
    const isClosed = issue.state === "closed"
    const Icon = isClosed ? CircleCheckBig : CircleDot
    const isNothing = issue.fate === "skipped"
    return (
        <li className="border-line border-b last:border-b-0">
            <label
                className={classes(
                    "hover:bg-hover flex min-h-9 items-center gap-2.5 px-4 py-1.5",
                    isNothing && "text-2",
                )}
            >
                <input
                    type="checkbox"
                    className="accent-accent size-3.5 shrink-0"
                    checked={isTaken}
                    disabled={isNothing}
                    onChange={onToggle}
                />
                <Icon
                    size={14}
                    strokeWidth={1.5}
                    className={classes("shrink-0", isClosed ? "text-spark" : "text-ok")}
                    aria-label={say(isClosed ? "closed" : "open")}
                />
                <span className="mono text-3 shrink-0">#{issue.number}</span>
                <span className="min-w-0 flex-1 truncate" title={issue.title}>
                    {issue.title}
                </span>
                <span className="max-sm:hidden">
                    <Labels labels={issue.labels} most={2} />
                </span>
                <span className={classes("shrink-0 text-xs", isNothing ? "text-3" : "text-2")}>
                    {say(`fate.${issue.fate}`)}
                </span>
            </label>
        </li>
    )
}
