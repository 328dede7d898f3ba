"""What can be done with cards.

Every verb checks first and writes then; a rule is checked against the state that the whole request would lead to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kanbanai.domain import cards as rules
from kanbanai.domain.attempts import AT_WORK
from kanbanai.domain.boards import ColumnFields, list_index
from kanbanai.domain.cards import Card, CardChanges, Image, Placement, TicketType
from kanbanai.domain.changes import changed
from kanbanai.domain.dependencies import normalized, refuse_cycle
from kanbanai.domain.errors import CardBlocked, Conflict, Invalid, NotFound, OverLimit
from kanbanai.domain.events import CardCreated, CardDeleted, CardMoved, CardUpdated
from kanbanai.domain.ids import CARD_PREFIX, BoardId, CardId, ColumnId
from kanbanai.domain.tickets import ticket_key
from kanbanai.ports import PlacedCard, Transaction
from kanbanai.usecases import issue_outbox, queries

MAX_BULK = 1_000
"""Cards moved by one request; each is an event of its own, and a transaction should stay well under a second."""
BLOCKED = "Task is blocked by dependencies"

Guard = Callable[[PlacedCard], None]
"""Looks at a card as it is before a change and raises PreconditionFailed when the caller meant another version."""


class NewCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a card is made of. `index` None: at the column's end."""

    column_id: ColumnId
    title: str
    description: str | None = None
    depends_on: Sequence[str] = ()
    ticket_type: TicketType | None = None
    images: tuple[Image, ...] = ()
    index: int | None = None


class CardEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit asks for: fields, images (None: leave them), a new place (None: stay)."""

    changes: CardChanges
    images: tuple[Image, ...] | None = None
    to: Placement | None = None


class EditedCard(msgspec.Struct, frozen=True):
    """A card after an edit, and the columns that the edit touched (none when the card stayed where it was)."""

    placed: PlacedCard
    columns: tuple[ColumnId, ...]


def create(tx: Transaction, board_id: BoardId, new: NewCard) -> PlacedCard:
    """Makes a card with the project's next ticket key.

    Raises NotFound for an unknown board or column, Invalid for a field out of its limits, an unknown dependency, or one
    that is missing when the card is to start in a column where work goes on.
    """
    tx.boards.take(board_id)
    column = _column(tx, board_id, new.column_id, "Column not found")
    card_id = CardId(tx.new_id(CARD_PREFIX))
    needs = _dependencies(tx, board_id, card_id, new.depends_on)
    _refuse_blocked(tx, board_id, column, needs)
    pictures = rules.images(new.images)
    index = None if new.index is None else list_index(new.index)
    title, description = rules.card_title(new.title), rules.card_description(new.description)
    settings = queries.project_settings(tx, board_id)
    card = Card(
        id=card_id,
        ticket_key=ticket_key(settings.ticket_prefix, tx.projects.take_ticket_number(board_id)),
        disable_auto_close_on_pr_merge=False,
        disable_auto_close_on_issue_close=False,
        ticket_type=new.ticket_type,
        is_enhanced=False,
        title=title,
        description=description,
        depends_on=needs,
        created_at=tx.now,
        updated_at=tx.now,
    )
    placed = tx.cards.insert(board_id, card, column.id, index)
    if pictures:
        tx.cards.set_images(card_id, pictures)
    tx.emit(board_id, CardCreated(card=card, column_id=column.id, index=placed))
    return PlacedCard(card, column.id)


def edit(
    tx: Transaction, board_id: BoardId, card_id: CardId, asked: CardEdit, guard: Guard | None = None
) -> EditedCard:
    """Changes a card's fields, images and place, all or nothing.

    Raises NotFound, Invalid (nothing asked for, a field out of its limits, a cycle), CardBlocked when the card would
    enter a column where work goes on while, with its new dependencies, it is blocked; and what `guard` raises.
    """
    before = queries.card(tx, board_id, card_id)
    if guard is not None:
        guard(before)
    after = _edited(tx, board_id, before.card, asked.changes)
    pictures = None if asked.images is None else rules.images(asked.images)
    target = None if asked.to is None else _target(tx, board_id, before, after, asked.to)
    if after != before.card or pictures is not None:
        after = issue_outbox.note_edit(tx, before.card, msgspec.structs.replace(after, updated_at=tx.now))
        tx.cards.save(before.card, after)
        tx.emit(board_id, CardUpdated(card_id=card_id, changes=rules.difference(before.card, after)))
    if pictures is not None:
        tx.cards.set_images(card_id, pictures)
    if target is None:
        return EditedCard(PlacedCard(after, before.column_id), ())
    return _place(tx, board_id, PlacedCard(after, before.column_id), target)


def move(tx: Transaction, board_id: BoardId, card_id: CardId, to: Placement) -> EditedCard:
    """Puts a card at an exact place. Raises NotFound, Invalid and CardBlocked as `edit` does."""
    return edit(tx, board_id, card_id, CardEdit(changes=CardChanges(), to=to))


def move_many(
    tx: Transaction, board_id: BoardId, card_ids: Sequence[CardId], to: Placement
) -> tuple[EditedCard, ...]:
    """Puts several cards one after the other at a place, counted without them. All move or none does.

    Raises as `edit` does, and Invalid when a card is named twice or none is named.
    """
    if not card_ids:
        raise Invalid.field("cardIds", "names no card")
    if len(card_ids) > MAX_BULK:
        raise OverLimit.field("cardIds", f"names {len(card_ids)} cards; the limit is {MAX_BULK}")
    if len(set(card_ids)) != len(card_ids):
        raise Invalid.field("cardIds", "names a card twice")
    tx.boards.take(board_id)
    column = _column(tx, board_id, to.column_id, "Target column not found")
    list_index(to.index)
    found = tx.cards.get_many(board_id, card_ids)
    placed = [found.get(card_id) or queries.card(tx, board_id, card_id) for card_id in card_ids]
    if column.key == "inProgress":
        _refuse_blocked_together(tx, board_id, column, placed)
    start, waiting = _start_of_many(tx, placed, Placement(column.id, to.index))
    tx.cards.move_many(placed, Placement(column.id, start), tx.now)
    moved = []
    for offset, one in enumerate(placed):
        waiting.discard(one.card.id)
        moved.append(_said_to_move(tx, board_id, one, Placement(column.id, start + len(waiting) + offset)))
    return tuple(moved)


def _start_of_many(tx: Transaction, placed: Sequence[PlacedCard], to: Placement) -> tuple[int, set[CardId]]:
    """Where the first of them will stand, and those that stand above it now and push it down until they have gone."""
    moving = {one.card.id for one in placed if one.column_id == to.column_id}
    if not moving:
        return min(to.index, tx.columns.count_cards(to.column_id)), set()
    order = tx.cards.card_ids(to.column_id)
    place = {card_id: index for index, card_id in enumerate(order)}
    staying = [index for index, card_id in enumerate(order) if card_id not in moving]
    start = min(to.index, len(staying))
    anchor = staying[start - 1] if start else -1  # they go right behind this card
    return start, {card_id for card_id in moving if place[card_id] < anchor}


def delete(tx: Transaction, board_id: BoardId, card_id: CardId, guard: Guard | None = None) -> None:
    """Removes a card with its attempts, images and proposals; cards that depended on it no longer do.

    Raises NotFound, Invalid when the card is another board's, Conflict while an agent is at work on it, and what
    `guard` raises.
    """
    placed = queries.card(tx, board_id, card_id)
    if guard is not None:
        guard(placed)
    if any(one.status in AT_WORK for one in tx.attempts.of_card(card_id)):
        raise Conflict("An agent is at work on the card; stop it first")
    for dependant_id in tx.cards.dependants(card_id):
        _release(tx, board_id, dependant_id, card_id)
    issue_outbox.note_deletion(tx, card_id)
    tx.cards.remove(board_id, card_id)
    tx.emit(board_id, CardDeleted(card_id=card_id, column_id=placed.column_id))


def _release(tx: Transaction, board_id: BoardId, dependant_id: CardId, gone: CardId) -> None:
    before = queries.card(tx, board_id, dependant_id).card
    remaining = tuple(one for one in before.depends_on if one != gone)
    after = msgspec.structs.replace(before, depends_on=remaining, updated_at=tx.now)
    tx.cards.save(before, after)
    tx.emit(board_id, CardUpdated(card_id=dependant_id, changes=rules.difference(before, after)))


def _edited(tx: Transaction, board_id: BoardId, card: Card, changes: CardChanges) -> Card:
    unset = msgspec.UNSET
    if changes.title is not unset:
        changes = msgspec.structs.replace(changes, title=rules.card_title(changes.title))
    if changes.description is not unset:
        changes = msgspec.structs.replace(changes, description=rules.card_description(changes.description))
    if changes.depends_on is not unset:
        needs = _dependencies(tx, board_id, card.id, changes.depends_on)
        changes = msgspec.structs.replace(changes, depends_on=needs)
    return changed(card, changes)


def _dependencies(
    tx: Transaction, board_id: BoardId, card_id: CardId, wanted: Sequence[str]
) -> tuple[CardId, ...]:
    needs = normalized(card_id, wanted)
    if not needs:
        return needs
    known = tx.cards.known(board_id, needs)
    if strangers := [one for one in needs if one not in known]:
        elsewhere = any(tx.cards.board_of(one) for one in strangers)
        code = "dependency_board_mismatch" if elsewhere else "dependency_not_found"
        raise Invalid.coded("dependsOn", code, f"not a card of this board: {', '.join(strangers)}")
    refuse_cycle(card_id, needs, tx.cards.depends_on)
    return needs


def _target(tx: Transaction, board_id: BoardId, before: PlacedCard, after: Card, to: Placement) -> Placement:
    list_index(to.index)
    column = _column(tx, board_id, to.column_id, "Target column not found")
    if column.id != before.column_id:
        _refuse_blocked(tx, board_id, column, after.depends_on)
    return to


def _refuse_blocked(
    tx: Transaction, board_id: BoardId, column: ColumnFields, needs: tuple[CardId, ...]
) -> None:
    if column.key == "inProgress" and tx.cards.not_done(board_id, needs):
        raise CardBlocked(BLOCKED)


def _refuse_blocked_together(
    tx: Transaction, board_id: BoardId, column: ColumnFields, placed: Sequence[PlacedCard]
) -> None:
    """For cards that enter the column at once: one of them is not done when another needs it."""
    moving = {one.card.id for one in placed}
    for one in placed:
        if one.column_id != column.id:
            if moving.intersection(one.card.depends_on):
                raise CardBlocked(BLOCKED)
            _refuse_blocked(tx, board_id, column, one.card.depends_on)


def _place(tx: Transaction, board_id: BoardId, placed: PlacedCard, to: Placement) -> EditedCard:
    index = tx.cards.move(board_id, placed.card.id, to)
    tx.cards.save(placed.card, msgspec.structs.replace(placed.card, updated_at=tx.now))
    return _said_to_move(tx, board_id, placed, Placement(to.column_id, index))


def _said_to_move(tx: Transaction, board_id: BoardId, placed: PlacedCard, to: Placement) -> EditedCard:
    """Says that a card stands at a new place from now on, and answers with it."""
    moved = msgspec.structs.replace(placed.card, updated_at=tx.now)
    tx.emit(
        board_id,
        CardMoved(
            card_id=moved.id,
            from_column_id=placed.column_id,
            to_column_id=to.column_id,
            index=to.index,
            updated_at=moved.updated_at,
        ),
    )
    touched = tuple(dict.fromkeys((placed.column_id, to.column_id)))
    return EditedCard(PlacedCard(moved, to.column_id), touched)


def _column(tx: Transaction, board_id: BoardId, column_id: ColumnId, missing: str) -> ColumnFields:
    column = tx.columns.get(board_id, column_id)
    if column is None:
        raise NotFound(missing)
    return column
