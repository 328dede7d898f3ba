import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { call } from "@/api/client"
import { notify } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field } from "@/ui/Field"
import { TextArea } from "@/ui/TextArea"
import { Refusal } from "../parts/Refusal"
import { text } from "./text"

interface Props {
    projectId: string
    number: number
    attemptId: string | null
    onClose: () => void
}

/** Brings what reviewers said to the agent, as one message. */
export function TellDialog({ projectId, number, attemptId, onClose }: Props) {
    const say = useText(text)
    const [note, setNote] = useState("")
    const [again, setAgain] = useState(false)
    const send = useMutation({
        mutationFn: () =>
            call("POST /projects/{project_id}/pull-requests/{number}/feedback", {
                path: { project_id: projectId, number: String(number) },
                body: { attemptId, note: note.trim() || null, again },
            }),
        onSuccess: ({ reviews, comments }) => {
            const counts = {
                reviews: say("toldReviews", { n: reviews }),
                comments: say("toldComments", { n: comments }),
            }
            notify({ kind: "news", title: say("told", counts), detail: "", code: "" })
            onClose()
        },
    })
    return (
        <Dialog isOpen onClose={onClose} title={say("tellTitle")} closeLabel={say("close")}>
            <form
                onSubmit={(event) => {
                    event.preventDefault()
                    send.mutate()
                }}
            >
                <div className="flex flex-col gap-3 p-4">
                    <p className="text-2">{say("tellHint")}</p>
                    <Field label={say("note")} hint={say("noteHint")}>
                        {(input) => (
                            <TextArea
                                {...input}
                                autoFocus
                                maxLength={10_000}
                                value={note}
                                onChange={({ target }) => setNote(target.value)}
                            />
                        )}
                    </Field>
                    <label className="flex items-center gap-2">
                        <input
                            type="checkbox"
                            className="accent-accent size-3.5"
                            checked={again}
                            onChange={({ target }) => setAgain(target.checked)}
                        />
                        {say("tellAgain")}
                    </label>
                    {send.error && <Refusal title={say("notTold")} error={send.error} />}
                </div>
                <footer className="border-line flex justify-end gap-2 border-t px-4 py-3">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button look="primary" type="submit" disabled={send.isPending}>
                        {say("tellSend")}
                    </Button>
                </footer>
            </form>
        </Dialog>
    )
}
