import {
    Copy,
    CopyPlus,
    ExternalLink,
    FolderInput,
    Link2,
    type LucideIcon,
    Pencil,
    SquareCheck,
    Tag,
    Trash2,
} from "lucide-react"
import type { Card, Column } from "@/api/api.gen"
import { call } from "@/api/client"
import { type CardContext, cardActions } from "@/app/feature"
import { printed } from "@/app/keys"
import { complain } from "@/app/notices"
import { paths } from "@/app/paths"
import { say } from "@/app/text"
import { TICKET_TYPES } from "@/app/tickets"
import type { Entry } from "@/ui/Menu"
import { change, move, nameOf } from "./acts"
import type { BoardContext } from "./context"
import { draftOf } from "./draft"
import { columnOf } from "./rules"
import { text } from "./text"
import { visible } from "./view"

/** An entry that a feature offers for a card. */
export interface Offer {
    id: string
    label: string
    icon: LucideIcon
    keys: string | undefined
    /** Why it cannot be done now. */
    obstacle: string | null
    isDangerous: boolean
    /** It is what comes next for the card. */
    isNext: boolean
    run: () => void
}

/** What the features offer for a card in its column. */
export function offersFor({ projectId, store }: BoardContext, card: Card): readonly Offer[] {
    const board = store.shown.value
    const about: CardContext = { projectId, card, board, role: columnOf(board.state, card.id)?.key ?? null }
    return cardActions
        .filter((action) => action.isFor(about))
        .map(({ id, label, icon, keys, obstacle, run, isNext, isDangerous = false }) => ({
            id,
            label: label(about),
            icon,
            keys: keys === undefined ? undefined : printed(keys),
            obstacle: obstacle?.(about) ?? null,
            isDangerous,
            isNext: isNext?.(about) ?? false,
            run: () => {
                Promise.resolve(run(about)).catch((error: unknown) => complain(label(about), error))
            },
        }))
}

/** The menu of a card: what the features offer for its column, then what is always there. */
export function entriesOf(context: BoardContext, card: Card): readonly Entry[] {
    const { store, view, open, edit, confirmDelete, projectId } = context
    const { state } = store.shown.value
    const column = columnOf(state, card.id)
    const copy = (words: string): void => void navigator.clipboard.writeText(words)
    return [
        ...offersFor(context, card),
        {
            id: "open",
            label: say(text, "open"),
            icon: ExternalLink,
            keys: "↵",
            run: () => open(card),
            isFirstOfGroup: true,
        },
        { id: "edit", label: say(text, "edit"), icon: Pencil, keys: "E", run: () => edit(card) },
        {
            id: "move",
            label: say(text, "moveTo"),
            icon: FolderInput,
            entries: [
                ...state.columnOrder.map((columnId) => ({
                    id: columnId,
                    label: state.columns[columnId]?.title ?? columnId,
                    isChecked: columnId === column?.id,
                    run: () =>
                        void move(store, [card.id], columnId, state.columns[columnId]?.cardIds.length ?? 0),
                })),
                ...(column && view.filter.value.order === "manual" ? within(context, card, column) : []),
            ],
        },
        {
            id: "type",
            label: say(text, "type"),
            icon: Tag,
            entries: [...TICKET_TYPES, null].map((type) => ({
                id: type ?? "none",
                label: type ?? say(text, "noType"),
                isChecked: type === card.ticketType,
                run: () => void change(store, card.id, { ticketType: type }),
            })),
        },
        {
            id: "duplicate",
            label: say(text, "duplicate"),
            icon: CopyPlus,
            run: () => void duplicate(context, card, column?.id),
        },
        { id: "select", label: say(text, "select"), icon: SquareCheck, run: () => view.toggle(card.id) },
        {
            id: "key",
            label: say(text, "copyKey"),
            icon: Copy,
            run: () => copy(nameOf(card)),
            isFirstOfGroup: true,
        },
        {
            id: "link",
            label: say(text, "copyLink"),
            icon: Link2,
            run: () => copy(location.origin + paths.card(projectId, card.ticketKey ?? card.id)),
        },
        {
            id: "delete",
            label: say(text, "delete"),
            icon: Trash2,
            isDangerous: true,
            isFirstOfGroup: true,
            run: () => confirmDelete([card.id]),
        },
    ]
}

/** The places in the card's own column that it may go to: the way to put cards in order without dragging them. */
function within({ store, view }: BoardContext, card: Card, { id, cardIds }: Column): readonly Entry[] {
    // Among what is shown, as when it is dragged: beside a card that is hidden nobody would see it move.
    const shown = visible(store.shown.value, id, view.filter.value)
    const place = shown.indexOf(card.id)
    const last = shown.length - 1
    const to = (name: "toTop" | "up" | "down" | "toBottom", index: number): Entry => ({
        id: name,
        label: say(text, name),
        obstacle: index < 0 || index > last || index === place ? say(text, "isThere") : null,
        isFirstOfGroup: name === "toTop",
        run: () => void move(store, [card.id], id, cardIds.indexOf(shown[index] ?? "")),
    })
    return [to("toTop", 0), to("up", place - 1), to("down", place + 1), to("toBottom", last)]
}

/** Opens the dialog for a new card with all that was written on this one. */
async function duplicate({ store, create }: BoardContext, card: Card, columnId?: string): Promise<void> {
    try {
        const path = { board_id: store.boardId, card_id: card.id }
        const { images } = await call("GET /boards/{board_id}/cards/{card_id}/images", { path })
        create(columnId, { draft: draftOf(card), images })
    } catch (error) {
        complain(say(text, "notDuplicated", { key: nameOf(card) }), error)
    }
}
