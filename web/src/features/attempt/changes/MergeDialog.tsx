import { useState } from "react"
import type { WorktreeStatus } from "@/api/api.gen"
import { call } from "@/api/client"
import { notify } from "@/app/notices"
import { useText } from "@/app/text"
import { Field, Input, Select } from "@/ui/Field"
import type { Shown } from "../frame/AttemptFrame"
import { FormDialog } from "./FormDialog"
import { text } from "./text"

interface Props {
    shown: Shown
    status: WorktreeStatus
    onClose: () => void
    onDone: () => void
}

const HOWS = ["merge", "squash", "ff"] as const

/** Merges the branch into its base. */
export function MergeDialog({ shown: { attempt }, status, onClose, onDone }: Props) {
    const say = useText(text)
    const [how, setHow] = useState<(typeof HOWS)[number]>("merge")
    const [message, setMessage] = useState("")
    const base = attempt.baseBranch
    const send = async (): Promise<void> => {
        const merged = await call("POST /attempts/{attempt_id}/git/merge", {
            path: { attempt_id: attempt.id },
            body: { how, ...(message.trim() === "" || how === "ff" ? {} : { message }) },
        })
        const title = merged.merged ? say("merged", { base: merged.base }) : say("nothingToMerge", { base })
        notify({ kind: "news", title, detail: "", code: "" })
        onDone()
    }
    return (
        <FormDialog
            title={say("mergeTitle", { base })}
            word={say("act.merge", { base })}
            onClose={onClose}
            onSend={send}
        >
            <p className="text-2">{say("mergeWhat", { n: status.ahead, base })}</p>
            {status.hasUncommitted && <p className="text-warn">{say("mergeUncommitted")}</p>}
            <Field label={say("how")}>
                {(input) => (
                    <Select
                        {...input}
                        value={how}
                        onChange={(event) =>
                            setHow(HOWS.find((one) => one === event.target.value) ?? "merge")
                        }
                    >
                        {HOWS.map((one) => (
                            <option key={one} value={one}>
                                {say(`how.${one}`)}
                            </option>
                        ))}
                    </Select>
                )}
            </Field>
            {how !== "ff" && (
                <Field label={say("mergeMessage")} hint={say("mergeMessageHint")}>
                    {(input) => (
                        <Input
                            {...input}
                            value={message}
                            onChange={(event) => setMessage(event.target.value)}
                        />
                    )}
                </Field>
            )}
        </FormDialog>
    )
}
