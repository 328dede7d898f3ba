import { lazy, type ReactNode, Suspense, useState } from "react"
import { classes } from "./classes"
import { Field, INPUT } from "./Field"
import { Bones } from "./states"

const Markdown = lazy(() => import("./Markdown"))

export interface EditorWords {
    write: string
    preview: string
    /** What stands in the preview of an empty text. */
    nothing: string
}

interface Props {
    label: string
    hint?: ReactNode
    error?: string | undefined
    words: EditorWords
    value: string
    onChange: (value: string) => void
    maxLength: number
    /** What it looks like stands beside the text where there is room, and is tall from the start. */
    isBeside?: boolean
    /** Somebody else writes in it now: shown as it grows. */
    isWritten?: boolean
}

/** Markdown to be written, and what it looks like: one or the other, or beside each other. */
export function MarkdownEditor({ isBeside = false, isWritten = false, ...props }: Props) {
    const { label, hint, error, words, value, onChange, maxLength } = props
    const [isPreview, setPreview] = useState(false)
    const away = isBeside ? "@max-2xl:hidden" : "hidden"
    return (
        <div className="@container relative">
            <Field label={label} hint={hint} error={error}>
                {(input) => (
                    <div className={classes("grid gap-3", isBeside && "@2xl:grid-cols-2")}>
                        <textarea
                            {...input}
                            rows={12}
                            maxLength={maxLength}
                            spellCheck={!isBeside}
                            readOnly={isWritten}
                            value={value}
                            onChange={({ target }) => onChange(target.value)}
                            className={classes(
                                INPUT,
                                "resize-y py-1.5",
                                isBeside
                                    ? "mono max-h-[50vh] min-h-60"
                                    : "field-sizing-content max-h-[40vh] min-h-40",
                                isPreview && away,
                            )}
                        />
                        {(isBeside || isPreview) && (
                            <div
                                role="region"
                                aria-label={words.preview}
                                tabIndex={0}
                                className={classes(
                                    "border-line bg-sunken/40 overflow-y-auto rounded border p-3",
                                    isBeside ? "max-h-[50vh] min-h-60" : "max-h-[40vh] min-h-40",
                                    !isPreview && away,
                                )}
                            >
                                {value.trim() ? (
                                    <Suspense fallback={<Bones className="h-16" />}>
                                        <Markdown text={value} />
                                    </Suspense>
                                ) : (
                                    <p className="text-3">{words.nothing}</p>
                                )}
                            </div>
                        )}
                    </div>
                )}
            </Field>
            {/* Behind the text: the key that leaves what is above leads into it. */}
            <div className={classes("absolute -top-1.5 right-0 flex gap-0.5", isBeside && "@2xl:hidden")}>
                {[false, true].map((forPreview) => (
                    <button
                        key={String(forPreview)}
                        type="button"
                        aria-pressed={isPreview === forPreview}
                        onClick={() => setPreview(forPreview)}
                        className={classes(
                            "h-6 rounded px-2 text-xs",
                            isPreview === forPreview ? "bg-hover text-1" : "text-2 hover:text-1",
                        )}
                    >
                        {forPreview ? words.preview : words.write}
                    </button>
                ))}
            </div>
        </div>
    )
}
