import { X } from "lucide-react"
import { useState } from "react"
import type { BoardState } from "@/api/api.gen"
import { useText } from "@/app/text"
import { IconButton } from "@/ui/Button"
import { Input } from "@/ui/Field"
import { nameOf } from "./acts"
import { wouldCircle } from "./rules"
import { text } from "./text"

/** Cards offered at a time. */
const MOST_OFFERED = 8

interface Props {
    state: BoardState
    /** The card that depends; null: one that is not made yet. */
    cardId: string | null
    chosen: readonly string[]
    onChange: (chosen: readonly string[]) => void
}

/** The cards that have to be done before this one; those that would close a circle are not offered. */
export function DependencyField({ state, cardId, chosen, onChange }: Props) {
    const say = useText(text)
    const [typed, setTyped] = useState("")
    const [isOpen, setOpen] = useState(false)
    const [at, setAt] = useState(0)
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
    const offered = isOpen
        ? Object.values(state.cards)
              .filter(({ id, title, ticketKey }) => {
                  if (id === cardId || chosen.includes(id)) return false
                  const named = `${ticketKey ?? ""} ${title}`.toLowerCase()
                  return (
                      words.every((word) => named.includes(word)) &&
                      !(cardId !== null && wouldCircle(state, cardId, id))
                  )
              })
              .slice(0, MOST_OFFERED)
        : []
    const add = (id: string): void => {
        onChange([...chosen, id])
        setTyped("")
        setAt(0)
    }
    const active = Math.min(at, offered.length - 1)
    return (
        <div
            className="flex flex-col gap-1"
            onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
        >
            <p className="text-2 text-xs font-medium">{say("fieldDependencies")}</p>
            {chosen.map((id) => {
                const card = state.cards[id]
                return (
                    <div
                        key={id}
                        className="border-line flex h-7 items-center gap-2 rounded border pr-0.5 pl-2"
                    >
                        <span className="mono text-3 shrink-0">{nameOf(card)}</span>
                        <span className="truncate">{card?.title}</span>
                        <IconButton
                            label={say("removeDependency", { key: nameOf(card) })}
                            className="ml-auto size-6"
                            onClick={() => onChange(chosen.filter((other) => other !== id))}
                        >
                            <X size={14} strokeWidth={1.5} />
                        </IconButton>
                    </div>
                )
            })}
            <div className="relative">
                <Input
                    role="combobox"
                    aria-expanded={isOpen}
                    aria-controls="dependencies-offered"
                    aria-activedescendant={isOpen && active >= 0 ? `dependency-${active}` : undefined}
                    aria-label={say("addDependency")}
                    placeholder={say("addDependency")}
                    value={typed}
                    onFocus={() => setOpen(true)}
                    onChange={(event) => {
                        setTyped(event.target.value)
                        setOpen(true)
                    }}
                    onKeyDown={(event) => {
                        if (event.key === "Escape" && isOpen) {
                            event.stopPropagation()
                            setOpen(false)
                        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                            event.preventDefault()
                            setOpen(true)
                            const by = event.key === "ArrowDown" ? 1 : -1
                            setAt(Math.max(0, Math.min(offered.length - 1, active + by)))
                        } else if (event.key === "Enter" && !event.metaKey && !event.ctrlKey) {
                            event.preventDefault()
                            const chosenNow = offered[active]
                            if (chosenNow) add(chosenNow.id)
                        }
                    }}
                />
                {isOpen && (
                    <div
                        id="dependencies-offered"
                        role="listbox"
                        // Over the fields above it: were there room made for it, what is pressed next would move away.
                        className="bg-raised shadow-float absolute inset-x-0 bottom-full z-10 mb-1 overflow-hidden rounded"
                    >
                        {offered.length === 0 && <p className="text-3 px-2 py-1 text-xs">{say("noCards")}</p>}
                        {offered.map((card, place) => (
                            <div
                                key={card.id}
                                id={`dependency-${place}`}
                                role="option"
                                aria-selected={place === active}
                                // The field keeps the focus, so that the keys go on working there.
                                onMouseDown={(event) => event.preventDefault()}
                                onClick={() => add(card.id)}
                                onMouseMove={() => setAt(place)}
                                className="aria-selected:bg-hover flex h-7 items-center gap-2 px-2"
                            >
                                <span className="mono text-3 shrink-0">{nameOf(card)}</span>
                                <span className="truncate">{card.title}</span>
                            </div>
                        ))}
                    </div>
                )}
            </div>
        </div>
    )
}
