import { useQuery } from "@tanstack/react-query"
import type { ReactNode } from "react"
import type { Diff, ListedAttempt } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { useAgentName } from "@/app/agents"
import { useLanguage, useText } from "@/app/text"
import { Counts } from "../chat/ToolRow"
import { text as attemptText } from "../text"
import { price, short } from "../words"
import { timeOf } from "./HistoryTab"
import { text } from "./text"

/** Two attempts side by side: how they went, what they took, and what they changed. */
export function Comparison({ one, other }: { one: ListedAttempt; other: ListedAttempt }) {
    const say = useText(text)
    const sayStatus = useText(attemptText)
    const language = useLanguage()
    const [first, second] = [useDiff(one.id), useDiff(other.id)]
    const agents = [useAgentName(one.agent), useAgentName(other.agent)]
    const both = [one, other]
    const diffs = [first, second]
    const paths = diffs.map((diff) => new Set(diff?.files.map(({ path }) => path) ?? []))
    const tokens = ({ usage }: ListedAttempt): string =>
        usage?.totalTokens ? short(usage.totalTokens, language) : say("unknown")
    const rows: [string, (attempt: ListedAttempt, place: number) => ReactNode][] = [
        [say("status"), ({ status }) => sayStatus(`status.${status}`)],
        [say("agent"), (_, place) => agents[place]],
        [say("time"), (attempt) => timeOf(attempt)[0] ?? say("unknown")],
        [say("cost"), ({ usage }) => (usage ? price(usage, language) : null) ?? say("unknown")],
        [say("tokens"), tokens],
        [
            say("size"),
            (_, place) => {
                const diff = diffs[place]
                if (diff === undefined) return say("loading")
                if (diff === null) return say("noWorktree")
                return <Counts added={diff.additions} removed={diff.deletions} />
            },
        ],
        [
            say("files"),
            (_, place) => (
                <ul>
                    {[...(paths[place] ?? [])].map((path) => (
                        <li key={path} className="mono break-all">
                            {path}{" "}
                            <span className="text-3 font-sans">
                                {say(paths[1 - place]?.has(path) ? "filesBoth" : "filesOnly")}
                            </span>
                        </li>
                    ))}
                </ul>
            ),
        ],
    ]
    return (
        <section aria-label={say("comparison")} className="overflow-x-auto">
            <h3 className="pb-2 font-semibold">{say("comparison")}</h3>
            <table className="border-line w-full table-fixed border-collapse border text-left">
                <thead>
                    <tr className="bg-sunken">
                        <th scope="col" className="border-line text-2 w-28 border px-2 py-1.5 font-medium">
                            {say("row")}
                        </th>
                        {both.map(({ id, createdAt, branchName }) => (
                            <th key={id} scope="col" className="border-line border px-2 py-1.5 font-medium">
                                <span className="mono block break-all">{branchName}</span>
                                {say("of", {
                                    time: new Date(createdAt).toLocaleString(language, {
                                        dateStyle: "short",
                                        timeStyle: "short",
                                    }),
                                })}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {rows.map(([label, value]) => (
                        <tr key={label}>
                            <th
                                scope="row"
                                className="border-line text-2 border px-2 py-1.5 align-top font-medium"
                            >
                                {label}
                            </th>
                            {both.map((attempt, place) => (
                                <td key={attempt.id} className="border-line border px-2 py-1.5 align-top">
                                    {value(attempt, place)}
                                </td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    )
}

/** What an attempt changed; null: its worktree is gone. */
function useDiff(attemptId: string): Diff | null | undefined {
    const { data } = useQuery({
        queryKey: ["git", attemptId, "compared"],
        queryFn: async () => {
            try {
                return await call("GET /attempts/{attempt_id}/git/diff", {
                    path: { attempt_id: attemptId },
                    query: { against: "base" },
                })
            } catch (error) {
                if (error instanceof ApiProblem && error.status === 409) return null
                throw error
            }
        },
    })
    return data
}
