import { type ComponentProps, forwardRef, type ReactNode } from "react"
import { classes } from "./classes"

type Look = "plain" | "primary" | "danger" | "ghost"

const LOOKS: Record<Look, string> = {
    plain: "border border-line-strong bg-surface text-1 hover:bg-hover",
    primary: "bg-accent text-on-accent hover:bg-accent-strong font-medium",
    danger: "border border-line-strong bg-surface text-bad hover:bg-bad-tint",
    ghost: "text-2 hover:bg-hover hover:text-1",
}

const SHAPE =
    "inline-flex items-center justify-center gap-1.5 rounded whitespace-nowrap select-none transition-colors duration-100 " +
    "disabled:opacity-45 disabled:pointer-events-none aria-disabled:opacity-45"

interface Props extends ComponentProps<"button"> {
    look?: Look
    isSmall?: boolean
}

export const Button = forwardRef<HTMLButtonElement, Props>(function Button(
    { look = "plain", isSmall = false, className, type = "button", ...rest },
    ref,
) {
    const size = isSmall ? "h-6 px-2 text-xs" : "h-7 px-2.5 text-sm"
    return <button ref={ref} type={type} className={classes(SHAPE, size, LOOKS[look], className)} {...rest} />
})

interface IconProps extends ComponentProps<"button"> {
    /** What it does, for who does not see the icon; shown when the pointer rests on it. */
    label: string
    children: ReactNode
}

export const IconButton = forwardRef<HTMLButtonElement, IconProps>(function IconButton(
    { label, className, type = "button", ...rest },
    ref,
) {
    const look = classes(
        SHAPE,
        "size-7 shrink-0 text-3 hover:bg-hover hover:text-1 data-[state=open]:bg-hover",
        className,
    )
    return <button ref={ref} type={type} aria-label={label} title={label} className={look} {...rest} />
})
