import type { KeyboardEvent, PointerEvent } from "react"

interface Props {
    label: string
    width: number
    least: number
    most: number
    onResize: (width: number) => void
}

/** Pixels that an arrow key moves it. */
const STEP = 24

/** The left edge of a panel at the right, by pointer and by arrow keys. */
export function ResizeHandle({ label, width, least, most, onResize }: Props) {
    const begin = (event: PointerEvent<HTMLDivElement>): void => {
        const { currentTarget, pointerId, clientX } = event
        currentTarget.setPointerCapture(pointerId)
        const move = (moved: globalThis.PointerEvent): void => onResize(width + clientX - moved.clientX)
        currentTarget.addEventListener("pointermove", move)
        currentTarget.addEventListener(
            "lostpointercapture",
            () => currentTarget.removeEventListener("pointermove", move),
            { once: true },
        )
    }
    const key = (event: KeyboardEvent): void => {
        const by = event.key === "ArrowLeft" ? STEP : event.key === "ArrowRight" ? -STEP : 0
        if (by === 0) return
        event.preventDefault()
        event.stopPropagation()
        onResize(width + by)
    }
    return (
        <div
            role="separator"
            aria-orientation="vertical"
            aria-label={label}
            aria-valuenow={width}
            aria-valuemin={least}
            aria-valuemax={most}
            tabIndex={0}
            onPointerDown={begin}
            onKeyDown={key}
            className="hover:bg-accent absolute inset-y-0 -left-0.5 z-10 w-1 cursor-col-resize touch-none transition-colors duration-150 max-lg:hidden"
        />
    )
}
