import { ArrowDown, ArrowUp } from "lucide-react"
import { classes } from "./classes"

interface Props {
    /** Where what is new is: at the top or at the bottom of the list. */
    at: "top" | "bottom"
    label: string
    onClick: () => void
    className?: string
}

/** Says what came in while one looks elsewhere, and goes there; over a list whose frame is `relative`. */
export function NewPill({ at, label, onClick, className }: Props) {
    const Arrow = at === "top" ? ArrowUp : ArrowDown
    return (
        <button
            type="button"
            onClick={onClick}
            className={classes(
                "animate-float bg-raised shadow-float hover:bg-hover absolute left-1/2 z-20 flex h-7 -translate-x-1/2 items-center gap-1.5 rounded-full px-3 text-xs font-medium whitespace-nowrap",
                at === "top" ? "top-3" : "bottom-3",
                className,
            )}
        >
            <Arrow size={14} strokeWidth={1.5} aria-hidden />
            {label}
        </button>
    )
}
