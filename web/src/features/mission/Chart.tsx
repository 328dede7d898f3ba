import { Table2 } from "lucide-react"
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { useText } from "@/app/text"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { WHOLE } from "./steps"
import { text } from "./text"

export interface Curve {
    label: string
    /** A token of the theme: `--ok`. */
    token: string
    /** What is drawn; null: nothing there. */
    values: readonly (number | null)[]
    /** What is said of it, where that is not what is drawn (a bar upon another). */
    told?: readonly (number | null)[]
    /** All of it, in words: at its name in the legend, and at the foot of the table. */
    total?: string
}

interface Props {
    title: string
    kind: "bars" | "line"
    /** Seconds. */
    times: readonly number[]
    /** The last one is drawn over the others. */
    curves: readonly Curve[]
    /** What each point is called, and what the axis calls it. */
    labels: readonly string[]
    ticks: readonly string[]
    format: (value: number) => string
    /** The same as short as the axis needs it, where that is another word. */
    short?: (value: number) => string
    /** The steps that the axis of values may have, the smallest first; without: whole numbers. */
    steps?: readonly number[]
    /** What chooses among several of the same chart; stands before the button for the table. */
    choice?: ReactNode
    hint?: ReactNode
}

const HEIGHT = 180

/**
 * A chart with axes, a legend, and what is told of the point under the pointer. The arrow keys go from point to point;
 * a table says the same in words.
 */
export default function Chart(props: Props) {
    const { title, kind, times, curves, labels, ticks, format, short = format, steps = WHOLE } = props
    const say = useText(text)
    const place = useRef<HTMLDivElement>(null)
    const plot = useRef<uPlot | null>(null)
    const [at, setAt] = useState<number | null>(null)
    const [isTable, setTable] = useState(false)
    const theme = useTheme()

    useEffect(() => {
        const element = place.current
        if (!element) return
        const made = new uPlot(
            optionsOf(element, { kind, curves, ticks, short, steps, onPoint: setAt }),
            [times, ...curves.map(({ values }) => values)] as uPlot.AlignedData,
            element,
        )
        plot.current = made
        const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
        resized.observe(element)
        return () => {
            resized.disconnect()
            made.destroy()
            plot.current = null
        }
        // The functions are new with every rendering; what they do depends on what is listed.
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [kind, times, curves, ticks, steps, theme, isTable])

    const move = (event: KeyboardEvent): void => {
        const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key]
        if (by === undefined || !plot.current) return
        event.preventDefault()
        const next = Math.min(times.length - 1, Math.max(0, (at ?? (by > 0 ? -1 : times.length)) + by))
        setAt(next)
        plot.current.setCursor({ left: plot.current.valToPos(times[next] ?? 0, "x"), top: 0 }, false)
    }
    const tell = (curve: Curve, index: number): string => {
        const value = (curve.told ?? curve.values)[index]
        return value === null || value === undefined ? "–" : format(value)
    }
    const shown = [...curves].reverse()
    return (
        <figure className="min-w-0">
            <figcaption className="mb-1 flex min-h-7 flex-wrap items-center gap-x-4">
                <h3 className="font-medium">{title}</h3>
                <ul
                    className={classes(
                        "text-2 flex flex-wrap gap-x-3 text-xs",
                        Boolean(props.choice) && "order-last w-full",
                    )}
                >
                    {shown.map((curve) => (
                        <li key={curve.label} className="flex items-center gap-1.5">
                            <span
                                aria-hidden
                                className="size-2.5 rounded-xs"
                                style={{ background: `var(${curve.token})` }}
                            />
                            {curve.label}
                            {curve.total !== undefined && <span className="text-3">{curve.total}</span>}
                        </li>
                    ))}
                </ul>
                <span className="ml-auto flex items-center gap-2">
                    {props.choice}
                    <IconButton
                        label={say(isTable ? "asChart" : "asTable", { title })}
                        aria-pressed={isTable}
                        className="size-6"
                        onClick={() => setTable(!isTable)}
                    >
                        <Table2 size={14} strokeWidth={1.5} />
                    </IconButton>
                </span>
            </figcaption>
            {isTable ? (
                <div className="max-h-52 overflow-y-auto" tabIndex={0} role="region" aria-label={title}>
                    <table className="w-full text-right text-xs">
                        <thead className="text-2 bg-surface sticky top-0">
                            <tr>
                                <th scope="col" className="py-1 text-left font-medium">
                                    {say("when")}
                                </th>
                                {shown.map(({ label }) => (
                                    <th key={label} scope="col" className="py-1 font-medium">
                                        {label}
                                    </th>
                                ))}
                            </tr>
                        </thead>
                        <tbody>
                            {labels.map((label, index) => (
                                <tr key={times[index]} className="border-line border-t">
                                    <th scope="row" className="py-0.5 text-left font-normal">
                                        {label}
                                    </th>
                                    {shown.map((curve) => (
                                        <td key={curve.label}>{tell(curve, index)}</td>
                                    ))}
                                </tr>
                            ))}
                        </tbody>
                        {shown.some(({ total }) => total !== undefined) && (
                            <tfoot className="bg-surface sticky bottom-0 font-medium">
                                <tr className="border-line border-t">
                                    <th scope="row" className="py-1 text-left font-medium">
                                        {say("inTotal")}
                                    </th>
                                    {shown.map(({ label, total }) => (
                                        <td key={label}>{total ?? "–"}</td>
                                    ))}
                                </tr>
                            </tfoot>
                        )}
                    </table>
                </div>
            ) : (
                <>
                    <div
                        ref={place}
                        role="img"
                        tabIndex={0}
                        aria-label={say("chartHint", { title })}
                        onKeyDown={move}
                        onBlur={() => setAt(null)}
                        style={{ height: HEIGHT }}
                        className="rounded-sm"
                    />
                    <p role="status" className="text-2 min-h-4 text-xs">
                        {at === null
                            ? props.hint
                            : `${labels[at] ?? ""}: ${shown.map((curve) => `${curve.label} ${tell(curve, at)}`).join(", ")}`}
                    </p>
                </>
            )}
        </figure>
    )
}

interface Drawing {
    kind: "bars" | "line"
    curves: readonly Curve[]
    ticks: readonly string[]
    short: (value: number) => string
    steps: readonly number[]
    onPoint: (index: number | null) => void
}

function optionsOf(
    element: HTMLElement,
    { kind, curves, ticks, short, steps, onPoint }: Drawing,
): uPlot.Options {
    const colour = (token: string): string => resolved(element, token)
    const axis = {
        stroke: colour("--text-2"),
        font: `11px ${getComputedStyle(element).fontFamily}`,
        ticks: { show: false },
    }
    const bars = uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.1 })
    return {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        padding: [8, 8, 0, 0],
        scales: {
            x: { time: true, range: (_, low, high) => padded(low, high, ticks.length) },
            y: { range: (_, __, high) => [0, Math.max(steps[0] ?? 1, high ? high * 1.1 : 1)] },
        },
        axes: [
            {
                ...axis,
                size: 28,
                grid: { show: false },
                splits: (self) => everyNth([...(self.data[0] as number[])], self.width),
                values: (self, splits) => {
                    const all = self.data[0] as number[]
                    return splits.map((split) => ticks[all.indexOf(split)] ?? "")
                },
            },
            {
                ...axis,
                size: 56,
                grid: { stroke: colour("--line"), width: 1 },
                values: (_, splits) => splits.map((value) => short(value)),
                incrs: [...steps],
            },
        ],
        series: [
            {},
            ...curves.map((curve): uPlot.Series => ({
                label: curve.label,
                stroke: colour(curve.token),
                width: kind === "bars" ? 0 : 2,
                spanGaps: true,
                points: { show: kind === "line", size: 5, fill: colour(curve.token) },
                ...(kind === "bars" ? { fill: colour(curve.token), ...(bars ? { paths: bars } : {}) } : {}),
            })),
        ],
        cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === "line" } },
        hooks: {
            setCursor: [
                (self) =>
                    onPoint(
                        self.cursor.left === undefined || self.cursor.left < 0
                            ? null
                            : (self.cursor.idx ?? null),
                    ),
            ],
        },
    }
}

/** Room for half a bar at both ends. */
function padded(low: number, high: number, count: number): [number, number] {
    const half = count > 1 ? (high - low) / (count - 1) / 2 : 43_200
    return [low - half, high + half]
}

/** As many labels as fit, each about 70 pixels wide. */
function everyNth(times: number[], width: number): number[] {
    const step = Math.max(1, Math.ceil(times.length / Math.max(1, Math.floor(width / 70))))
    return times.filter((_, index) => (times.length - 1 - index) % step === 0)
}

/** A token as a canvas understands it: `light-dark()` is none of its words. */
function resolved(element: HTMLElement, token: string): string {
    const before = element.style.color
    element.style.color = `var(${token})`
    const { color } = getComputedStyle(element)
    element.style.color = before
    return color
}

/** Another value whenever the colours are other ones. */
function useTheme(): number {
    const [count, setCount] = useState(0)
    useEffect(() => {
        const change = (): void => setCount((before) => before + 1)
        const observer = new MutationObserver(change)
        observer.observe(document.documentElement, { attributeFilter: ["data-theme"] })
        const system = matchMedia("(prefers-color-scheme: dark)")
        system.addEventListener("change", change)
        return () => {
            observer.disconnect()
            system.removeEventListener("change", change)
        }
    }, [])
    return count
}
