import type {
    BulkMove,
    Card,
    CardDraft,
    CardPatch,
    ColumnDraft,
    ColumnFields,
    ColumnPatch,
} from "@/api/api.gen"
import { ask, call, newKey } from "@/api/client"
import type { Change, Landed } from "./boardStore"
import { columnChanged, columnDeleted, created, deleted, edited, moved } from "./changes"

// What a person can do to a board: each a Change, for BoardStore.perform.

/** A card's time of change tells whether the stream has brought a change that the server answered with that time. */
function cardIsAt({ id, updatedAt }: Card): Landed {
    return (state) => {
        const card = state.cards[id]
        return card === undefined || card.updatedAt >= updatedAt
    }
}

export function moveCards(boardId: string, cardIds: string[], columnId: string, index: number): Change<void> {
    return {
        key: "moves",
        apply: (state) => moved(state, cardIds, columnId, index),
        async send() {
            const [cardId] = cardIds
            if (cardId !== undefined && cardIds.length === 1) {
                const path = { board_id: boardId, card_id: cardId }
                const body = { columnId, index }
                const answer = await call("PATCH /boards/{board_id}/cards/{card_id}", {
                    path,
                    body,
                    minimal: true,
                })
                if (!("card" in answer)) throw new Error("the server answered a move without the card")
                return { value: undefined, landed: cardIsAt(answer.card) }
            }
            const body: BulkMove = { cardIds, columnId, index }
            const answer = await call("POST /boards/{board_id}/cards/move", {
                path: { board_id: boardId },
                body,
            })
            const landed = (answer?.cards ?? []).map(cardIsAt)
            return { value: undefined, landed: (state) => landed.every((one) => one(state)) }
        },
    }
}

/** Changes fields of a card. With `ifMatch` it is refused (412) when somebody changed the card meanwhile. */
export function editCard(boardId: string, cardId: string, body: CardPatch, ifMatch?: string): Change<Card> {
    return {
        key: cardId,
        apply: (state) => edited(state, cardId, body),
        async send() {
            const path = { board_id: boardId, card_id: cardId }
            const answer = await call("PATCH /boards/{board_id}/cards/{card_id}", {
                path,
                body,
                ifMatch,
                minimal: true,
            })
            if (!("card" in answer)) throw new Error("the server answered an edit without the card")
            return { value: answer.card, landed: cardIsAt(answer.card) }
        },
    }
}

export interface Created {
    card: Card
    /** Why no issue was made on GitHub; null when one was made, or not asked for. */
    githubIssueError: string | null
}

/** The id of a card that the server has not named yet begins with this. */
const UNNAMED = "new-"

export function isUnnamed(cardId: string): boolean {
    return cardId.startsWith(UNNAMED)
}

export function createCard(
    boardId: string,
    draft: CardDraft,
    known: Readonly<Record<string, Card>>,
): Change<Created> {
    const now = new Date().toISOString()
    const card: Card = {
        id: `${UNNAMED}${newKey()}`,
        title: draft.title,
        ticketType: (draft.ticketType ?? null) as Card["ticketType"],
        isEnhanced: false,
        disableAutoCloseOnPRMerge: false,
        disableAutoCloseOnIssueClose: false,
        createdAt: now,
        updatedAt: now,
        ...(draft.description ? { description: draft.description } : {}),
        ...(draft.dependsOn?.length ? { dependsOn: draft.dependsOn } : {}),
    }
    return {
        key: card.id,
        apply(state) {
            // The stream may bring the card before the answer tells its id: then it is not shown twice.
            const cardIds = state.columns[draft.columnId]?.cardIds ?? []
            const isThere = cardIds.some((one) => !(one in known) && state.cards[one]?.title === draft.title)
            return isThere ? state : created(state, card, draft.columnId, draft.index ?? undefined)
        },
        async send(idempotencyKey) {
            const path = { board_id: boardId }
            const answer = await call("POST /boards/{board_id}/cards", {
                path,
                body: draft,
                idempotencyKey,
                minimal: true,
            })
            if (!("card" in answer)) throw new Error("the server answered with no card")
            const { card: made, githubIssueError = null } = answer
            return { value: { card: made, githubIssueError }, landed: (state) => made.id in state.cards }
        },
    }
}

export function deleteCard(boardId: string, cardId: string): Change<void> {
    return {
        key: cardId,
        apply: (state) => deleted(state, [cardId]),
        async send() {
            await call("DELETE /boards/{board_id}/cards/{card_id}", {
                path: { board_id: boardId, card_id: cardId },
            })
            return { value: undefined, landed: (state) => !(cardId in state.cards) }
        },
    }
}

// ── Columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function createColumn(boardId: string, body: ColumnDraft): Change<ColumnFields> {
    return {
        key: "columns",
        // Without an id of its own a column cannot take cards, so it is shown when the server has made it.
        apply: (state) => state,
        async send(idempotencyKey) {
            const path = { board_id: boardId }
            const { column } = await call("POST /boards/{board_id}/columns", { path, body, idempotencyKey })
            return { value: column, landed: (state) => column.id in state.columns }
        },
    }
}

export function changeColumn(boardId: string, columnId: string, change: ColumnPatch): Change<void> {
    return {
        key: "columns",
        apply: (state) => columnChanged(state, columnId, change),
        async send() {
            const path = { board_id: boardId, column_id: columnId }
            const { value } = await ask("PATCH /boards/{board_id}/columns/{column_id}", {
                path,
                body: change,
            })
            const { title, key = null, wipLimit = null } = value.column
            const landed: Landed = (state) => {
                const column = state.columns[columnId]
                if (!column) return true
                const isPlaced =
                    change.index === undefined || state.columnOrder.indexOf(columnId) === change.index
                return (
                    isPlaced &&
                    column.title === title &&
                    (column.key ?? null) === key &&
                    (column.wipLimit ?? null) === wipLimit
                )
            }
            return { value: undefined, landed }
        },
    }
}

export function deleteColumn(boardId: string, columnId: string): Change<void> {
    return {
        key: "columns",
        apply: (state) => columnDeleted(state, columnId),
        async send() {
            await call("DELETE /boards/{board_id}/columns/{column_id}", {
                path: { board_id: boardId, column_id: columnId },
            })
            return { value: undefined, landed: (state) => !(columnId in state.columns) }
        },
    }
}
