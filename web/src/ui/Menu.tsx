import { ContextMenu, DropdownMenu } from "radix-ui"
import type { LucideIcon } from "lucide-react"
import type { ReactNode } from "react"
import { classes } from "./classes"

/** One entry of a menu. */
export interface Entry {
    id: string
    label: string
    icon?: LucideIcon
    /** The keys that do the same, printed. */
    keys?: string | undefined
    run?: () => void
    /** Why it cannot be done now. */
    obstacle?: string | null
    isDangerous?: boolean
    isChecked?: boolean
    /** A line above it. */
    isFirstOfGroup?: boolean
    entries?: readonly Entry[]
}

const CONTENT =
    "animate-float bg-raised shadow-float z-50 min-w-44 max-w-80 rounded-md p-1 text-sm max-h-[70vh] overflow-y-auto"
const ITEM =
    "flex h-7 items-center gap-2 rounded-sm px-2 outline-none select-none data-[highlighted]:bg-hover data-[disabled]:opacity-50 data-[state=open]:bg-hover"

type Kit = typeof DropdownMenu | typeof ContextMenu

function Entries({ kit: Kit, entries }: { kit: Kit; entries: readonly Entry[] }) {
    return entries.map((entry, place) => (
        <div key={entry.id} className="contents">
            {entry.isFirstOfGroup && place > 0 && <Kit.Separator className="bg-line mx-1 my-1 h-px" />}
            {entry.entries ? (
                <Kit.Sub>
                    <Kit.SubTrigger className={ITEM}>
                        <Face entry={entry} />
                        <span className="text-3 ml-auto pl-4">›</span>
                    </Kit.SubTrigger>
                    <Kit.Portal>
                        <Kit.SubContent className={CONTENT}>
                            <Entries kit={Kit} entries={entry.entries} />
                        </Kit.SubContent>
                    </Kit.Portal>
                </Kit.Sub>
            ) : (
                <Kit.Item
                    className={classes(ITEM, entry.isDangerous && "text-bad")}
                    disabled={Boolean(entry.obstacle)}
                    title={entry.obstacle ?? undefined}
                    onSelect={() => entry.run?.()}
                >
                    <Face entry={entry} />
                    {entry.keys && <kbd className="text-3 mono ml-auto pl-4">{entry.keys}</kbd>}
                </Kit.Item>
            )}
        </div>
    ))
}

function Face({ entry: { icon: Icon, label, isChecked } }: { entry: Entry }) {
    return (
        <>
            {Icon && <Icon size={16} strokeWidth={1.5} className="shrink-0 opacity-80" aria-hidden />}
            <span className="truncate">{label}</span>
            {isChecked && (
                <span className="text-accent ml-auto pl-4" aria-hidden>
                    ✓
                </span>
            )}
        </>
    )
}

interface Props {
    /** What opens it. */
    children: ReactNode
    /** Made when it opens: menus of a thousand cards cost nothing until then. */
    entries: () => readonly Entry[]
    align?: "start" | "center" | "end"
    /** It is there because somebody asked for it just now. */
    isOpenAtFirst?: boolean
}

/** A menu below a button. */
export function Menu({ children, entries, align = "start", isOpenAtFirst = false }: Props) {
    return (
        <DropdownMenu.Root defaultOpen={isOpenAtFirst}>
            <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
            <DropdownMenu.Portal>
                <DropdownMenu.Content className={CONTENT} sideOffset={4} align={align} collisionPadding={8}>
                    <Opened kit={DropdownMenu} entries={entries} />
                </DropdownMenu.Content>
            </DropdownMenu.Portal>
        </DropdownMenu.Root>
    )
}

function Opened({ kit, entries }: { kit: Kit; entries: () => readonly Entry[] }) {
    return <Entries kit={kit} entries={entries()} />
}
