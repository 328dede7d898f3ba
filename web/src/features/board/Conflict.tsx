import { GitCompareArrows } from "lucide-react"
import type { BoardState } from "@/api/api.gen"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { nameOf } from "./acts"
import type { Draft, FieldName, Versions } from "./draft"
import { text } from "./text"

interface Props {
    versions: Versions
    conflicts: readonly FieldName[]
    state: BoardState
    onDecide: (name: FieldName, whose: "mine" | "theirs") => void
}

/** Both versions of what two people changed, side by side. */
export function Conflict({ versions, conflicts, state, onDecide }: Props) {
    const say = useText(text)
    const names: Record<FieldName, string> = {
        title: say("fieldTitle"),
        description: say("fieldDescription"),
        ticketType: say("fieldType"),
        dependsOn: say("fieldDependencies"),
    }
    return (
        <section
            role="alert"
            className="border-warn bg-warn-tint mx-4 mb-4 max-h-[45dvh] shrink-0 overflow-y-auto rounded border p-3"
        >
            <h3 className="flex items-center gap-2 font-medium">
                <GitCompareArrows size={16} strokeWidth={1.5} aria-hidden className="text-warn" />
                {say("conflictTitle")}
            </h3>
            <p className="text-2">{say("conflictHint")}</p>
            {conflicts.map((name) => (
                <div key={name} className="mt-3">
                    <p className="text-2 mb-1 text-xs font-medium">{names[name]}</p>
                    <div className="grid gap-2 sm:grid-cols-2">
                        <Version
                            title={say("mine")}
                            value={shown(versions.mine, name, state)}
                            action={say("keepMine")}
                            onChoose={() => onDecide(name, "mine")}
                        />
                        <Version
                            title={say("theirs")}
                            value={shown(versions.theirs, name, state)}
                            action={say("takeTheirs")}
                            onChoose={() => onDecide(name, "theirs")}
                        />
                    </div>
                </div>
            ))}
        </section>
    )
}

function Version({
    title,
    value,
    action,
    onChoose,
}: {
    title: string
    value: string
    action: string
    onChoose: () => void
}) {
    return (
        <div className="border-line bg-surface flex flex-col gap-1.5 rounded border p-2">
            <p className="text-3 text-xs">{title}</p>
            <p className="max-h-40 flex-1 overflow-y-auto break-words whitespace-pre-wrap">{value || "–"}</p>
            <div>
                <Button isSmall onClick={onChoose}>
                    {action}
                </Button>
            </div>
        </div>
    )
}

function shown(draft: Draft, name: FieldName, state: BoardState): string {
    if (name === "dependsOn") return draft.dependsOn.map((cardId) => nameOf(state.cards[cardId])).join(", ")
    return draft[name] ?? ""
}
