import { useQueries } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import type { ReactNode } from "react"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { money } from "@/app/money"
import { paths } from "@/app/paths"
import { useLanguage, useText } from "@/app/text"
import { elapsed } from "@/app/time"
import { classes } from "@/ui/classes"
import { Dialog } from "@/ui/Dialog"
import { LOOKS } from "./looks"
import type { RunRow } from "./table"
import { text } from "./text"

/** Two runs beside each other: how they ended, what they took, what they changed. */
export function CompareDialog({ rows, onClose }: { rows: readonly RunRow[]; onClose: () => void }) {
    const say = useText(text)
    const language = useLanguage()
    const diffs = useQueries({
        queries: rows.map(({ attempt }) => ({
            queryKey: ["diff-size", attempt.id],
            queryFn: () => call("GET /attempts/{attempt_id}/git/diff", { path: { attempt_id: attempt.id } }),
        })),
    })
    const lines: [label: string, cell: (row: RunRow, place: number) => ReactNode][] = [
        [
            say("column_status"),
            ({ attempt }) => {
                const { icon: Icon, colour } = LOOKS[attempt.status]
                return (
                    <span className={classes("inline-flex items-center gap-1.5", colour)}>
                        <Icon size={14} strokeWidth={1.5} aria-hidden />
                        {say(`status_${attempt.status}`)}
                    </span>
                )
            },
        ],
        [say("failure"), ({ attempt }) => attempt.failure ?? "–"],
        [say("column_agent"), ({ attempt }) => attempt.agent],
        [say("column_started"), ({ attempt }) => new Date(attempt.createdAt).toLocaleString(language)],
        [say("column_time"), ({ seconds }) => (seconds === null ? "–" : elapsed(seconds * 1_000))],
        [say("turns"), ({ attempt }) => attempt.usage?.turns ?? "–"],
        [say("column_tokens"), ({ attempt }) => attempt.usage?.totalTokens?.toLocaleString(language) ?? "–"],
        [
            say("column_cost"),
            ({ attempt: { usage } }) =>
                usage?.cost === undefined || usage.cost === null
                    ? "–"
                    : money(usage.cost, usage.currency, language),
        ],
        [
            say("changes"),
            (_, place) => {
                const diff = diffs[place]
                if (diff?.error) return diff.error instanceof ApiProblem ? diff.error.detail : say("unknown")
                if (!diff?.data) return "…"
                return (
                    <>
                        {say("files", { n: diff.data.files.length })}{" "}
                        <span className="mono text-ok">+{diff.data.additions}</span>{" "}
                        <span className="mono text-bad">−{diff.data.deletions}</span>
                    </>
                )
            },
        ],
        [say("branch"), ({ attempt }) => <code className="mono break-all">{attempt.branchName}</code>],
    ]
    return (
        <Dialog isOpen onClose={onClose} title={say("compareTitle")} closeLabel={say("close")} width="wide">
            <div className="overflow-auto p-4">
                <table className="w-full table-fixed">
                    <thead>
                        <tr className="*:px-2 *:pb-2 *:text-left *:align-top">
                            <td className="w-28" />
                            {rows.map(({ attempt, key, title }) => (
                                <th key={attempt.id} scope="col" className="font-medium">
                                    <Link
                                        to={paths.card(attempt.boardId, key ?? attempt.cardId)}
                                        search={{ attempt: attempt.id }}
                                        className="hover:underline"
                                    >
                                        <span className="mono text-2">{key}</span> {title}
                                    </Link>
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        {lines.map(([label, cell]) => (
                            <tr key={label} className="border-line border-t *:px-2 *:py-1.5 *:align-top">
                                <th scope="row" className="text-2 text-left text-xs font-normal">
                                    {label}
                                </th>
                                {rows.map((row, place) => (
                                    <td key={row.attempt.id} className="break-words">
                                        {cell(row, place)}
                                    </td>
                                ))}
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Dialog>
    )
}
