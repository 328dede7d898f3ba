import { CircleAlert, type LucideIcon } from "lucide-react"
import type { ReactNode } from "react"
import { classes } from "./classes"

/** An empty place: what it is for, and the one next step. */
export function Empty({
    icon: Icon,
    title,
    children,
    action,
}: {
    icon: LucideIcon
    title: string
    children: ReactNode
    action?: ReactNode
}) {
    return (
        <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center">
            <Icon size={24} strokeWidth={1.5} className="text-3 mb-1" aria-hidden />
            <h2 className="text-base font-semibold">{title}</h2>
            <p className="text-2">{children}</p>
            {action && <div className="mt-3">{action}</div>}
        </div>
    )
}

/** What went wrong, what it means, and what can be done. */
export function Trouble({
    title,
    detail,
    code,
    children,
}: {
    title: string
    detail: string
    code?: string
    children?: ReactNode
}) {
    return (
        <div role="alert" className="border-line bg-surface m-4 flex max-w-xl gap-3 rounded border p-3">
            <CircleAlert size={16} strokeWidth={1.5} className="text-bad mt-0.5 shrink-0" aria-hidden />
            <div className="min-w-0 flex-1">
                <p className="font-medium">{title}</p>
                <p className="text-2 break-words whitespace-pre-wrap">{detail}</p>
                {code && <p className="text-3 mono mt-1">{code}</p>}
                {children && <div className="mt-2 flex gap-2">{children}</div>}
            </div>
        </div>
    )
}

/** The shape of what comes. Shown late, so that what comes at once does not flicker. */
export function Bones({ className }: { className?: string }) {
    return <div aria-hidden className={classes("bg-line animate-late rounded-sm opacity-70", className)} />
}
