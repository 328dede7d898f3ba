import { Pencil, Plus, Trash2 } from "lucide-react"
import { useState } from "react"
import type { CardTemplate } from "@/api/api.gen"
import { useGuard } from "@/app/guard"
import { useTemplates } from "@/app/templates"
import { TICKET_TYPES, type TicketType } from "@/app/tickets"
import { useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { Field, Input, Select } from "@/ui/Field"
import { Section } from "@/ui/Page"
import { TextArea } from "@/ui/TextArea"
import { StandingLine } from "./rows"
import { useSavingContext } from "./saving"
import { text } from "./text"

/** The server's limits. */
const [MOST, LONGEST_NAME, LONGEST_TEXT] = [20, 40, 10_000]
const FIELD = "cardTemplates"

/** What new cards may begin with. The ones that come with the client are the project's own once one is changed. */
export function TemplateSection({ projectId }: { projectId: string }) {
    const say = useText(text)
    const { settings, save } = useSavingContext()
    const templates = useTemplates(projectId) ?? []
    const isOwn = settings[FIELD] !== null && settings[FIELD] !== undefined
    /** The place of the template that is edited; the one behind the last is a new one. */
    const [edited, setEdited] = useState<number | null>(null)
    const store = (next: readonly CardTemplate[] | null): void => save(FIELD, { [FIELD]: next })
    return (
        <Section
            id="templates"
            title={say("cardTemplates")}
            hint={say(isOwn ? "cardTemplatesOwn" : "cardTemplatesBuiltIn")}
            actions={
                <>
                    {isOwn && (
                        <Button isSmall look="ghost" onClick={() => store(null)}>
                            {say("builtInAgain")}
                        </Button>
                    )}
                    <Button
                        isSmall
                        disabled={templates.length >= MOST}
                        onClick={() => setEdited(templates.length)}
                    >
                        <Plus size={14} strokeWidth={1.5} aria-hidden />
                        {say("addTemplate")}
                    </Button>
                </>
            }
        >
            {templates.length === 0 && <p className="text-2 px-3 py-2.5">{say("noTemplates")}</p>}
            {templates.map((template, place) => (
                <div key={template.name} className="flex items-center gap-3 py-1.5 pr-1.5 pl-3">
                    <span className="w-32 shrink-0 truncate font-medium max-md:w-24">{template.name}</span>
                    <span className="mono text-3 w-16 shrink-0">{template.ticketType ?? ""}</span>
                    <span className="text-2 min-w-0 flex-1 truncate text-xs">
                        {outline(template.description)}
                    </span>
                    <div className="flex shrink-0">
                        <IconButton
                            label={say("editTemplate", { name: template.name })}
                            onClick={() => setEdited(place)}
                        >
                            <Pencil size={14} strokeWidth={1.5} />
                        </IconButton>
                        <IconButton
                            label={say("deleteTemplate", { name: template.name })}
                            onClick={() => store(templates.filter((one) => one !== template))}
                        >
                            <Trash2 size={14} strokeWidth={1.5} />
                        </IconButton>
                    </div>
                </div>
            ))}
            <div className="px-3 pb-2 has-[>:empty]:hidden">
                <StandingLine id="templates-standing" field={FIELD} />
            </div>
            {edited !== null && (
                <TemplateDialog
                    template={templates[edited] ?? null}
                    taken={templates.filter((_, place) => place !== edited).map(({ name }) => name)}
                    onClose={() => setEdited(null)}
                    onSave={(template) =>
                        store([...templates.slice(0, edited), template, ...templates.slice(edited + 1)])
                    }
                />
            )}
        </Section>
    )
}

/** A text in a line: its headings, else its beginning. */
export function outline(description: string): string {
    const lines = description.split("\n").map((line) => line.trim())
    const headings = lines.filter((line) => /^#+ /.test(line)).map((line) => line.replace(/^#+ /, ""))
    return headings.length > 0 ? headings.join(" · ") : lines.filter(Boolean).join(" ").slice(0, 200)
}

interface DialogProps {
    /** Null: a new one. */
    template: CardTemplate | null
    /** Names that others have. */
    taken: readonly string[]
    onClose: () => void
    onSave: (template: CardTemplate) => void
}

function TemplateDialog({ template, taken, onClose, onSave }: DialogProps) {
    const say = useText(text)
    const [name, setName] = useState(template?.name ?? "")
    const [ticketType, setType] = useState<TicketType | null>(template?.ticketType ?? null)
    const [description, setDescription] = useState(template?.description ?? "")
    const isTaken = taken.some((one) => one.toLowerCase() === name.trim().toLowerCase())
    const isWhole = name.trim() !== "" && description.trim() !== "" && !isTaken
    const guard = useGuard(name !== (template?.name ?? "") || description !== (template?.description ?? ""))
    const submit = (): void => {
        if (!isWhole) return
        onSave({ name: name.trim(), ticketType, description: description.trim() })
        onClose()
    }
    return (
        <Dialog
            isOpen
            onClose={onClose}
            title={template === null ? say("addTemplate") : say("editTemplate", { name: template.name })}
            closeLabel={say("close")}
            width="wide"
            guard={guard}
        >
            <form
                className="flex min-h-0 flex-col"
                onSubmit={(event) => {
                    event.preventDefault()
                    submit()
                }}
            >
                <div className="flex min-h-0 flex-col gap-3 overflow-y-auto p-4">
                    <div className="grid gap-3 sm:grid-cols-2">
                        <Field label={say("templateName")} error={isTaken ? say("templateTaken") : undefined}>
                            {(input) => (
                                <Input
                                    {...input}
                                    autoFocus
                                    required
                                    maxLength={LONGEST_NAME}
                                    value={name}
                                    onChange={({ target }) => setName(target.value)}
                                />
                            )}
                        </Field>
                        <Field label={say("templateType")}>
                            {(input) => (
                                <Select
                                    {...input}
                                    value={ticketType ?? ""}
                                    onChange={({ target }) =>
                                        setType((target.value || null) as TicketType | null)
                                    }
                                >
                                    <option value="">{say("templateNoType")}</option>
                                    {TICKET_TYPES.map((type) => (
                                        <option key={type} value={type}>
                                            {type}
                                        </option>
                                    ))}
                                </Select>
                            )}
                        </Field>
                    </div>
                    <Field label={say("templateText")} hint={say("templateTextHint")}>
                        {(input) => (
                            <TextArea
                                {...input}
                                required
                                rows={10}
                                maxLength={LONGEST_TEXT}
                                value={description}
                                onChange={({ target }) => setDescription(target.value)}
                                onKeyDown={(event) => {
                                    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit()
                                }}
                            />
                        )}
                    </Field>
                </div>
                <footer className="border-line flex justify-end gap-2 border-t p-3">
                    <Button onClick={onClose}>{say("cancel")}</Button>
                    <Button look="primary" type="submit" disabled={!isWhole}>
                        {say("save")}
                    </Button>
                </footer>
            </form>
        </Dialog>
    )
}
