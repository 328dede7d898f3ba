import { lazy, Suspense } from "react"
import { useText } from "@/app/text"
import { Bones } from "@/ui/states"
import { text } from "./text"
import type { TicketText } from "./titled"

const Markdown = lazy(() => import("@/ui/Markdown"))

/** Two texts of a ticket side by side; where there is no room, the new one first. */
export function Compared({ before, after }: { before: TicketText; after: TicketText }) {
    const say = useText(text)
    return (
        <div className="@container">
            <div className="grid gap-3 @md:grid-cols-2">
                <Version name={say("before")} version={before} isOld />
                <Version name={say("after")} version={after} className="@max-md:order-first" />
            </div>
        </div>
    )
}

interface VersionProps {
    name: string
    version: TicketText
    isOld?: boolean
    className?: string
}

function Version({ name, version: { title, description }, isOld = false, className = "" }: VersionProps) {
    const say = useText(text)
    return (
        <section
            aria-label={name}
            tabIndex={0}
            className={`border-line bg-surface max-h-96 min-w-0 overflow-y-auto rounded border p-2.5 ${className}`}
        >
            <p className="text-3 mb-1 text-xs font-medium">{name}</p>
            <h4 className={`font-semibold break-words ${isOld ? "text-2" : ""}`}>{title}</h4>
            <div className={`mt-1 ${isOld ? "text-2" : ""}`}>
                {description.trim() ? (
                    <Suspense fallback={<Bones className="h-16" />}>
                        <Markdown text={description} />
                    </Suspense>
                ) : (
                    <p className="text-3">{say("noDescription")}</p>
                )}
            </div>
        </section>
    )
}
