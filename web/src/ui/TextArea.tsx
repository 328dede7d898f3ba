import { type ComponentProps, forwardRef } from "react"
import { classes } from "./classes"
import { INPUT } from "./Field"

/** Several lines; it grows with what is written in it, where the browser can. */
export const TextArea = forwardRef<HTMLTextAreaElement, ComponentProps<"textarea">>(function TextArea(
    { className, ...rest },
    ref,
) {
    return (
        <textarea
            ref={ref}
            spellCheck={false}
            className={classes(INPUT, "field-sizing-content max-h-80 min-h-14 resize-y py-1.5", className)}
            {...rest}
        />
    )
})
