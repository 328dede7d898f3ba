import { X } from "lucide-react"
import { Dialog as Radix } from "radix-ui"
import type { ReactNode } from "react"
import { IconButton } from "./Button"
import { classes } from "./classes"

interface Props {
    isOpen: boolean
    onClose: () => void
    title: string
    /** Read to who does not see the dialog; the title says enough when there is none. */
    description?: string
    closeLabel: string
    children: ReactNode
    width?: "narrow" | "wide"
    /** Keeps a click beside it, or Escape, from throwing away what was typed. */
    isGuarded?: boolean
}

export function Dialog({
    isOpen,
    onClose,
    title,
    description,
    closeLabel,
    children,
    width = "narrow",
    isGuarded = false,
}: Props) {
    const size = width === "wide" ? "w-[min(720px,calc(100vw-24px))]" : "w-[min(480px,calc(100vw-24px))]"
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
                        if (isGuarded) event.preventDefault()
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
                </Radix.Content>
            </Radix.Portal>
        </Radix.Root>
    )
}
