import { useEditorWords } from "@/app/editing"
import { useText } from "@/app/text"
import { Field, Input } from "@/ui/Field"
import { MarkdownEditor } from "@/ui/MarkdownEditor"
import { text } from "./text"
import type { TicketText } from "./titled"

/** A proposal that a person changes before it is accepted. */
export function EditedText({
    value,
    onChange,
}: {
    value: TicketText
    onChange: (value: TicketText) => void
}) {
    const say = useText(text)
    const words = useEditorWords()
    return (
        <div className="flex flex-col gap-3">
            <Field label={say("title")}>
                {(input) => (
                    <Input
                        {...input}
                        autoFocus
                        maxLength={500}
                        value={value.title}
                        onChange={({ target }) => onChange({ ...value, title: target.value })}
                    />
                )}
            </Field>
            <MarkdownEditor
                label={say("description")}
                words={words}
                isBeside
                maxLength={200_000}
                value={value.description}
                onChange={(description) => onChange({ ...value, description })}
            />
        </div>
    )
}
