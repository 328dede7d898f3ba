import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Sparkles, Square, Undo2 } from "lucide-react"
import { useEffect, useRef, useState } from "react"
import type { PullRequestText } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { written } from "@/api/written"
import { useGuard } from "@/app/guard"
import { notify } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input } from "@/ui/Field"
import { Bones } from "@/ui/states"
import { Switch } from "@/ui/Switch"
import { titled } from "../enhance/titled"
import { ConnectFirst } from "../parts/ConnectFirst"
import { MarkdownEditor } from "../parts/MarkdownEditor"
import { Refusal } from "../parts/Refusal"
import type { Subject } from "./asked"
import { text } from "./text"

/** Makes a pull request: what the templates say to begin with, what an agent drafts on request, what a person makes of it. */
export default function CreateDialog({ subject, onClose }: { subject: Subject; onClose: () => void }) {
    const say = useText(text)
    const [isTouched, setTouched] = useState(false)
    const guard = useGuard(isTouched)
    return (
        <Dialog
            isOpen
            guard={guard}
            onInput={() => setTouched(true)}
            onClose={onClose}
            title={say("makeTitle")}
            closeLabel={say("close")}
            width="huge"
        >
            <ConnectFirst>
                <Loading {...{ subject, onClose }} />
            </ConnectFirst>
        </Dialog>
    )
}

/** What the wire calls a subject; what is not known is left out. */
function named({ cardId, attemptId }: Subject) {
    return { cardId, ...(attemptId === null ? {} : { attemptId }) }
}

function Loading({ subject, onClose }: { subject: Subject; onClose: () => void }) {
    const say = useText(text)
    const { data, error, refetch } = useQuery({
        queryKey: ["pull-text", subject],
        queryFn: async () =>
            (
                await call("GET /projects/{project_id}/pull-requests/text", {
                    path: { project_id: subject.projectId },
                    query: named(subject),
                })
            ).text,
        // What the templates make of the card as it is now; and not anew under the hands of who writes.
        gcTime: 0,
        staleTime: Infinity,
        refetchOnWindowFocus: false,
    })
    if (data) return <Form {...{ subject, onClose }} first={data} />
    if (error) {
        return (
            <div className="p-4">
                <Refusal title={say("notKnown")} error={error}>
                    <Button isSmall onClick={() => void refetch()}>
                        {say("again")}
                    </Button>
                </Refusal>
            </div>
        )
    }
    return <Bones className="m-4 h-64" />
}

interface Words {
    title: string
    body: string
}

/** An agent that drafts the text: what is there of it, while it writes. */
function useDrafting(subject: Subject, base: string, words: Words, setWords: (words: Words) => void) {
    const control = useRef<AbortController | null>(null)
    const [isWriting, setWriting] = useState(false)
    const [error, setError] = useState<unknown>(null)
    /** The text of the person, to go back to; null: nothing was drafted over it. */
    const [own, setOwn] = useState<Words | null>(null)
    // Whoever closes the dialog calls it off.
    useEffect(() => () => control.current?.abort(), [])
    const begin = async (): Promise<void> => {
        const mine = new AbortController()
        control.current = mine
        const before = own ?? words
        let all = ""
        setOwn(before)
        setWriting(true)
        setError(null)
        try {
            const { summary } = await written(
                "POST /projects/{project_id}/pull-requests/summary",
                {
                    path: { project_id: subject.projectId },
                    body: { ...named(subject), base: base.trim() || null },
                    signal: mine.signal,
                },
                (piece) => {
                    all += piece
                    const { title, description } = titled(all)
                    if (!mine.signal.aborted) setWords({ title: title || before.title, body: description })
                },
            )
            if (!mine.signal.aborted) setWords(summary)
        } catch (failure) {
            if (mine.signal.aborted) return
            setError(failure)
            setWords(before)
            setOwn(null)
        } finally {
            if (control.current === mine) setWriting(false)
        }
    }
    const stop = (): void => {
        control.current?.abort()
        setWriting(false)
        back()
    }
    const back = (): void => {
        if (own) setWords(own)
        setOwn(null)
    }
    return { isWriting, error, hasOwn: own !== null && !isWriting, begin, stop, back }
}

interface FormProps {
    subject: Subject
    first: PullRequestText
    onClose: () => void
}

function Form({ subject, first, onClose }: FormProps) {
    const say = useText(text)
    const queries = useQueryClient()
    const [words, setWords] = useState<Words>({ title: first.title, body: first.body })
    const [base, setBase] = useState(first.base)
    const [isDraft, setDraft] = useState(false)
    const drafting = useDrafting(subject, base, words, setWords)
    const path = { project_id: subject.projectId }
    const branches = useQuery({
        queryKey: ["branches", subject.projectId],
        queryFn: async () => (await call("GET /projects/{project_id}/git/branches", { path })).branches,
    }).data
    const send = useMutation({
        mutationFn: () =>
            call("POST /projects/{project_id}/pull-requests", {
                path,
                body: {
                    ...named(subject),
                    title: words.title.trim(),
                    body: words.body,
                    base: base.trim() || null,
                    draft: isDraft,
                },
            }),
        onSuccess: ({ pr }) => {
            void queries.invalidateQueries({ queryKey: ["pull", subject.projectId] })
            const open = (): void => void window.open(pr.url, "_blank", "noreferrer")
            notify({
                kind: "news",
                title: say("made", { number: String(pr.number) }),
                detail: pr.title,
                code: "",
                action: { label: say("openOn"), run: open },
            })
            onClose()
        },
    })
    const problem = send.error instanceof ApiProblem ? send.error : null
    const isReady = words.title.trim() !== "" && !drafting.isWriting && !send.isPending
    const submit = (): void => {
        if (isReady) send.mutate()
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
                <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
                    <div className="min-w-0 flex-1 basis-56">
                        <p className="text-2 text-xs font-medium">{say("branch")}</p>
                        <p className="mono flex min-h-8 items-center break-all">{first.branch}</p>
                    </div>
                    <div className="min-w-0 flex-1 basis-56">
                        <Field label={say("base")} error={problem?.field("base")}>
                            {(input) => (
                                <Input
                                    {...input}
                                    className="mono"
                                    spellCheck={false}
                                    list="pull-bases"
                                    value={base}
                                    onChange={({ target }) => setBase(target.value)}
                                />
                            )}
                        </Field>
                        <datalist id="pull-bases">
                            {branches
                                ?.filter(({ kind }) => kind === "local")
                                .map(({ name }) => (
                                    <option key={name} value={name} />
                                ))}
                        </datalist>
                    </div>
                </div>
                <Field label={say("title")} error={problem?.field("title")}>
                    {(input) => (
                        <Input
                            {...input}
                            autoFocus
                            maxLength={256}
                            readOnly={drafting.isWriting}
                            value={words.title}
                            onChange={({ target }) => setWords({ ...words, title: target.value })}
                        />
                    )}
                </Field>
                <div className="flex flex-wrap items-center gap-2">
                    {drafting.isWriting ? (
                        <>
                            <Sparkles
                                size={14}
                                strokeWidth={1.5}
                                className="text-spark animate-soft shrink-0"
                                aria-hidden
                            />
                            <p role="status" className="text-2 min-w-0 flex-1 text-xs">
                                {say("writing")}
                            </p>
                            <Button isSmall onClick={drafting.stop}>
                                <Square size={12} strokeWidth={2} aria-hidden />
                                {say("stop")}
                            </Button>
                        </>
                    ) : (
                        <>
                            <Button isSmall title={say("writeHint")} onClick={() => void drafting.begin()}>
                                <Sparkles size={14} strokeWidth={1.5} className="text-spark" aria-hidden />
                                {say("write")}
                            </Button>
                            {drafting.hasOwn && (
                                <Button isSmall look="ghost" onClick={drafting.back}>
                                    <Undo2 size={14} strokeWidth={1.5} aria-hidden />
                                    {say("mine")}
                                </Button>
                            )}
                        </>
                    )}
                </div>
                {drafting.error !== null && <Refusal title={say("notWritten")} error={drafting.error} />}
                <Field label={say("body")} error={problem?.field("body")}>
                    {(input) => (
                        <MarkdownEditor
                            {...input}
                            maxLength={65_536}
                            isWritten={drafting.isWriting}
                            value={words.body}
                            onChange={(body) => setWords({ ...words, body })}
                        />
                    )}
                </Field>
                <label className="flex items-center gap-3">
                    <Switch isOn={isDraft} onChange={setDraft} aria-label={say("draft")} />
                    <span>
                        {say("draft")} <span className="text-2 text-xs">{say("draftHint")}</span>
                    </span>
                </label>
                {subject.attemptId !== null && <Uncommitted attemptId={subject.attemptId} />}
                {send.error && <Refusal title={say("notMade")} error={send.error} />}
            </div>
            <footer className="border-line flex items-center justify-end gap-2 border-t px-4 py-3">
                <p className="text-2 mr-auto text-xs">{say("push")}</p>
                <Button onClick={onClose}>{say("cancel")}</Button>
                <Button look="primary" type="submit" disabled={!isReady}>
                    {say(send.isPending ? "sending" : "send")}
                </Button>
            </footer>
        </form>
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
