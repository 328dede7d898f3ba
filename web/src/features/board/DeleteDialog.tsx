import { useText } from "@/app/text"
import { useGo } from "@/app/navigation"
import { paths } from "@/app/paths"
import { Button } from "@/ui/Button"
import { Dialog } from "@/ui/Dialog"
import { nameOf, remove } from "./acts"
import { useBoardContext } from "./context"
import { text } from "./text"

/** Cards shown by name before they are deleted; more are counted. */
const MOST_NAMED = 6

export default function DeleteDialog({
    cardIds,
    onClose,
}: {
    cardIds: readonly string[]
    onClose: () => void
}) {
    const say = useText(text)
    const go = useGo()
    const { store, view, projectId } = useBoardContext()
    const { cards } = store.shown.value.state
    const names = cardIds.slice(0, MOST_NAMED).map((cardId) => {
        const card = cards[cardId]
        return { cardId, name: nameOf(card), title: card?.title ?? "" }
    })
    const submit = (): void => {
        const isOpen = names.some(({ name }) => location.pathname === paths.card(projectId, name))
        void remove(store, cardIds)
        view.deselect()
        if (isOpen) go(paths.board(projectId))
        onClose()
    }
    return (
        <Dialog
            isOpen
            onClose={onClose}
            title={say("deleteTitle", { n: cardIds.length })}
            description={say("deleteHint")}
            closeLabel={say("close")}
        >
            <ul className="max-h-60 overflow-y-auto px-4 py-3">
                {names.map(({ cardId, name, title }) => (
                    <li key={cardId} className="flex gap-2">
                        <span className="mono text-3 shrink-0">{name}</span>
                        <span className="truncate">{title}</span>
                    </li>
                ))}
                {cardIds.length > names.length && (
                    <li className="text-3">+ {cardIds.length - names.length}</li>
                )}
            </ul>
            <footer className="border-line flex justify-end gap-2 border-t p-3">
                <Button onClick={onClose}>{say("cancel")}</Button>
                <Button look="danger" onClick={submit} autoFocus>
                    {say("delete")}
                </Button>
            </footer>
        </Dialog>
    )
}
