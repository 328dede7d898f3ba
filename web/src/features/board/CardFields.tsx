import {
    type ClipboardEvent,
    type DragEvent,
    type KeyboardEvent,
    type ReactNode,
    useState,
    type SubmitEvent,
} from "react"
import type { BoardState, Image } from "@/api/api.gen"
import { useEditorWords } from "@/app/editing"
import { printed } from "@/app/keys"
import { useText } from "@/app/text"
import { TICKET_TYPES, type TicketType } from "@/app/tickets"
import { classes } from "@/ui/classes"
import { Field, Input, Select } from "@/ui/Field"
import { MarkdownEditor } from "@/ui/MarkdownEditor"
import { DependencyField } from "./DependencyField"
import type { Draft } from "./draft"
import { ImageField, withFiles } from "./ImageField"
import { Templates } from "./Templates"
import { text } from "./text"

interface Props {
    draft: Draft
    images: readonly Image[]
    state: BoardState
    cardId: string | null
    onDraft: (draft: Draft) => void
    onImages: (images: readonly Image[]) => void
    onSubmit: () => void
    /** The column of a new card. */
    column?: { id: string; onChange: (columnId: string) => void }
    children: ReactNode
}

/** All that a card is written with. Pictures may be pasted and dropped anywhere in it; ⌘ ↵ sends it. */
export function CardFields({
    draft,
    images,
    state,
    cardId,
    onDraft,
    onImages,
    onSubmit,
    column,
    children,
}: Props) {
    const say = useText(text)
    const words = useEditorWords()
    const [isOver, setOver] = useState(false)
    const set = (change: Partial<Draft>): void => onDraft({ ...draft, ...change })
    const addFiles = (files: FileList): void => void withFiles(images, files).then(onImages)
    const paste = (event: ClipboardEvent): void => {
        const { files } = event.clipboardData
        if (files.length === 0) return
        event.preventDefault()
        addFiles(files)
    }
    const drop = (event: DragEvent): void => {
        setOver(false)
        const { files } = event.dataTransfer
        if (files.length === 0) return
        event.preventDefault()
        addFiles(files)
    }
    const submit = (event: SubmitEvent): void => {
        event.preventDefault()
        onSubmit()
    }
    return (
        <form
            className={classes("flex min-h-0 flex-col rounded-lg", isOver && "ring-accent ring-2")}
            onSubmit={submit}
            onPaste={paste}
            onDrop={drop}
            onDragOver={(event) => {
                if (!event.dataTransfer.types.includes("Files")) return
                event.preventDefault()
                setOver(true)
            }}
            onDragLeave={() => setOver(false)}
            onKeyDown={(event: KeyboardEvent) => {
                if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) onSubmit()
            }}
        >
            <div className="flex min-h-0 flex-col gap-3 overflow-y-auto p-4">
                <Field label={say("fieldTitle")}>
                    {(input) => (
                        <Input
                            {...input}
                            autoFocus
                            required
                            maxLength={500}
                            value={draft.title}
                            onChange={(event) => set({ title: event.target.value })}
                        />
                    )}
                </Field>
                <MarkdownEditor
                    label={say("fieldDescription")}
                    hint={`${say("markdownHint")} · ${printed("mod+enter")}`}
                    words={words}
                    maxLength={200_000}
                    value={draft.description}
                    onChange={(description) => set({ description })}
                />
                {cardId === null && <Templates draft={draft} onChoose={set} />}
                <div className="grid gap-3 sm:grid-cols-2">
                    <Field label={say("fieldType")}>
                        {(input) => (
                            <Select
                                {...input}
                                value={draft.ticketType ?? ""}
                                onChange={(event) =>
                                    set({ ticketType: (event.target.value || null) as TicketType | null })
                                }
                            >
                                <option value="">{say("noType")}</option>
                                {TICKET_TYPES.map((type) => (
                                    <option key={type} value={type}>
                                        {type}
                                    </option>
                                ))}
                            </Select>
                        )}
                    </Field>
                    {column && (
                        <Field label={say("fieldColumn")}>
                            {(input) => (
                                <Select
                                    {...input}
                                    value={column.id}
                                    onChange={(event) => column.onChange(event.target.value)}
                                >
                                    {state.columnOrder.map((columnId) => (
                                        <option key={columnId} value={columnId}>
                                            {state.columns[columnId]?.title}
                                        </option>
                                    ))}
                                </Select>
                            )}
                        </Field>
                    )}
                </div>
                <DependencyField
                    {...{ state, cardId }}
                    chosen={draft.dependsOn}
                    onChange={(dependsOn) => set({ dependsOn })}
                />
                <ImageField images={images} onChange={onImages} />
            </div>
            {children}
        </form>
    )
}
