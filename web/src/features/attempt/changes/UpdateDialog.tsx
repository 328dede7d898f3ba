import { useState } from "react"
import type { WorktreeStatus } from "@/api/api.gen"
import { call } from "@/api/client"
import { ApiProblem } from "@/api/problem"
import { complain, notify } from "@/app/notices"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Field, Select } from "@/ui/Field"
import type { Shown } from "../frame/AttemptFrame"
import { FormDialog } from "./FormDialog"
import { text } from "./text"

interface Props {
    shown: Shown
    status: WorktreeStatus
    onClose: () => void
    onDone: () => void
}

/** Brings in what the base has got. A conflict changes nothing, unless somebody wants to resolve it. */
export function UpdateDialog({ shown: { attempt }, status, onClose, onDone }: Props) {
    const say = useText(text)
    const [how, setHow] = useState<"merge" | "rebase">("rebase")
    const base = attempt.baseBranch
    const update = (keep: boolean) =>
        call("POST /attempts/{attempt_id}/git/update", {
            path: { attempt_id: attempt.id },
            body: { how, keep },
        })
    const send = async (): Promise<void> => {
        await update(false)
        notify({ kind: "news", title: say("updated", { base }), detail: "", code: "" })
        onDone()
    }
    const keep = async (): Promise<void> => {
        try {
            await update(true)
        } catch (error) {
            // That it conflicts is known by now, and shown where the conflicts are.
            if (!(error instanceof ApiProblem && error.fields.length > 0)) complain(say("notUpdated"), error)
        }
        onDone()
        onClose()
    }
    return (
        <FormDialog
            title={say("updateTitle", { base })}
            word={say("act.update", { base })}
            onClose={onClose}
            onSend={send}
            onRefused={(error) =>
                error instanceof ApiProblem &&
                error.status === 409 &&
                error.fields.length > 0 && (
                    <Button isSmall className="mt-2" onClick={() => void keep()}>
                        {say("keepConflict")}
                    </Button>
                )
            }
        >
            <p className="text-2">{say("updateWhat", { n: status.behind, base })}</p>
            <Field label={say("how")}>
                {(input) => (
                    <Select
                        {...input}
                        value={how}
                        onChange={(event) => setHow(event.target.value === "merge" ? "merge" : "rebase")}
                    >
                        <option value="rebase">{say("update.rebase")}</option>
                        <option value="merge">{say("update.merge")}</option>
                    </Select>
                )}
            </Field>
        </FormDialog>
    )
}
