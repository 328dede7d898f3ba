import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { FileDiff } from "@/api/api.gen"
import { call } from "@/api/client"
import { notify } from "@/app/notices"
import { useText } from "@/app/text"
import { Field, Input, INPUT } from "@/ui/Field"
import { classes } from "@/ui/classes"
import type { Shown } from "../frame/AttemptFrame"
import { FileChoice } from "./FileChoice"
import { FormDialog } from "./FormDialog"
import { text } from "./text"

interface Props {
    shown: Shown
    onClose: () => void
    onDone: () => void
}

/** Commits what the worktree has, or some of it; the card's title is proposed. */
export function CommitDialog({ shown: { attempt, card }, onClose, onDone }: Props) {
    const say = useText(text)
    const [subject, setSubject] = useState(`${card.ticketType ? `${card.ticketType}: ` : ""}${card.title}`)
    const [body, setBody] = useState("")
    /** The files that stay out. By what stays out, so that what the agent adds meanwhile comes along. */
    const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set())
    const path = { attempt_id: attempt.id }
    const { data } = useQuery({
        queryKey: ["git", attempt.id, "diff", "head"],
        queryFn: () => call("GET /attempts/{attempt_id}/git/diff", { path, query: { against: "head" } }),
    })
    const files = data?.files ?? null
    const chosen = (files ?? []).filter((file) => !leftOut.has(file.path))
    const isAll = chosen.length === (files ?? []).length
    const send = async (): Promise<void> => {
        const { shortSha } = await call("POST /attempts/{attempt_id}/git/commit", {
            path,
            body: {
                subject: subject.trim(),
                ...(body.trim() === "" ? {} : { body }),
                ...(isAll ? {} : { paths: chosen.flatMap(namesOf) }),
            },
        })
        notify({ kind: "news", title: say("committed", { sha: shortSha }), detail: subject, code: "" })
        onDone()
    }
    return (
        <FormDialog
            title={say("commitTitle")}
            word={say("act.commit")}
            isReady={subject.trim() !== "" && (files === null || chosen.length > 0)}
            onClose={onClose}
            onSend={send}
        >
            <Field label={say("subject")}>
                {(input) => (
                    <Input
                        {...input}
                        autoFocus
                        value={subject}
                        onChange={(event) => setSubject(event.target.value)}
                    />
                )}
            </Field>
            <Field label={say("body")}>
                {(input) => (
                    <textarea
                        {...input}
                        rows={4}
                        value={body}
                        onChange={(event) => setBody(event.target.value)}
                        className={classes(INPUT, "py-1.5")}
                    />
                )}
            </Field>
            <FileChoice files={files} leftOut={leftOut} onChange={setLeftOut} />
        </FormDialog>
    )
}

/** Of a renamed file both names: else its old one would stay. */
function namesOf({ path, oldPath, status }: FileDiff): string[] {
    return status === "R" && oldPath !== null ? [oldPath, path] : [path]
}
