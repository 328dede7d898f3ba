import { useMutation } from "@tanstack/react-query"
import { Sparkles } from "lucide-react"
import { useState } from "react"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Refusal } from "../parts/Refusal"
import { AS_SET, type Choice } from "../parts/writer"
import { WriterFields, WriterSaid } from "../parts/WriterFields"
import { begin } from "./acts"
import type { Asked } from "./asked"
import { text } from "./text"

/** Asks who is to write a card's text better. */
export default function EnhanceDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
    const say = useText(text)
    const { projectId, cardId, name } = asked
    const [choice, setChoice] = useState<Choice>(AS_SET)
    const start = useMutation({ mutationFn: () => begin(projectId, cardId, choice), onSuccess: onClose })
    const about = { projectId, task: "ticketEnhance" as const, choice }
    return (
        <Dialog
            isOpen
            onClose={onClose}
            title={say("enhanceTitle", { card: name })}
            closeLabel={say("close")}
        >
            <form
                className="flex min-h-0 flex-col"
                onSubmit={(event) => {
                    event.preventDefault()
                    start.mutate()
                }}
            >
                <div className="flex flex-col gap-4 overflow-y-auto p-4">
                    <p className="text-2">{say("enhanceHint")}</p>
                    <WriterFields {...about} onChange={setChoice} />
                    <WriterSaid {...about} />
                    {start.error && <Refusal title={say("notBegun")} error={start.error} />}
                </div>
                <footer className="border-line flex justify-end gap-2 border-t px-4 py-3">
                    <Button onClick={onClose}>{say("notNow")}</Button>
                    <Button look="primary" type="submit" disabled={start.isPending} autoFocus>
                        <Sparkles size={14} strokeWidth={1.5} aria-hidden />
                        {say("enhanceShort")}
                    </Button>
                </footer>
            </form>
        </Dialog>
    )
}
