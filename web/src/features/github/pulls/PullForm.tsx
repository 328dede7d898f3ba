import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Plus, Sparkles, Square, Undo2 } from "lucide-react"
import { type ReactNode, useState } from "react"
import type { PullRequest, PullRequestText } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { useEditorWords } from "@/app/editing"
import { PullRequestMark } from "@/app/marks/PullRequestMark"
import { notify } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Combobox } from "@/ui/Combobox"
import { Field, Input } from "@/ui/Field"
import { MarkdownEditor } from "@/ui/MarkdownEditor"
import { Switch } from "@/ui/Switch"
import { Refusal } from "../parts/Refusal"
import { AS_SET, type Choice } from "../parts/writer"
import { useWriter, WriterLine } from "../parts/WriterFields"
import { branchesOf, useOpenPull } from "./asking"
import { type Origin, useDrafting } from "./drafting"
import { headsOf } from "./heads"
import { text } from "./text"
import { closing, followed, unclosed, type Words } from "./words"

interface Props {
    projectId: string
    /** What it is made of; null: that is not chosen yet. */
    origin: Origin | null
    attemptId: string | null
    /** Its branch; null: none that is there is chosen yet. */
    branch: string | null
    /** What the templates make of it. */
    proposed: PullRequestText
    onClose: () => void
    /** What it is made of, to be seen or chosen: beside the branch that it goes to. */
    children: ReactNode
}

/** What is written by the person, as far as it differs from what the templates say of what is chosen now. */
function useWords({ title, body, base }: PullRequestText) {
    const [words, setWords] = useState<Words>({ title, body, base })
    const [last, setLast] = useState<Words>({ title, body, base })
    if (last.title !== title || last.body !== body || last.base !== base) {
        setLast({ title, body, base })
        setWords(followed(words, last, { title, body, base }))
    }
    return [words, setWords] as const
}

function useSending({ projectId, origin, onClose }: Props) {
    const say = useText(text)
    const queries = useQueryClient()
    return useMutation({
        mutationFn: ({ words, isDraft }: { words: Words; isDraft: boolean; isOpen: boolean }) =>
            call("POST /projects/{project_id}/pull-requests", {
                path: { project_id: projectId },
                body: {
                    ...origin,
                    title: words.title.trim(),
                    body: words.body,
                    base: words.base.trim() || null,
                    draft: isDraft,
                },
            }),
        onSuccess: ({ pr }, { isOpen }) => {
            void queries.invalidateQueries({ queryKey: ["pull", projectId] })
            void queries.invalidateQueries({ queryKey: ["pulls", projectId] })
            const open = (): void => void window.open(pr.url, "_blank", "noreferrer")
            notify({
                kind: "news",
                title: say(isOpen ? "pushed" : "made", { number: String(pr.number) }),
                detail: pr.title,
                code: "",
                action: { label: say("openOn"), run: open },
            })
            onClose()
        },
    })
}

/** What a pull request is to say and where it is to go; one that is open for the branch is used again. */
export function PullForm(props: Props) {
    const { projectId, origin, attemptId, branch, proposed, onClose, children } = props
    const say = useText(text)
    const editorWords = useEditorWords()
    const [words, setWords] = useWords(proposed)
    const [isDraft, setDraft] = useState(false)
    const [choice, setChoice] = useState<Choice>(AS_SET)
    const drafting = useDrafting(projectId, origin ?? {}, choice, words, (part) =>
        setWords({ ...words, ...part }),
    )
    const open = useOpenPull(projectId, branch)
    const send = useSending(props)
    const problem = send.error instanceof ApiProblem ? send.error : null
    const isSame = branch !== null && branch === words.base.trim()
    const isReady =
        branch !== null &&
        !send.isPending &&
        (open !== null || (words.title.trim() !== "" && !isSame && !drafting.isWriting))
    const submit = (): void => {
        // One that is open keeps its words; the route asks for a title all the same.
        const title = open?.title ?? words.title
        if (isReady) send.mutate({ words: { ...words, title }, isDraft, isOpen: open !== null })
    }
    return (
        <form
            className="flex min-h-0 flex-col"
            onSubmit={(event) => {
                event.preventDefault()
                submit()
            }}
            onKeyDown={(event) => {
                if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit()
            }}
        >
            <div className="flex flex-col gap-3 overflow-y-auto p-4">
                <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
                    {children}
                    {open === null && (
                        <Base
                            {...{ projectId }}
                            value={words.base}
                            onChange={(base) => setWords({ ...words, base })}
                            error={problem?.field("base") ?? (isSame ? say("sameBranch") : undefined)}
                        />
                    )}
                </div>
                {open === null ? (
                    <>
                        <Field label={say("title")} error={problem?.field("title")}>
                            {(input) => (
                                <Input
                                    {...input}
                                    autoFocus={attemptId !== null}
                                    maxLength={256}
                                    readOnly={drafting.isWriting}
                                    value={words.title}
                                    onChange={({ target }) => setWords({ ...words, title: target.value })}
                                />
                            )}
                        </Field>
                        <Writing
                            {...{ projectId, drafting, choice }}
                            isPossible={branch !== null}
                            onChoice={setChoice}
                        />
                        <MarkdownEditor
                            label={say("body")}
                            error={problem?.field("body")}
                            words={editorWords}
                            isBeside
                            maxLength={65_536}
                            isWritten={drafting.isWriting}
                            value={words.body}
                            onChange={(body) => setWords({ ...words, body })}
                        />
                        {!drafting.isWriting && (
                            <Unclosed
                                lines={unclosed(proposed, words.body)}
                                onAdd={(lines) => setWords({ ...words, body: closing(words.body, lines) })}
                            />
                        )}
                        <label className="flex items-center gap-3">
                            <Switch isOn={isDraft} onChange={setDraft} aria-label={say("draft")} />
                            <span>
                                {say("draft")} <span className="text-2 text-xs">{say("draftHint")}</span>
                            </span>
                        </label>
                    </>
                ) : (
                    <UsedAgain pull={open} />
                )}
                {attemptId !== null && <Uncommitted attemptId={attemptId} />}
                {send.error && <Refusal title={say("notMade")} error={send.error} />}
            </div>
            <footer className="border-line flex items-center justify-end gap-2 border-t px-4 py-3">
                <p className="text-2 mr-auto text-xs">{say("push")}</p>
                <Button onClick={onClose}>{say("cancel")}</Button>
                <Button look="primary" type="submit" disabled={!isReady}>
                    {open === null
                        ? say(send.isPending ? "sending" : "send")
                        : say("sendAgain", { number: String(open.number) })}
                </Button>
            </footer>
        </form>
    )
}

interface BaseProps {
    projectId: string
    value: string
    onChange: (base: string) => void
    error: string | undefined
}

function Base({ projectId, value, onChange, error }: BaseProps) {
    const say = useText(text)
    const { data = [] } = useQuery(branchesOf(projectId))
    return (
        <div className="min-w-0 flex-1 basis-56">
            <Field label={say("base")} error={error}>
                {(input) => (
                    <Combobox
                        {...input}
                        isMono
                        listLabel={say("branches")}
                        none={say("noBranches")}
                        offers={headsOf(data)}
                        value={value}
                        onChange={onChange}
                    />
                )}
            </Field>
        </div>
    )
}

interface WritingProps {
    projectId: string
    drafting: ReturnType<typeof useDrafting>
    choice: Choice
    onChoice: (choice: Choice) => void
    /** There is a branch to describe. */
    isPossible: boolean
}

/** Has an agent draft title and text, and takes that back. */
function Writing({ projectId, drafting, choice, onChoice, isPossible }: WritingProps) {
    const say = useText(text)
    const writer = useWriter(projectId, "prSummary", choice)
    return (
        <>
            {drafting.isWriting ? (
                <div className="flex flex-wrap items-center gap-2">
                    <Sparkles
                        size={14}
                        strokeWidth={1.5}
                        className="text-spark animate-soft shrink-0"
                        aria-hidden
                    />
                    <p role="status" className="text-2 min-w-0 flex-1 text-xs">
                        {writer ? say("writingBy", { agent: writer.name }) : say("writing")}
                    </p>
                    <Button isSmall onClick={drafting.stop}>
                        <Square size={12} strokeWidth={2} aria-hidden />
                        {say("stop")}
                    </Button>
                </div>
            ) : (
                <WriterLine {...{ projectId, choice }} task="prSummary" onChange={onChoice}>
                    <Button
                        isSmall
                        title={say("writeHint")}
                        disabled={!isPossible}
                        onClick={() => void drafting.begin()}
                    >
                        <Sparkles size={14} strokeWidth={1.5} className="text-spark" aria-hidden />
                        {say("write")}
                    </Button>
                    {drafting.hasOwn && (
                        <Button isSmall look="ghost" onClick={drafting.back}>
                            <Undo2 size={14} strokeWidth={1.5} aria-hidden />
                            {say("mine")}
                        </Button>
                    )}
                </WriterLine>
            )}
            {drafting.error !== null && <Refusal title={say("notWritten")} error={drafting.error} />}
        </>
    )
}

/** Says which issues a merge would leave open, and puts the lines in that close them. */
function Unclosed({ lines, onAdd }: { lines: readonly string[]; onAdd: (lines: readonly string[]) => void }) {
    const say = useText(text)
    if (lines.length === 0) return null
    return (
        <div className="flex flex-wrap items-center gap-2">
            <p className="text-2 text-xs">{say("unclosed")}</p>
            <Button isSmall onClick={() => onAdd(lines)}>
                <Plus size={14} strokeWidth={1.5} aria-hidden />
                {say("closeIt", { lines: lines.join(", ") })}
            </Button>
        </div>
    )
}

/** The open pull request of the branch: what becomes of it. */
function UsedAgain({ pull }: { pull: PullRequest }) {
    const say = useText(text)
    const state = pull.draft ? "draft" : "open"
    return (
        <div role="status" className="border-line bg-sunken/40 flex flex-col gap-1 rounded-md border p-3">
            <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <PullRequestMark url={pull.url} badge={{ number: pull.number, state }} />
                <span className="min-w-0 font-medium break-words">{pull.title}</span>
            </div>
            <p className="text-2 mono text-xs break-all">
                {say("into", { head: pull.headRef, base: pull.baseRef })}
            </p>
            <p className="text-2">{say("usedAgain")}</p>
        </div>
    )
}

/** Says what would not come along. */
function Uncommitted({ attemptId }: { attemptId: string }) {
    const say = useText(text)
    const { data } = useQuery({
        queryKey: ["git", attemptId, "status"],
        queryFn: () => call("GET /attempts/{attempt_id}/git/status", { path: { attempt_id: attemptId } }),
        retry: false,
    })
    return data?.hasUncommitted ? <p className="text-warn">{say("uncommitted")}</p> : null
}
