import type { CardTemplate } from "@/api/api.gen"
import { useTemplates } from "@/app/templates"
import { useText } from "@/app/text"
import { useBoardContext } from "./context"
import type { Draft } from "./draft"
import { text } from "./text"

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
    const templates = useTemplates(useBoardContext().projectId)
    if (templates === null || templates.length === 0) return null
    const current = templates.find(({ description }) => draft.description === description)
    if (draft.description !== "" && current === undefined) return null
    const choose = (template: CardTemplate): void =>
        onChoose(
            template === current
                ? { description: "", ticketType: draft.ticketType }
                : {
                      description: template.description,
                      ticketType: template.ticketType ?? draft.ticketType,
                  },
        )
    return (
        <div role="group" aria-label={say("templates")} className="-mt-1 flex flex-wrap items-center gap-1">
            <span className="text-3 mr-1 text-xs">{say("templates")}</span>
            {templates.map((template) => (
                <button
                    key={template.name}
                    type="button"
                    aria-pressed={template === current}
                    onClick={() => choose(template)}
                    className={
                        template === current
                            ? "bg-accent-tint text-accent h-6 rounded px-2 text-xs font-medium pointer-coarse:h-8"
                            : "text-2 hover:bg-hover hover:text-1 border-line h-6 rounded border px-2 text-xs pointer-coarse:h-8"
                    }
                >
                    {template.name}
                </button>
            ))}
        </div>
    )
}
