import { useQuery } from "@tanstack/react-query"
import { AppWindow, ChevronRight } from "lucide-react"
import { memo, useEffect, useMemo, useRef, useState } from "react"
import type { FileDiff } from "@/api/api.gen"
import { call } from "@/api/client"
import { tellOf } from "@/app/notices"
import { usePart, useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { languageOfPath } from "@/ui/code/languages"
import { type Comments, Hunks } from "@/ui/diff/Hunks"
import type { DiffLine } from "@/ui/diff/unified"
import { Counts } from "../chat/ToolRow"
import { openInEditor } from "../start/acts"
import { StatusLetter } from "./FileTree"
import { placeOf, type Review, signatureOf } from "./review"
import { text } from "./text"

/** Changed lines beyond which a file is folded until somebody wants to see it. */
const MANY = 600
/** Pixels of a line, for the place that an unseen file takes. */
const LINE = 18

interface Props {
    file: FileDiff
    isSplit: boolean
    review: Review
    against: string
    attemptId: string
}

/** One changed file: its head stays in sight, its lines can be commented on. */
export const FileView = memo(function FileView({ file, isSplit, review, against, attemptId }: Props) {
    const say = useText(text)
    const signature = useMemo(() => signatureOf((file.hunks ?? []).flatMap(({ lines }) => lines)), [file])
    const isViewed = usePart(review.viewed, (viewed) => viewed[file.path] === signature)
    const changed = (file.additions ?? 0) + (file.deletions ?? 0)
    const [isOpen, setOpen] = useState(!isViewed && !file.folded && changed <= MANY)
    const lines = (file.hunks ?? []).reduce((sum, hunk) => sum + hunk.lines.length + 1, 0)
    const view = (): void => {
        review.view(file.path, isViewed ? null : signature)
        setOpen(isViewed)
    }
    return (
        <section
            data-file={file.path}
            aria-label={file.path}
            className="border-line border-b"
            style={
                isOpen
                    ? { contentVisibility: "auto", containIntrinsicSize: `auto ${36 + lines * LINE}px` }
                    : undefined
            }
        >
            <header className="bg-surface border-line sticky top-0 z-[5] flex h-9 items-center gap-2 border-b px-2">
                <button
                    type="button"
                    aria-expanded={isOpen}
                    onClick={() => setOpen(!isOpen)}
                    className="hover:bg-hover flex h-7 min-w-0 flex-1 items-center gap-2 rounded px-1.5 text-left"
                >
                    <ChevronRight
                        size={14}
                        strokeWidth={1.5}
                        aria-hidden
                        className={classes(
                            "text-3 shrink-0 transition-transform duration-100",
                            isOpen && "rotate-90",
                        )}
                    />
                    <StatusLetter status={file.status} />
                    <span className="mono truncate" title={file.path}>
                        {file.oldPath !== null && file.oldPath !== file.path && (
                            <span className="text-3">{file.oldPath} → </span>
                        )}
                        {file.path}
                    </span>
                </button>
                <Counts added={file.additions ?? 0} removed={file.deletions ?? 0} />
                <IconButton
                    label={say("openFile", { file: file.path })}
                    onClick={() => void openInEditor(attemptId, file.path)}
                    className="size-6! max-sm:hidden"
                >
                    <AppWindow size={14} strokeWidth={1.5} />
                </IconButton>
                <label className="text-2 flex items-center gap-1.5 text-xs select-none">
                    <input type="checkbox" checked={isViewed} onChange={view} className="accent-accent" />
                    {say("viewed")}
                </label>
            </header>
            {isOpen && <Body {...{ file, isSplit, review, against, attemptId }} />}
        </section>
    )
})

function Body({ file, isSplit, review, against, attemptId }: Props) {
    const say = useText(text)
    const { data, error } = useQuery({
        queryKey: ["git", attemptId, "diff", against, file.path],
        queryFn: () =>
            call("GET /attempts/{attempt_id}/git/diff", {
                path: { attempt_id: attemptId },
                query: {
                    path: file.path,
                    ...(against === "base" || against === "head" ? { against } : { commit: against }),
                },
            }),
        enabled: file.folded ?? false,
    })
    const whole = file.folded ? data?.files.find(({ path }) => path === file.path) : file
    const comments = useComments(file.path, review)
    if (file.binary) return <Note>{say("binary")}</Note>
    if (error) return <Note>{tellOf(error).detail}</Note>
    if (!whole) return <Note>{say("loading")}</Note>
    if ((whole.hunks ?? []).length === 0)
        return (
            <Note>
                {say(file.oldMode !== file.newMode && file.status === "M" ? "modeOnly" : "emptyFile")}
            </Note>
        )
    return (
        <Hunks
            hunks={whole.hunks ?? []}
            language={languageOfPath(file.path)}
            isSplit={isSplit}
            comments={comments}
        />
    )
}

function Note({ children }: { children: string }) {
    return <p className="text-3 px-4 py-3">{children}</p>
}

/** The comments of one file. A new object whenever they are others, so that the lines are drawn again. */
function useComments(path: string, review: Review): Comments {
    const say = useText(text)
    const all = useSignal(review.comments)
    const begun = usePart(review.begun, (place) => (place?.startsWith(`${path}:`) ? place : null))
    const mine = all.filter((comment) => comment.path === path)
    return {
        label: (line) => say("commentOn", { line: (line.kind === "delete" ? line.old : line.new) ?? 0 }),
        onBegin: (line) => review.begun.set(placeOf(path, line)),
        below: (line) => {
            const place = placeOf(path, line)
            const comment = mine.find(({ id }) => id === place)
            if (begun === place)
                return <CommentField {...{ path, line, review, place }} words={comment?.words ?? ""} />
            if (!comment) return null
            return (
                <div className="border-accent bg-surface border-y border-l-[2px] px-3 py-2 font-sans whitespace-normal">
                    <p className="max-w-prose text-sm break-words whitespace-pre-wrap">{comment.words}</p>
                    <div className="mt-1 flex gap-2">
                        <Button isSmall look="ghost" onClick={() => review.begun.set(place)}>
                            {say("change")}
                        </Button>
                        <Button isSmall look="ghost" onClick={() => review.remove(place)}>
                            {say("remove")}
                        </Button>
                    </div>
                </div>
            )
        },
    }
}

interface FieldProps {
    path: string
    line: DiffLine
    place: string
    review: Review
    words: string
}

function CommentField({ path, line, place, review, words: begun }: FieldProps) {
    const say = useText(text)
    const [words, setWords] = useState(begun)
    const field = useRef<HTMLTextAreaElement>(null)
    useEffect(() => field.current?.focus(), [])
    const close = (): void => review.begun.set(null)
    const keep = (): void => {
        if (words.trim() === "") review.remove(place)
        else {
            const isGone = line.kind === "delete"
            const number = (isGone ? line.old : line.new) ?? 0
            review.add({ id: place, path, line: number, isGone, code: line.text, words: words.trim() })
        }
        close()
    }
    return (
        <div className="border-accent bg-surface sticky left-0 w-full max-w-2xl border-y border-l-[2px] px-3 py-2 font-sans whitespace-normal">
            <textarea
                ref={field}
                rows={3}
                value={words}
                aria-label={say("comment")}
                placeholder={say("commentHint")}
                onChange={(event) => setWords(event.target.value)}
                onKeyDown={(event) => {
                    event.stopPropagation()
                    if (event.key === "Escape") close()
                    else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) keep()
                }}
                className="border-line-strong bg-surface focus:border-accent w-full resize-y rounded border px-2 py-1 text-sm outline-none"
            />
            <div className="mt-1 flex justify-end gap-2">
                <Button isSmall onClick={close}>
                    {say("cancel")}
                </Button>
                <Button isSmall look="primary" onClick={keep}>
                    {say("keep")}
                </Button>
            </div>
        </div>
    )
}
