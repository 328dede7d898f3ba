import { lazy, Suspense, useState } from "react"
import { useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { INPUT } from "@/ui/Field"
import { Bones } from "@/ui/states"
import { text } from "./text"

const Markdown = lazy(() => import("@/ui/Markdown"))

interface Props {
    id: string
    value: string
    onChange: (value: string) => void
    maxLength: number
    /** An agent writes in it now: shown as it grows. */
    isWritten?: boolean
    "aria-describedby"?: string
    "aria-invalid"?: true
}

/** Markdown to be written, and beside it what it looks like; on a narrow screen one or the other. */
export function MarkdownEditor({ value, onChange, isWritten = false, ...input }: Props) {
    const say = useText(text)
    const [isPreview, setPreview] = useState(false)
    return (
        <div className="@container">
            <div className="mb-1 flex gap-0.5 @2xl:hidden">
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
                        {say(forPreview ? "preview" : "write")}
                    </button>
                ))}
            </div>
            <div className="grid gap-3 @2xl:grid-cols-2">
                <textarea
                    {...input}
                    rows={12}
                    spellCheck={false}
                    readOnly={isWritten}
                    value={value}
                    onChange={(event) => onChange(event.target.value)}
                    className={classes(
                        INPUT,
                        "mono max-h-[50vh] min-h-60 resize-y py-1.5",
                        isPreview && "@max-2xl:hidden",
                    )}
                />
                <div
                    role="region"
                    aria-label={say("preview")}
                    tabIndex={0}
                    className={classes(
                        "border-line bg-sunken/40 max-h-[50vh] min-h-60 overflow-y-auto rounded border p-3",
                        !isPreview && "@max-2xl:hidden",
                    )}
                >
                    {value.trim() ? (
                        <Suspense fallback={<Bones className="h-16" />}>
                            <Markdown text={value} />
                        </Suspense>
                    ) : (
                        <p className="text-3">{say("nothing")}</p>
                    )}
                </div>
            </div>
        </div>
    )
}
