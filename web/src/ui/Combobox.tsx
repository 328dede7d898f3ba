import { type KeyboardEvent, useEffect, useRef, useState } from "react"
import { classes } from "./classes"
import { Input } from "./Field"
import { fitting, type Offer } from "./offers"

/** Offers shown at a time: what is further down is found sooner by typing. */
const MOST = 100

interface Props {
    id: string
    value: string
    onChange: (value: string) => void
    offers: readonly Offer[]
    /** What the list is called. */
    listLabel: string
    /** What stands in the list when nothing fits. */
    none: string
    placeholder?: string
    isMono?: boolean
    autoFocus?: boolean
    "aria-describedby"?: string
    "aria-invalid"?: true
}

/** A text that is typed, or chosen from a list that narrows while it is: all of it by keys, mouse or finger. */
export function Combobox({ value, onChange, offers, listLabel, none, isMono = false, ...input }: Props) {
    const [isOpen, setOpen] = useState(false)
    /** Something was typed since the list was opened; until then all offers are shown. */
    const [isTyped, setTyped] = useState(false)
    const [at, setAt] = useState(-1)
    const list = useRef<HTMLDivElement>(null)
    const listId = `${input.id}-offers`
    const shown = isOpen ? fitting(offers, isTyped ? value : "").slice(0, MOST) : []
    const active = Math.min(at, shown.length - 1)
    useEffect(() => {
        list.current?.children[active]?.scrollIntoView({ block: "nearest" })
    }, [active])

    const open = (): void => {
        setOpen(true)
        setTyped(false)
        setAt(-1)
    }
    const choose = (offer: Offer): void => {
        onChange(offer.value)
        setOpen(false)
    }
    const press = (event: KeyboardEvent): void => {
        if (event.nativeEvent.isComposing) return
        const chosen = shown[active]
        if (event.key === "Escape" && isOpen) {
            event.preventDefault()
            setOpen(false)
        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault()
            if (!isOpen) open()
            const by = event.key === "ArrowDown" ? 1 : -1
            setAt(Math.max(0, Math.min(shown.length - 1, active + by)))
        } else if (event.key === "Enter" && isOpen && chosen && !event.metaKey && !event.ctrlKey) {
            event.preventDefault()
            choose(chosen)
        } else if (event.key === "Enter") {
            setOpen(false)
        }
    }
    return (
        <div className="relative" onBlur={() => setOpen(false)}>
            <Input
                {...input}
                role="combobox"
                aria-autocomplete="list"
                aria-expanded={isOpen}
                {...(isOpen ? { "aria-controls": listId } : {})}
                {...(active >= 0 ? { "aria-activedescendant": `${listId}-${active}` } : {})}
                spellCheck={false}
                className={isMono ? "mono" : undefined}
                value={value}
                onClick={() => {
                    if (!isOpen) open()
                }}
                onFocus={(event) => event.currentTarget.select()}
                onChange={({ target }) => {
                    onChange(target.value)
                    setOpen(true)
                    setTyped(true)
                    setAt(target.value.trim() === "" ? -1 : 0)
                }}
                onKeyDown={press}
            />
            {isOpen && (
                <div className="bg-raised shadow-float absolute inset-x-0 top-full z-10 mt-1 overflow-hidden rounded">
                    {shown.length === 0 && <p className="text-3 px-2 py-1.5 text-xs">{none}</p>}
                    <div
                        ref={list}
                        id={listId}
                        role="listbox"
                        aria-label={listLabel}
                        className="max-h-52 overflow-y-auto"
                    >
                        {shown.map((offer, place) => (
                            <div
                                key={offer.value}
                                id={`${listId}-${place}`}
                                role="option"
                                aria-selected={place === active}
                                // The field keeps the focus, so that the keys go on working there.
                                onMouseDown={(event) => event.preventDefault()}
                                onClick={() => choose(offer)}
                                onMouseMove={() => setAt(place)}
                                className="aria-selected:bg-hover flex min-h-7 items-center gap-2 px-2 pointer-coarse:min-h-10"
                            >
                                <span className={classes("truncate", isMono && "mono")}>{offer.value}</span>
                                {offer.detail && (
                                    <span className="text-2 min-w-0 truncate text-xs">{offer.detail}</span>
                                )}
                            </div>
                        ))}
                    </div>
                </div>
            )}
        </div>
    )
}
