import type { ReactNode } from "react"
import { tellOf } from "@/app/notices"

/** Why something was not done, where it was asked for. */
export function Refusal({ title, error, children }: { title: string; error: unknown; children?: ReactNode }) {
    const { detail, code } = tellOf(error)
    return (
        <div role="alert" className="bg-bad-tint rounded px-3 py-2">
            <p className="font-medium">{title}</p>
            <p className="break-words whitespace-pre-wrap">
                {detail}
                {code && <span className="text-2 mono"> · {code}</span>}
            </p>
            {children && <div className="mt-2 flex flex-wrap gap-2">{children}</div>}
        </div>
    )
}
