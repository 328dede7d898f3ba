import type { ReactNode } from "react"
import { classes } from "./classes"

interface Props {
    title: string
    intro?: ReactNode
    actions?: ReactNode
    /** `reading`: as wide as text should be; `wide`: tables and charts. */
    width?: "reading" | "wide"
    children: ReactNode
}

/** A place that scrolls, with its name at the top. */
export function Page({ title, intro, actions, width = "reading", children }: Props) {
    return (
        <div className="h-full overflow-y-auto scroll-smooth" data-scroller>
            <div
                className={classes(
                    "mx-auto flex flex-col gap-6 px-4 py-6 md:px-8",
                    width === "wide" ? "max-w-6xl" : "max-w-3xl",
                )}
            >
                <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
                    <div className="min-w-0 flex-1 basis-56">
                        <h1 className="text-lg font-semibold">{title}</h1>
                        {intro !== undefined && <p className="text-2 mt-0.5">{intro}</p>}
                    </div>
                    {actions !== undefined && <div className="flex items-center gap-2">{actions}</div>}
                </header>
                {children}
            </div>
        </div>
    )
}

interface SectionProps {
    /** Its anchor in the address. */
    id: string
    title: string
    hint?: ReactNode
    actions?: ReactNode
    /** Without a frame around what is in it. */
    isBare?: boolean
    children: ReactNode
}

/** A part of a page with a heading that can be linked to. */
export function Section({ id, title, hint, actions, isBare = false, children }: SectionProps) {
    return (
        <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-4">
            <div className="mb-2 flex min-h-7 flex-wrap items-center gap-x-3">
                <h2 id={`${id}-title`} className="text-base font-semibold">
                    {title}
                </h2>
                {actions !== undefined && <div className="ml-auto flex items-center gap-2">{actions}</div>}
                {hint !== undefined && <p className="text-2 w-full text-xs">{hint}</p>}
            </div>
            {isBare ? (
                children
            ) : (
                <div className="border-line bg-surface divide-line divide-y rounded-md border">
                    {children}
                </div>
            )}
        </section>
    )
}
