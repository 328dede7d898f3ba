import { type ComponentProps, forwardRef, type ReactNode, useId } from "react"
import { classes } from "./classes"

export const INPUT =
    "w-full rounded border border-line-strong bg-surface px-2 text-sm text-1 transition-colors duration-100 " +
    "hover:border-(--text-3) focus:border-accent focus:outline-none focus:ring-1 focus:ring-accent aria-invalid:border-bad"

interface FieldProps {
    label: string
    hint?: ReactNode
    error?: string | undefined
    children: (input: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode
}

/** A label, what it belongs to, and below it what helps or what is wrong. */
export function Field({ label, hint, error, children }: FieldProps) {
    const id = useId()
    const below = error ?? hint
    const described = below ? { "aria-describedby": `${id}-below` } : {}
    return (
        <div className="flex flex-col gap-1">
            <label htmlFor={id} className="text-2 text-xs font-medium">
                {label}
            </label>
            {children({
                id,
                ...described,
                ...(error === undefined ? {} : { "aria-invalid": true as const }),
            })}
            {below && (
                <p
                    id={`${id}-below`}
                    className={classes("text-xs", error === undefined ? "text-3" : "text-bad")}
                >
                    {below}
                </p>
            )}
        </div>
    )
}

export const Input = forwardRef<HTMLInputElement, ComponentProps<"input">>(function Input(
    { className, ...rest },
    ref,
) {
    return <input ref={ref} className={classes(INPUT, "h-8", className)} autoComplete="off" {...rest} />
})

export const Select = forwardRef<HTMLSelectElement, ComponentProps<"select">>(function Select(
    { className, ...rest },
    ref,
) {
    return <select ref={ref} className={classes(INPUT, "h-8 appearance-auto", className)} {...rest} />
})
