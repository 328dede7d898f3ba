import { ListFilter, Search, X } from "lucide-react"
import { Popover } from "radix-ui"
import { useEffect, useRef } from "react"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { TICKET_TYPES } from "@/app/tickets"
import { IconButton } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { INPUT, Select } from "@/ui/Field"
import { useBoardContext } from "./context"
import { text } from "./text"
import { isNarrowed, type Order, type Trait } from "./view"

const ORDERS: readonly Order[] = ["manual", "newest", "updated", "key", "title"]
const TRAITS: readonly Trait[] = ["waiting", "running", "failed", "blocked", "enhanced", "pullRequest"]

/** What the key `/` gives the focus to. */
export const FILTER_ID = "board-filter"

/** The field and the menu by which fewer cards are shown, in another order. */
export function FilterBar() {
    const say = useText(text)
    const { view } = useBoardContext()
    const filter = useSignal(view.filter)
    const field = useRef<HTMLInputElement>(null)
    const isPlain = filter.types.length === 0 && filter.traits.length === 0 && filter.order === "manual"
    // A filter belongs to a visit: who comes back sees the whole board.
    useEffect(() => () => view.clear(), [view])
    return (
        <div className="ml-auto flex min-w-0 flex-1 items-center justify-end gap-1">
            <div className="relative w-full max-w-64 max-md:max-w-none">
                <Search
                    size={14}
                    strokeWidth={1.5}
                    aria-hidden
                    className="text-3 absolute top-1/2 left-2 -translate-y-1/2"
                />
                <input
                    ref={field}
                    id={FILTER_ID}
                    type="search"
                    aria-label={say("filter")}
                    placeholder={say("filter")}
                    aria-keyshortcuts="/"
                    value={filter.text}
                    onChange={(event) => view.narrow({ text: event.target.value })}
                    onKeyDown={(event) => {
                        if (event.key !== "Escape") return
                        event.stopPropagation()
                        view.narrow({ text: "" })
                        field.current?.blur()
                    }}
                    className={classes(INPUT, "h-7 pr-6 pl-7 [&::-webkit-search-cancel-button]:hidden")}
                />
                {isNarrowed(filter) && (
                    <IconButton
                        label={say("clearFilter")}
                        onClick={() => view.clear()}
                        className="absolute top-0.5 right-0.5 size-6"
                    >
                        <X size={14} strokeWidth={1.5} />
                    </IconButton>
                )}
            </div>
            <Popover.Root>
                <Popover.Trigger asChild>
                    <IconButton
                        label={say("view")}
                        className={classes(!isPlain && "text-accent bg-accent-tint")}
                    >
                        <ListFilter size={16} strokeWidth={1.5} />
                    </IconButton>
                </Popover.Trigger>
                <Popover.Portal>
                    <Popover.Content
                        align="end"
                        sideOffset={4}
                        collisionPadding={8}
                        className="animate-float bg-raised shadow-float z-50 flex w-72 flex-col gap-3 rounded-md p-3 text-sm"
                    >
                        <label className="flex items-center justify-between gap-3 whitespace-nowrap">
                            {say("order")}
                            <Select
                                className="w-40!"
                                value={filter.order}
                                onChange={(event) => view.narrow({ order: event.target.value as Order })}
                            >
                                {ORDERS.map((order) => (
                                    <option key={order} value={order}>
                                        {say(`order.${order}`)}
                                    </option>
                                ))}
                            </Select>
                        </label>
                        <Chips
                            label={say("show")}
                            all={TRAITS}
                            chosen={filter.traits}
                            nameOf={(trait) => say(`trait.${trait}`)}
                            onChange={(traits) => view.narrow({ traits })}
                        />
                        <Chips
                            label={say("types")}
                            all={TICKET_TYPES}
                            chosen={filter.types}
                            nameOf={(type) => type}
                            onChange={(types) => view.narrow({ types })}
                        />
                    </Popover.Content>
                </Popover.Portal>
            </Popover.Root>
        </div>
    )
}

interface ChipsProps<T extends string> {
    label: string
    all: readonly T[]
    chosen: readonly T[]
    nameOf: (one: T) => string
    onChange: (chosen: readonly T[]) => void
}

function Chips<T extends string>({ label, all, chosen, nameOf, onChange }: ChipsProps<T>) {
    return (
        <fieldset>
            <legend className="text-2 pb-1 text-xs">{label}</legend>
            <div className="flex flex-wrap gap-1">
                {all.map((one) => {
                    const isChosen = chosen.includes(one)
                    return (
                        <button
                            key={one}
                            type="button"
                            aria-pressed={isChosen}
                            onClick={() =>
                                onChange(
                                    isChosen ? chosen.filter((other) => other !== one) : [...chosen, one],
                                )
                            }
                            className={classes(
                                "h-6 rounded border px-2 text-xs transition-colors duration-100",
                                isChosen
                                    ? "border-accent bg-accent-tint text-accent"
                                    : "border-line text-2 hover:bg-hover",
                            )}
                        >
                            {nameOf(one)}
                        </button>
                    )
                })}
            </div>
        </fieldset>
    )
}
