import { Search } from "lucide-react"
import { Dialog as Radix } from "radix-ui"
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react"
import { useText } from "@/app/text"
import { classes } from "@/ui/classes"
import { Keys } from "./KeySheet"
import { type Command, ranked } from "./ranking"
import { text } from "./text"
import { useCommands, useFoundCards } from "./useCommands"

/** A field and below it what fits: a combobox with one list. */
export function PaletteDialog({ onClose }: { onClose: () => void }) {
    const say = useText(text)
    const listId = useId()
    const [wanted, setWanted] = useState("")
    const [at, setAt] = useState(0)
    const commands = ranked(useCommands(), wanted)
    const { cards, isLooking } = useFoundCards(wanted)
    const shown = [...cards, ...commands]
    const current = Math.min(at, shown.length - 1)

    const choose = (command: Command | undefined): void => {
        if (!command) return
        onClose()
        // The dialog gives the focus back first: what is done may want it elsewhere.
        setTimeout(command.run)
    }
    const press = (event: KeyboardEvent): void => {
        const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
        if (by !== undefined) {
            event.preventDefault()
            const next = current + by
            const isRound = Math.abs(by) === 1
            setAt(
                isRound
                    ? (next + shown.length) % Math.max(1, shown.length)
                    : Math.min(shown.length - 1, Math.max(0, next)),
            )
        } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
            event.preventDefault()
            choose(shown[current])
        }
    }
    return (
        <Radix.Root open onOpenChange={(open) => !open && onClose()}>
            <Radix.Portal>
                <Radix.Overlay className="animate-fade fixed inset-0 z-40 bg-black/40" />
                <Radix.Content
                    aria-describedby={undefined}
                    className="animate-float bg-raised shadow-float fixed top-[max(12px,12vh)] left-1/2 z-50 flex max-h-[min(480px,76dvh)] w-[min(600px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden rounded-lg"
                >
                    <Radix.Title className="sr-only">{say("title")}</Radix.Title>
                    <div className="border-line flex h-11 shrink-0 items-center gap-2 border-b px-3">
                        <Search size={16} strokeWidth={1.5} className="text-3" aria-hidden />
                        <input
                            autoFocus
                            role="combobox"
                            aria-expanded
                            aria-controls={listId}
                            aria-activedescendant={current >= 0 ? `${listId}-${current}` : undefined}
                            aria-label={say("title")}
                            placeholder={say("placeholder")}
                            className="h-full flex-1 bg-transparent text-base outline-none"
                            value={wanted}
                            onChange={({ target }) => {
                                setWanted(target.value)
                                setAt(0)
                            }}
                            onKeyDown={press}
                        />
                    </div>
                    <ul id={listId} role="listbox" aria-label={say("title")} className="overflow-y-auto p-1">
                        {shown.map((command, place) => (
                            <Option
                                key={command.id}
                                id={`${listId}-${place}`}
                                command={command}
                                isCurrent={place === current}
                                isCard={place < cards.length}
                                onPoint={() => setAt(place)}
                                onChoose={() => choose(command)}
                            />
                        ))}
                    </ul>
                    <p role="status" className={classes("text-2 px-4 pb-3", shown.length > 0 && "sr-only")}>
                        {shown.length > 0
                            ? say("found", { n: shown.length })
                            : say(isLooking ? "looking" : "nothing")}
                    </p>
                </Radix.Content>
            </Radix.Portal>
        </Radix.Root>
    )
}

interface OptionProps {
    id: string
    command: Command
    isCurrent: boolean
    isCard: boolean
    onPoint: () => void
    onChoose: () => void
}

function Option({ id, command, isCurrent, isCard, onPoint, onChoose }: OptionProps) {
    const element = useRef<HTMLLIElement>(null)
    useEffect(() => {
        if (isCurrent) element.current?.scrollIntoView({ block: "nearest" })
    }, [isCurrent])
    return (
        <li
            ref={element}
            id={id}
            role="option"
            aria-selected={isCurrent}
            onPointerMove={onPoint}
            onClick={onChoose}
            className={classes("flex h-8 items-center gap-2 rounded-sm px-2", isCurrent && "bg-active")}
        >
            {isCard && <span className="mono text-2 shrink-0">{command.words}</span>}
            <span className="min-w-0 flex-1 truncate">{command.label}</span>
            <span className="text-2 shrink-0 text-xs">{command.group}</span>
            {command.keys && <Keys keys={command.keys} />}
        </li>
    )
}
