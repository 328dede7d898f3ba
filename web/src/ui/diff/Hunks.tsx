import { Plus } from "lucide-react"
import { Fragment, memo, type ReactNode, useMemo } from "react"
import { classes } from "@/ui/classes"
import { Tokens } from "@/ui/code/Code"
import { useColoured } from "@/ui/code/highlighter"
import type { Token } from "@/ui/code/tokens"
import { type DiffLine, type Hunk, pairsOf } from "./unified"
import { marksOf, type Span } from "./words"

/** Lets lines be commented on: `label` names the button, `below` stands under a line. */
export interface Comments {
    label: (line: DiffLine) => string
    onBegin: (line: DiffLine) => void
    below: (line: DiffLine) => ReactNode
}

interface Props {
    hunks: readonly Hunk[]
    language: string | null
    isSplit?: boolean
    comments?: Comments
}

/** The hunks of one file's difference, one column or two. */
export const Hunks = memo(function Hunks({ hunks, language, isSplit = false, comments }: Props) {
    return (
        <div className="mono overflow-x-auto leading-[18px]">
            <div className={isSplit ? "min-w-0" : "w-max min-w-full"}>
                {hunks.map((hunk, place) => (
                    <Fragment key={place}>
                        <div className="bg-sunken text-3 border-line border-y px-2 whitespace-pre first:border-t-0">
                            {`@@ ${hunk.oldStart} → ${hunk.newStart} `}
                            {hunk.heading}
                        </div>
                        <HunkLines {...{ hunk, language, isSplit }} comments={comments} />
                    </Fragment>
                ))}
            </div>
        </div>
    )
})

interface HunkProps {
    hunk: Hunk
    language: string | null
    isSplit: boolean
    comments: Comments | undefined
}

function HunkLines({ hunk: { lines }, language, isSplit, comments }: HunkProps) {
    const marks = useMemo(() => marksOf(lines), [lines])
    const colours = useColours(lines, language)
    const face = (line: DiffLine): ReactNode => (
        <Face text={line.text} tokens={colours(line)} marks={marks.get(line)} kind={line.kind} />
    )
    if (!isSplit)
        return lines.map((line, place) => (
            <Fragment key={place}>
                <div className={classes("group/line flex", BACKGROUNDS[line.kind])}>
                    <LineNumber n={line.old} />
                    <LineNumber n={line.new} />
                    <Sign kind={line.kind} />
                    <span className="min-w-0 flex-1 pr-3 whitespace-pre">
                        {face(line)}
                        {line.bare && <Bare />}
                    </span>
                    {comments && <Begin line={line} comments={comments} />}
                </div>
                {comments?.below(line)}
            </Fragment>
        ))
    return pairsOf(lines).map(({ left, right }, place) => (
        <Fragment key={place}>
            <div className="grid grid-cols-2">
                {[left, right].map((line, side) => (
                    <div
                        key={side}
                        className={classes(
                            "group/line relative flex min-w-0",
                            side === 1 && "border-line border-l",
                            line ? BACKGROUNDS[line.kind] : "bg-sunken",
                        )}
                    >
                        <LineNumber n={side === 0 ? line?.old : line?.new} />
                        {line && <Sign kind={line.kind} />}
                        <span className="min-w-0 flex-1 pr-2 break-all whitespace-pre-wrap">
                            {line && face(line)}
                            {line?.bare && <Bare />}
                        </span>
                        {line && comments && (side === 1 || line.kind === "delete") && (
                            <Begin line={line} comments={comments} />
                        )}
                    </div>
                ))}
            </div>
            {left && left !== right && comments?.below(left)}
            {right && comments?.below(right)}
        </Fragment>
    ))
}

const BACKGROUNDS: Record<DiffLine["kind"], string> = {
    add: "bg-ok-tint",
    delete: "bg-bad-tint",
    context: "",
}
const MARKS: Record<DiffLine["kind"], string> = {
    add: "bg-ok/25 rounded-[2px]",
    delete: "bg-bad/25 rounded-[2px]",
    context: "",
}

function LineNumber({ n }: { n: number | null | undefined }) {
    return <span className="text-3 w-10 shrink-0 pr-1.5 text-right select-none">{n}</span>
}

/** The sign tells who does not tell the colours apart. */
function Sign({ kind }: { kind: DiffLine["kind"] }) {
    const sign = kind === "add" ? "+" : kind === "delete" ? "−" : " "
    return <span className="text-2 w-4 shrink-0 select-none">{sign}</span>
}

function Bare() {
    return <span className="text-3 select-none"> ⏎̸</span>
}

function Begin({ line, comments }: { line: DiffLine; comments: Comments }) {
    return (
        <button
            type="button"
            aria-label={comments.label(line)}
            title={comments.label(line)}
            onClick={() => comments.onBegin(line)}
            className="bg-accent text-on-accent sticky right-1 flex size-[18px] shrink-0 items-center justify-center self-start rounded-sm opacity-0 group-hover/line:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-60"
        >
            <Plus size={12} strokeWidth={2} aria-hidden />
        </button>
    )
}

interface FaceProps {
    text: string
    tokens: readonly Token[] | null
    marks: readonly Span[] | undefined
    kind: DiffLine["kind"]
}

function Face({ text, tokens, marks, kind }: FaceProps): ReactNode {
    const coloured = tokens ?? [["", text] as const]
    if (!marks?.length) return <Tokens tokens={coloured} />
    return cut(coloured, marks).map(({ tokens: part, isMarked }, place) =>
        isMarked ? (
            <mark key={place} className={classes("text-1 **:text-1!", MARKS[kind])}>
                <Tokens tokens={part} />
            </mark>
        ) : (
            <Tokens key={place} tokens={part} />
        ),
    )
}

/** The tokens of a line cut where a mark begins or ends. */
function cut(tokens: readonly Token[], marks: readonly Span[]): { tokens: Token[]; isMarked: boolean }[] {
    const parts: { tokens: Token[]; isMarked: boolean }[] = []
    let at = 0
    for (const [kind, text] of tokens) {
        let from = 0
        while (from < text.length) {
            const here = at + from
            const mark = marks.find(([, end]) => end > here)
            const isMarked = mark !== undefined && mark[0] <= here
            const end = Math.min(text.length, (mark === undefined ? Infinity : mark[isMarked ? 1 : 0]) - at)
            const last = parts.at(-1)
            const token: Token = [kind, text.slice(from, end)]
            if (last?.isMarked === isMarked) last.tokens.push(token)
            else parts.push({ tokens: [token], isMarked })
            from = end
        }
        at += text.length
    }
    return parts
}

/** Colours need the lines around: each side of a hunk is coloured as a whole. */
function useColours(
    lines: readonly DiffLine[],
    language: string | null,
): (line: DiffLine) => readonly Token[] | null {
    const [before, after] = useMemo(
        () => [lines.filter(({ kind }) => kind !== "add"), lines.filter(({ kind }) => kind !== "delete")],
        [lines],
    )
    const old = useColoured(
        useMemo(() => textOf(before), [before]),
        language,
    )
    const now = useColoured(
        useMemo(() => textOf(after), [after]),
        language,
    )
    return useMemo(() => {
        const found = new Map<DiffLine, readonly Token[]>()
        before.forEach((line, place) => old?.[place] && found.set(line, old[place]))
        after.forEach((line, place) => now?.[place] && found.set(line, now[place]))
        return (line) => found.get(line) ?? null
    }, [before, after, old, now])
}

function textOf(lines: readonly DiffLine[]): string {
    return lines.map(({ text }) => text).join("\n")
}
