import { useState } from "react"
import { call } from "@/api/client"
import { notify } from "@/app/notices"
import { useText } from "@/app/text"
import { Field, Input, INPUT } from "@/ui/Field"
import { classes } from "@/ui/classes"
import type { Shown } from "../frame/AttemptFrame"
import { FormDialog } from "./FormDialog"
import { text } from "./text"

interface Props {
    shown: Shown
    onClose: () => void
    onDone: () => void
}

/** Commits everything in the worktree; the card's title is proposed. */
export function CommitDialog({ shown: { attempt, card }, onClose, onDone }: Props) {
    const say = useText(text)
    const [subject, setSubject] = useState(`${card.ticketType ? `${card.ticketType}: ` : ""}${card.title}`)
    const [body, setBody] = useState("")
    const send = async (): Promise<void> => {
        const { shortSha } = await call("POST /attempts/{attempt_id}/git/commit", {
            path: { attempt_id: attempt.id },
            body: { subject: subject.trim(), ...(body.trim() === "" ? {} : { body }) },
        })
        notify({ kind: "news", title: say("committed", { sha: shortSha }), detail: subject, code: "" })
        onDone()
    }
    return (
        <FormDialog
            title={say("commitTitle")}
            word={say("act.commit")}
            isReady={subject.trim() !== ""}
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
        </FormDialog>
    )
}
