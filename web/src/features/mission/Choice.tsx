import { classes } from "@/ui/classes"

interface Props<Value extends string> {
    label: string
    options: readonly { value: Value; label: string }[]
    chosen: Value
    onChoose: (value: Value) => void
}

/** One of a few, side by side. */
export function Choice<Value extends string>({ label, options, chosen, onChoose }: Props<Value>) {
    return (
        <div role="group" aria-label={label} className="border-line bg-surface flex rounded border p-0.5">
            {options.map((option) => (
                <button
                    key={option.value}
                    type="button"
                    aria-pressed={option.value === chosen}
                    onClick={() => onChoose(option.value)}
                    className={classes(
                        "h-6 rounded-sm px-2 text-xs",
                        option.value === chosen ? "bg-active text-1 font-medium" : "text-2 hover:bg-hover",
                    )}
                >
                    {option.label}
                </button>
            ))}
        </div>
    )
}
