import { useQuery } from "@tanstack/react-query"
import { lazy, Suspense, useMemo } from "react"
import type { DashboardSeries } from "@/api/api.gen"
import { call } from "@/api/client"
import { tellOf } from "@/app/notices"
import { useLanguage, useText } from "@/app/text"
import { Bones, Trouble } from "@/ui/states"
import { compact, costs, lasted, percent, stackOf } from "./figures"
import { useLabels } from "./labels"
import { POLL, type Preset } from "./range"
import { Spending } from "./Spending"
import { DURATIONS } from "./steps"
import { text } from "./text"

const Chart = lazy(() => import("./Chart"))

/** How it went over time, and what each agent took. */
export function Curves({ preset }: { preset: Preset }) {
    const say = useText(text)
    const { data, error } = useQuery({
        queryKey: ["series", preset],
        queryFn: () => call("GET /dashboard/series", { query: { timeRangePreset: preset } }),
        refetchInterval: POLL,
        placeholderData: (before) => before,
    })
    if (error && !data) return <Trouble title={say("notLoaded")} {...tellOf(error)} />
    return (
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
            <Frame>{data ? <Attempts series={data} /> : <Bones className="h-52" />}</Frame>
            <Frame>{data ? <Reviews series={data} /> : <Bones className="h-52" />}</Frame>
            <Frame className="lg:col-span-2">
                {data ? <Spending series={data} /> : <Bones className="h-52" />}
            </Frame>
            <div className="border-line bg-surface min-w-0 rounded-md border lg:col-span-2">
                {data ? <Took series={data} /> : <Bones className="m-3 h-16" />}
            </div>
        </div>
    )
}

function Frame({ children, className = "" }: { children: React.ReactNode; className?: string }) {
    return (
        <div className={`border-line bg-surface min-h-60 min-w-0 rounded-md border p-3 ${className}`}>
            <Suspense fallback={<Bones className="h-52" />}>{children}</Suspense>
        </div>
    )
}

function Attempts({ series }: { series: DashboardSeries }) {
    const say = useText(text)
    const language = useLanguage()
    const named = useLabels(series)
    const stack = useMemo(() => stackOf(series), [series])
    const curves = useMemo(
        () => [
            {
                label: say("others"),
                token: "--line-strong",
                values: stack.all,
                told: series.points.map((point) => point.attempts - point.succeeded - point.failed),
            },
            {
                label: say("failed"),
                token: "--bad",
                values: stack.failed,
                told: series.points.map(({ failed }) => failed),
            },
            { label: say("succeeded"), token: "--ok", values: stack.succeeded },
        ],
        [say, series, stack],
    )
    const [made, good] = [sum(stack.all), sum(stack.succeeded)]
    return (
        <Chart
            title={say("attemptsOverTime")}
            kind="bars"
            times={stack.times}
            curves={curves}
            {...named}
            format={(value) => compact(value, language)}
            hint={
                made === 0
                    ? say("nothingYet")
                    : say("inAll", { n: made, rate: percent(good / made, language) })
            }
        />
    )
}

function Reviews({ series }: { series: DashboardSeries }) {
    const say = useText(text)
    const language = useLanguage()
    const named = useLabels(series)
    const times = useMemo(() => stackOf(series).times, [series])
    const curves = useMemo(
        () => [
            {
                label: say("median"),
                token: "--accent",
                values: series.points.map((point) => point.reviewSeconds),
            },
        ],
        [say, series],
    )
    return (
        <Chart
            title={say("timeToReview")}
            kind="line"
            times={times}
            curves={curves}
            {...named}
            format={(value) => lasted(value, language)}
            steps={DURATIONS}
            hint={say(series.isPartial ? "reviewPartial" : "reviewHint")}
        />
    )
}

/** A table with a bar in it: of few agents that says more than slices of a pie. */
function Took({ series }: { series: DashboardSeries }) {
    const say = useText(text)
    const language = useLanguage()
    const { agents } = series
    if (agents.length === 0) return <p className="text-2 p-3">{say("nothingYet")}</p>
    const most = Math.max(...agents.map(({ workSeconds }) => workSeconds), 1)
    return (
        <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={say("perAgent")}>
            <table className="w-full min-w-xl">
                <caption className="px-3 pt-3 pb-1 text-left font-medium">{say("perAgent")}</caption>
                <thead className="text-2 text-xs">
                    <tr className="*:px-3 *:py-1 *:text-right *:font-medium">
                        <th scope="col" className="text-left!">
                            {say("agent")}
                        </th>
                        <th scope="col">{say("ended")}</th>
                        <th scope="col">{say("successRate")}</th>
                        <th scope="col" className="w-1/3 text-left!">
                            {say("workTime")}
                        </th>
                        <th scope="col">{say("tokens")}</th>
                        <th scope="col">{say("cost")}</th>
                    </tr>
                </thead>
                <tbody>
                    {agents.map((agent) => (
                        <tr key={agent.agentId} className="border-line border-t *:px-3 *:py-1.5 *:text-right">
                            <th scope="row" className="text-left! font-normal">
                                {agent.agentName}
                            </th>
                            <td>{compact(agent.ended, language)}</td>
                            <td>{percent(agent.succeeded / agent.ended, language)}</td>
                            <td className="text-left!">
                                <span className="flex items-center gap-2">
                                    <span
                                        className="bg-sunken h-2 flex-1 overflow-hidden rounded-full"
                                        aria-hidden
                                    >
                                        <span
                                            className="bg-accent block h-full rounded-full"
                                            style={{ width: `${(100 * agent.workSeconds) / most}%` }}
                                        />
                                    </span>
                                    <span className="w-16 text-right">
                                        {lasted(agent.workSeconds, language)}
                                    </span>
                                </span>
                            </td>
                            <td>{agent.totalTokens === null ? "–" : compact(agent.totalTokens, language)}</td>
                            <td>{costs(agent, language) || "–"}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    )
}

function sum(values: readonly number[]): number {
    return values.reduce((total, value) => total + value, 0)
}
