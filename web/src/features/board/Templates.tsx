import { useText } from "@/app/text"
import type { Draft } from "./draft"
import { text } from "./text"

/** The types for which there is something to begin with. */
const KINDS = ["feat", "fix", "refactor", "perf", "docs"] as const

interface Props {
    draft: Draft
    onChoose: (change: Pick<Draft, "description" | "ticketType">) => void
}

/**
 * What a description may begin with, as long as nobody has written one: choosing another template replaces the one before,
 * and never what somebody wrote.
 */
export function Templates({ draft, onChoose }: Props) {
    const say = useText(text)
    const current = KINDS.find((kind) => draft.description === say(`template.${kind}.text`))
    if (draft.description !== "" && current === undefined) return null
    return (
        <div role="group" aria-label={say("templates")} className="-mt-1 flex flex-wrap items-center gap-1">
            <span className="text-3 mr-1 text-xs">{say("templates")}</span>
            {KINDS.map((kind) => (
                <button
                    key={kind}
                    type="button"
                    aria-pressed={kind === current}
                    onClick={() =>
                        onChoose(
                            kind === current
                                ? { description: "", ticketType: draft.ticketType }
                                : { description: say(`template.${kind}.text`), ticketType: kind },
                        )
                    }
                    className={
                        kind === current
                            ? "bg-accent-tint text-accent h-6 rounded px-2 text-xs font-medium pointer-coarse:h-8"
                            : "text-2 hover:bg-hover hover:text-1 border-line h-6 rounded border px-2 text-xs pointer-coarse:h-8"
                    }
                >
                    {say(`template.${kind}`)}
                </button>
            ))}
        </div>
    )
}
