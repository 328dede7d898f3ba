import { lazy, useMemo, useState } from "react"
import type { DashboardSeries } from "@/api/api.gen"
import { money, shortMoney } from "@/app/money"
import { useLanguage, useText } from "@/app/text"
import { Choice } from "./Choice"
import { compact, stackOf } from "./figures"
import { useLabels } from "./labels"
import { type Measure, measuresOf, silentOn, spendersOf, TOKENS } from "./spending"
import { MONEY, WHOLE } from "./steps"
import { text } from "./text"

const Chart = lazy(() => import("./Chart"))
const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5", "--series-6"]

/** What each agent's attempts cost over time, or how many tokens they took. */
export function Spending({ series }: { series: DashboardSeries }) {
    const say = useText(text)
    const language = useLanguage()
    const named = useLabels(series)
    const times = useMemo(() => stackOf(series).times, [series])
    const measures = useMemo(() => measuresOf(series), [series])
    const [wanted, setWanted] = useState<Measure | null>(null)
    const measure = wanted !== null && measures.includes(wanted) ? wanted : measures[0]
    const isTokens = measure === TOKENS
    const tellers = useMemo(
        () =>
            isTokens
                ? {
                      format: (value: number) => compact(value, language),
                      short: (value: number) => compact(value, language),
                  }
                : {
                      format: (value: number) => money(value, measure ?? "USD", language),
                      short: (value: number) => shortMoney(value, measure ?? "USD", language),
                  },
        [isTokens, measure, language],
    )
    const spenders = useMemo(
        () => (measure === undefined ? [] : spendersOf(series, measure)),
        [series, measure],
    )
    const curves = useMemo(
        () =>
            // The highest is drawn first; the lower ones stand before it.
            spenders
                .map((spender, place) => ({
                    label: spender.agent?.agentName ?? say("otherAgents", { n: spender.agents }),
                    token: spender.agent ? (COLOURS[place] ?? "--line-strong") : "--line-strong",
                    values: spender.stacked,
                    told: spender.values,
                    total: tellers.format(spender.total),
                }))
                .reverse(),
        [say, spenders, tellers],
    )
    if (measure === undefined) {
        return (
            <div className="flex min-h-52 flex-col">
                <h3 className="font-medium">{say("costPerAgent")}</h3>
                <p className="text-2 m-auto max-w-prose p-4 text-center">
                    {say(series.agents.length === 0 ? "nothingEnded" : "nobodyTold")}
                </p>
            </div>
        )
    }
    return (
        <Chart
            title={say(isTokens ? "tokensPerAgent" : "costPerAgent")}
            kind="bars"
            times={times}
            curves={curves}
            {...named}
            {...tellers}
            steps={isTokens ? WHOLE : MONEY}
            choice={
                measures.length > 1 && (
                    <Choice
                        label={say("shownAs")}
                        options={measures.map((one) => ({
                            value: one,
                            label: one === TOKENS ? say("tokens") : one,
                        }))}
                        chosen={measure}
                        onChoose={setWanted}
                    />
                )
            }
            hint={<Hint series={series} measure={measure} />}
        />
    )
}

/** What the bars are made of, and whose work is not in them. */
function Hint({ series, measure }: { series: DashboardSeries; measure: Measure }) {
    const say = useText(text)
    const language = useLanguage()
    const isTokens = measure === TOKENS
    const silent = silentOn(series, measure).map(({ agentName }) => agentName)
    return (
        <>
            {say(series.isPartial ? "spendingPartial" : "spendingHint")}{" "}
            {silent.length > 0 &&
                say(isTokens ? "silentOnTokens" : "silentOnCost", {
                    agents: new Intl.ListFormat(language).format(silent),
                    currency: measure,
                })}
        </>
    )
}
