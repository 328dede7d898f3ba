import { FolderInput, Trash2, X } from "lucide-react"
import { useSignal } from "@/app/services"
import { useText } from "@/app/text"
import { Button, IconButton } from "@/ui/Button"
import { Menu } from "@/ui/Menu"
import { move } from "./acts"
import { useBoardContext } from "./context"
import { text } from "./text"

/** What can be done to all chosen cards at once. */
export function SelectionBar() {
    const say = useText(text)
    const { store, view, confirmDelete } = useBoardContext()
    const selected = useSignal(view.selected)
    if (selected.size === 0) return null
    const inOrder = (): string[] => {
        const { columnOrder, columns } = store.shown.value.state
        return columnOrder
            .flatMap((columnId) => columns[columnId]?.cardIds ?? [])
            .filter((cardId) => selected.has(cardId))
    }
    return (
        <div
            role="toolbar"
            aria-label={say("selected", { n: selected.size })}
            className="animate-float bg-raised shadow-float fixed bottom-4 left-1/2 z-30 flex -translate-x-1/2 items-center gap-1 rounded-lg p-1.5 pl-3"
        >
            <span className="mr-2 font-medium whitespace-nowrap">
                {say("selected", { n: selected.size })}
            </span>
            <Menu
                entries={() => {
                    const { columnOrder, columns } = store.shown.value.state
                    return columnOrder.map((columnId) => ({
                        id: columnId,
                        label: columns[columnId]?.title ?? columnId,
                        run: () => {
                            void move(store, inOrder(), columnId, columns[columnId]?.cardIds.length ?? 0)
                            view.deselect()
                        },
                    }))
                }}
            >
                <Button look="ghost">
                    <FolderInput size={16} strokeWidth={1.5} aria-hidden />
                    {say("moveTo")}
                </Button>
            </Menu>
            <Button look="ghost" className="text-bad" onClick={() => confirmDelete(inOrder())}>
                <Trash2 size={16} strokeWidth={1.5} aria-hidden />
                {say("delete")}
            </Button>
            <IconButton label={say("deselect")} onClick={() => view.deselect()}>
                <X size={16} strokeWidth={1.5} />
            </IconButton>
        </div>
    )
}
