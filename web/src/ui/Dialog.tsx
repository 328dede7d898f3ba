import { X } from "lucide-react"
import { Dialog as Radix } from "radix-ui"
import { type ReactNode, useRef, useState } from "react"
import { Button, IconButton } from "./Button"
import { classes } from "./classes"

interface Props {
    isOpen: boolean
    onClose: () => void
    title: string
    /** Read to who does not see the dialog; the title says enough when there is none. */
    description?: string
    closeLabel: string
    children: ReactNode
    width?: "narrow" | "wide" | "huge"
    /** Something was typed: a click beside it does nothing then, and Escape asks first. */
    guard?: Guard | null
    /** Something in it was typed or chosen. */
    onInput?: () => void
}

/** What is asked before what was typed is thrown away. */
export interface Guard {
    question: string
    discard: string
    keep: string
}

const WIDTHS = {
    narrow: "w-[min(480px,calc(100vw-24px))]",
    wide: "w-[min(720px,calc(100vw-24px))]",
    huge: "w-[min(1040px,calc(100vw-24px))]",
} as const

export function Dialog({
    isOpen,
    onClose,
    title,
    description,
    closeLabel,
    children,
    width = "narrow",
    guard = null,
    onInput,
}: Props) {
    const [isAsking, setAsking] = useState(false)
    /** Where the focus was when Escape was pressed. */
    const begun = useRef<Element | null>(null)
    const keep = (): void => {
        setAsking(false)
        if (begun.current instanceof HTMLElement) begun.current.focus()
    }
    const size = WIDTHS[width]
    return (
        <Radix.Root
            open={isOpen}
            onOpenChange={(open) => {
                if (!open) onClose()
            }}
        >
            <Radix.Portal>
                <Radix.Overlay className="animate-fade fixed inset-0 z-40 bg-black/40" />
                <Radix.Content
                    className={classes(
                        "animate-float bg-raised shadow-float fixed top-[max(12px,8vh)] left-1/2 z-50 flex max-h-[calc(100dvh-24px-8vh)] -translate-x-1/2 flex-col rounded-lg",
                        size,
                    )}
                    onInteractOutside={(event) => {
                        // A message that lies over it is read and put away without ending it.
                        const isMessage = (event.detail.originalEvent.target as Element | null)?.closest(
                            "[aria-live]",
                        )
                        if (guard || isMessage) event.preventDefault()
                    }}
                    onInput={onInput}
                    onEscapeKeyDown={(event) => {
                        // A list that is open in a field ends first, by the same key.
                        if (document.activeElement?.matches('[role="combobox"][aria-expanded="true"]')) {
                            event.preventDefault()
                            return
                        }
                        if (!guard) return
                        event.preventDefault()
                        if (isAsking) keep()
                        else {
                            begun.current = document.activeElement
                            setAsking(true)
                        }
                    }}
                    {...(description === undefined ? { "aria-describedby": undefined } : {})}
                >
                    <header className="border-line flex h-11 shrink-0 items-center justify-between border-b pr-2 pl-4">
                        <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
                        <Radix.Close asChild>
                            <IconButton label={closeLabel}>
                                <X size={16} strokeWidth={1.5} />
                            </IconButton>
                        </Radix.Close>
                    </header>
                    {description !== undefined && (
                        <Radix.Description className="text-2 px-4 pt-3">{description}</Radix.Description>
                    )}
                    {children}
                    {guard && isAsking && (
                        <div
                            role="alert"
                            className="border-line bg-warn-tint flex flex-wrap items-center gap-2 border-t px-4 py-2"
                        >
                            <p className="min-w-0 flex-1">{guard.question}</p>
                            <Button isSmall onClick={keep} autoFocus>
                                {guard.keep}
                            </Button>
                            <Button isSmall look="danger" onClick={onClose}>
                                {guard.discard}
                            </Button>
                        </div>
                    )}
                </Radix.Content>
            </Radix.Portal>
        </Radix.Root>
    )
}
