import { useText } from "@/app/text"
import { Field, Input } from "@/ui/Field"
import { MarkdownEditor } from "../parts/MarkdownEditor"
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
            <Field label={say("description")}>
                {(input) => (
                    <MarkdownEditor
                        {...input}
                        maxLength={200_000}
                        value={value.description}
                        onChange={(description) => onChange({ ...value, description })}
                    />
                )}
            </Field>
        </div>
    )
}
