import { useState } from "react"
import { useGuard } from "@/app/guard"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Bones } from "@/ui/states"
import { ConnectFirst } from "../parts/ConnectFirst"
import { Refusal } from "../parts/Refusal"
import type { Subject } from "./asked"
import { useProposedText } from "./asking"
import { OfBranch } from "./OfBranch"
import { PullForm } from "./PullForm"
import { text } from "./text"

/** Makes a pull request: what the templates say to begin with, what an agent drafts on request, what a person makes of it. */
export default function CreateDialog({ subject, onClose }: { subject: Subject; onClose: () => void }) {
    const say = useText(text)
    const [isTouched, setTouched] = useState(false)
    const guard = useGuard(isTouched)
    const { projectId, cardId, attemptId } = subject
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
                {attemptId === null ? (
                    <OfBranch {...{ projectId, cardId, onClose }} />
                ) : (
                    <OfAttempt {...{ projectId, cardId, attemptId, onClose }} />
                )}
            </ConnectFirst>
        </Dialog>
    )
}

interface OfAttemptProps {
    projectId: string
    cardId: string | null
    attemptId: string
    onClose: () => void
}

/** The branch of an attempt: nothing has to be chosen. */
function OfAttempt({ projectId, cardId, attemptId, onClose }: OfAttemptProps) {
    const say = useText(text)
    const origin = { attemptId, ...(cardId === null ? {} : { cardId }) }
    const { data, error, refetch } = useProposedText(projectId, origin)
    if (data) {
        return (
            <PullForm {...{ projectId, origin, attemptId, onClose }} proposed={data} branch={data.branch}>
                <div className="min-w-0 flex-1 basis-56">
                    <p className="text-2 text-xs font-medium">{say("branch")}</p>
                    <p className="mono flex min-h-8 items-center break-all">{data.branch}</p>
                </div>
            </PullForm>
        )
    }
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
