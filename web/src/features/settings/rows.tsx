import { Check, CircleAlert, LoaderCircle, Undo2 } from "lucide-react"
import { type ReactNode, useId, useState } from "react"
import { useText } from "@/app/text"
import { Button } from "@/ui/Button"
import { classes } from "@/ui/classes"
import { Input, Select } from "@/ui/Field"
import { Switch } from "@/ui/Switch"
import { TextArea } from "@/ui/TextArea"
import { useSavingContext } from "./saving"
import { text } from "./text"

// A field of settings, each with its label, what it means, and how it stands with it: nothing has to be confirmed at
// the end of a page. A text is saved when it is left or Enter is pressed; Escape brings back what was stored.

interface Common {
    /** As the wire calls it. */
    field: string
    label: string
    hint?: ReactNode
}

interface InputProps {
    id: string
    "aria-describedby": string
    "aria-invalid"?: true
}

interface RowProps extends Common {
    children: (input: InputProps) => ReactNode
    /** The control below the label, over the whole width. */
    isTall?: boolean
}

export function Row({ field, label, hint, children, isTall = false }: RowProps) {
    const id = useId()
    const isRefused = useSavingContext().standing(field)?.kind === "refused"
    return (
        <div
            className={classes(
                "flex gap-x-6 gap-y-1.5 px-3 py-2.5",
                isTall ? "flex-col" : "items-center max-md:flex-wrap",
            )}
        >
            <div className={classes("min-w-0", isTall ? "flex flex-wrap items-baseline gap-x-3" : "flex-1")}>
                <label htmlFor={id} className="font-medium">
                    {label}
                </label>
                {hint !== undefined && (
                    <p id={`${id}-hint`} className={classes("text-2 text-xs", isTall && "w-full")}>
                        {hint}
                    </p>
                )}
            </div>
            <div className={classes(isTall ? "w-full" : "max-w-full shrink-0")}>
                {children({
                    id,
                    "aria-describedby": `${id}-hint ${id}-standing`,
                    ...(isRefused ? { "aria-invalid": true as const } : {}),
                })}
                <StandingLine id={`${id}-standing`} field={field} />
            </div>
        </div>
    )
}

/** How it stands with a field: saved and how to undo it, or why it was not. */
export function StandingLine({ id, field }: { id: string; field: string }) {
    const say = useText(text)
    const standing = useSavingContext().standing(field)
    return (
        <div id={id} role="status" className="empty:hidden">
            {standing?.kind === "saving" && (
                <p className="text-3 animate-late mt-1 flex items-center gap-1 text-xs">
                    <LoaderCircle size={12} aria-hidden />
                    {say("saving")}
                </p>
            )}
            {standing?.kind === "saved" && (
                <p className="text-2 mt-1 flex items-center gap-1 text-xs">
                    <Check size={12} className="text-ok" aria-hidden />
                    <span>{say("saved")}</span>
                    <button
                        type="button"
                        onClick={standing.undo}
                        className="text-accent inline-flex h-6 items-center gap-1 rounded-sm px-1 hover:underline"
                    >
                        <Undo2 size={12} aria-hidden />
                        {say("undo")}
                    </button>
                </p>
            )}
            {standing?.kind === "undone" && <p className="text-2 mt-1 text-xs">{say("undone")}</p>}
            {standing?.kind === "refused" && (
                <p className="text-bad mt-1 flex items-start gap-1 text-xs">
                    <CircleAlert size={12} className="mt-0.5 shrink-0" aria-hidden />
                    <span className="min-w-0 break-words">{say("notSaved", { why: standing.why })}</span>
                </p>
            )}
        </div>
    )
}

export function SwitchRow({ field, ...rest }: Common) {
    const { settings, save } = useSavingContext()
    return (
        <Row field={field} {...rest}>
            {(input) => (
                <div className="flex md:justify-end">
                    <Switch
                        id={input.id}
                        aria-describedby={input["aria-describedby"]}
                        isOn={settings[field] === true}
                        onChange={(isOn) => save(field, { [field]: isOn })}
                    />
                </div>
            )}
        </Row>
    )
}

interface ChoiceProps extends Common {
    /** Value and label; "" stands for null. */
    options: readonly (readonly [value: string, label: string])[]
    /** What else changes with it. */
    also?: Record<string, unknown>
}

export function ChoiceRow({ field, options, also = {}, ...rest }: ChoiceProps) {
    const { settings, save } = useSavingContext()
    const value = settings[field]
    return (
        <Row field={field} {...rest}>
            {(input) => (
                <Select
                    {...input}
                    className="w-60! max-md:w-full!"
                    value={typeof value === "string" ? value : ""}
                    onChange={({ target }) => save(field, { ...also, [field]: target.value || null })}
                >
                    {options.map(([key, label]) => (
                        <option key={key} value={key}>
                            {label}
                        </option>
                    ))}
                </Select>
            )}
        </Row>
    )
}

interface TextProps extends Common {
    placeholder?: string
    isMono?: boolean
    /** Several lines. */
    isLong?: boolean
    isSecret?: boolean
    /** What may be chosen besides typing. */
    offers?: readonly string[]
    maxLength?: number
    /** Shown below while typing: what it leads to. */
    preview?: (typed: string) => ReactNode
    /** A blank text is not stored as nothing: what was stored comes back. */
    isNeeded?: boolean
    /** How what is typed is shown (upper case). */
    shape?: (typed: string) => string
}

/** What is typed, until it is stored; then what is stored. */
function useTyped(field: string, isNeeded: boolean) {
    const { settings, save, standing } = useSavingContext()
    const value = settings[field]
    const stored = typeof value === "string" || typeof value === "number" ? String(value) : ""
    const [typed, setTyped] = useState<string | null>(null)
    const isRefused = standing(field)?.kind === "refused"
    const leave = (parsed: (text: string) => unknown): void => {
        if (typed === null) return
        if (typed.trim() === stored || (isNeeded && typed.trim() === "")) setTyped(null)
        else save(field, { [field]: typed.trim() === "" ? null : parsed(typed.trim()) })
    }
    // Once it is stored, the field follows what is stored again (an undo, a trimmed text).
    const [last, setLast] = useState(stored)
    if (last !== stored) {
        setLast(stored)
        setTyped(null)
    }
    return { shown: typed ?? stored, setTyped, leave, isRefused }
}

export function TextRow({
    placeholder,
    isMono = false,
    isLong = false,
    isSecret = false,
    offers,
    maxLength,
    preview,
    isNeeded = false,
    shape = (typed) => typed,
    ...common
}: TextProps) {
    const { field } = common
    const { shown, setTyped, leave } = useTyped(field, isNeeded)
    const listId = useId()
    const store = (): void => leave((typed) => typed)
    return (
        <Row {...common} isTall={isLong || preview !== undefined}>
            {(input) => {
                const shared = {
                    ...input,
                    value: shown,
                    placeholder,
                    maxLength,
                    className: classes(isMono && "mono", !isLong && !preview && "w-60! max-md:w-full!"),
                    onBlur: store,
                }
                return (
                    <>
                        {isLong ? (
                            <TextArea
                                {...shared}
                                onChange={({ target }) => setTyped(target.value)}
                                onKeyDown={(event) => {
                                    if (event.key === "Escape") setTyped(null)
                                    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) store()
                                }}
                            />
                        ) : (
                            <Input
                                {...shared}
                                type={isSecret ? "password" : "text"}
                                spellCheck={false}
                                {...(offers ? { list: listId } : {})}
                                onChange={({ target }) => setTyped(shape(target.value))}
                                onKeyDown={(event) => {
                                    if (event.key === "Escape") setTyped(null)
                                    if (event.key === "Enter" && !event.nativeEvent.isComposing) store()
                                }}
                            />
                        )}
                        {offers && (
                            <datalist id={listId}>
                                {offers.map((offer) => (
                                    <option key={offer} value={offer} />
                                ))}
                            </datalist>
                        )}
                        {preview && <div className="text-2 mt-1 text-xs">{preview(shown)}</div>}
                    </>
                )
            }}
        </Row>
    )
}

interface NumberProps extends Common {
    least: number
    most: number
    unit?: string
    /** What is meant when there is none; left out: there has to be one. */
    placeholder?: string
}

export function NumberRow({ least, most, unit, placeholder, ...common }: NumberProps) {
    const { shown, setTyped, leave } = useTyped(common.field, placeholder === undefined)
    const store = (): void => leave(Number)
    return (
        <Row {...common}>
            {(input) => (
                <div className="flex items-center gap-2 md:justify-end">
                    <Input
                        {...input}
                        type="number"
                        inputMode="numeric"
                        className="w-28!"
                        min={least}
                        max={most}
                        placeholder={placeholder}
                        value={shown}
                        onChange={({ target }) => setTyped(target.value)}
                        onBlur={store}
                        onKeyDown={(event) => {
                            if (event.key === "Escape") setTyped(null)
                            if (event.key === "Enter") store()
                        }}
                    />
                    {unit !== undefined && <span className="text-2">{unit}</span>}
                </div>
            )}
        </Row>
    )
}

/** Links to a page's sections, one line. */
export function Contents({ sections }: { sections: readonly (readonly [id: string, title: string])[] }) {
    const say = useText(text)
    return (
        <nav aria-label={say("sections")} className="-mt-3 flex flex-wrap gap-1">
            {sections.map(([id, title]) => (
                <Button
                    key={id}
                    isSmall
                    look="ghost"
                    onClick={() => {
                        history.replaceState(history.state, "", `#${id}`)
                        document.getElementById(id)?.scrollIntoView()
                    }}
                >
                    {title}
                </Button>
            ))}
        </nav>
    )
}
