"""The fold: what a board looks like after an event, and how to tell that as a JSON Patch.

    apply(snapshot(c), event c+1) == snapshot(c+1)            RT3
    patch(state(c), operations(snapshot(c), event)) == state(c+1)

Both are pure and total. A dict or tuple that an event touches is copied, all others are shared with the snapshot
before; the copy of ten thousand pointers costs some 50 µs, which a board of that size can bear.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, assert_never

import msgspec

from kanbanai.domain import events as e
from kanbanai.domain.attempts import AttemptBrief, shown
from kanbanai.domain.boards import BoardState, Column
from kanbanai.domain.cards import Card
from kanbanai.domain.changes import changed, given
from kanbanai.domain.ids import CardId, ColumnId

replace = msgspec.structs.replace
T = TypeVar("T")


class BoardSnapshot(msgspec.Struct, frozen=True):
    """All that a board shows: its state, and per card the attempts shown on it (oldest first, the latest last)."""

    state: BoardState
    attempts: dict[CardId, tuple[AttemptBrief, ...]]

    @classmethod
    def empty(cls) -> BoardSnapshot:
        """The board before its first event."""
        return cls(BoardState(columns={}, column_order=(), cards={}), {})


class Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation of RFC 6902, on the `state` as the wire shows it."""

    op: str
    path: str
    value: Any = msgspec.UNSET
    from_: str | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="from")


def apply(snapshot: BoardSnapshot, event: e.Event) -> BoardSnapshot:
    """The snapshot after the event. An event that a board does not show leaves it as it is.

    Raises KeyError or ValueError when the event does not fit the snapshot: a gap in the log, which must not be papered
    over.
    """
    match event:
        case (
            e.ColumnCreated()
            | e.ColumnUpdated()
            | e.ColumnMoved()
            | e.ColumnDeleted()
            | e.CardCreated()
            | e.CardUpdated()
            | e.CardMoved()
        ):
            return replace(snapshot, state=_apply_to_state(snapshot.state, event))
        case e.CardDeleted(card_id=card_id):
            attempts = {key: value for key, value in snapshot.attempts.items() if key != card_id}
            return BoardSnapshot(_apply_to_state(snapshot.state, event), attempts)
        case e.AttemptStatusChanged(attempt_id=attempt_id, card_id=card_id, status=status, waiting=waiting):
            brief = AttemptBrief(attempt_id, status, waiting)
            known = snapshot.attempts.get(card_id, ())
            if any(one.attempt_id == attempt_id for one in known):
                briefs = tuple(brief if one.attempt_id == attempt_id else one for one in known)
            else:
                briefs = (*known, brief)
            return replace(snapshot, attempts={**snapshot.attempts, card_id: shown(briefs)})
        case (
            e.CardEnhancement()
            | e.GithubSync()
            | e.AttemptStarted()
            | e.AttemptLogged()
            | e.ConversationItemAdded()
            | e.AttemptTodosChanged()
            | e.AttemptSessionRecorded()
            | e.AttemptPermission()
            | e.AttemptQueueChanged()
            | e.AttemptUsageChanged()
            | e.AttemptPullRequest()
            | e.GitStatusChanged()
            | e.GitCommitted()
            | e.GitPushed()
            | e.TerminalOpened()
            | e.TerminalClosed()
            | e.AgentProfileChanged()
            | e.AgentRegistered()
            | e.ProjectCreated()
            | e.ProjectUpdated()
            | e.ProjectDeleted()
        ):
            return snapshot
        case _:
            assert_never(event)


def _apply_to_state(state: BoardState, event: e.StateEvent) -> BoardState:
    columns, order, cards = state.columns, state.column_order, state.cards
    match event:
        case e.ColumnCreated(column=fields, index=index):
            return replace(
                state,
                columns={**columns, fields.id: Column.of(fields)},
                column_order=_inserted(order, index, fields.id),
            )
        case e.ColumnUpdated(column_id=column_id, changes=changes):
            return replace(state, columns={**columns, column_id: changed(columns[column_id], changes)})
        case e.ColumnMoved(column_id=column_id, index=index):
            return replace(state, column_order=_inserted(_without(order, column_id), index, column_id))
        case e.ColumnDeleted(column_id=column_id):
            return replace(
                state,
                columns={key: value for key, value in columns.items() if key != column_id},
                column_order=_without(order, column_id),
            )
        case e.CardCreated(card=card, column_id=column_id, index=index):
            column = columns[column_id]
            placed = replace(column, card_ids=_inserted(column.card_ids, index, card.id))
            return replace(state, columns={**columns, column_id: placed}, cards={**cards, card.id: card})
        case e.CardUpdated(card_id=card_id, changes=changes):
            return replace(state, cards={**cards, card_id: changed(cards[card_id], changes)})
        case e.CardMoved(card_id=card_id):
            moved = replace(cards[card_id], updated_at=event.updated_at)
            return replace(state, columns=_with_card_moved(columns, event), cards={**cards, card_id: moved})
        case e.CardDeleted(card_id=card_id, column_id=column_id):
            column = columns[column_id]
            emptied = replace(column, card_ids=_without(column.card_ids, card_id))
            remaining = dict(cards)
            del remaining[card_id]
            return replace(state, columns={**columns, column_id: emptied}, cards=remaining)
        case _:
            assert_never(event)


def _with_card_moved(columns: dict[ColumnId, Column], event: e.CardMoved) -> dict[ColumnId, Column]:
    source = columns[event.from_column_id]
    left = {**columns, source.id: replace(source, card_ids=_without(source.card_ids, event.card_id))}
    target = left[event.to_column_id]
    left[target.id] = replace(target, card_ids=_inserted(target.card_ids, event.index, event.card_id))
    return left


def operations(before: BoardSnapshot, event: e.StateEvent) -> list[Operation]:
    """How `event` changes the wire's `state`, as JSON Patch operations in order; `before` is the snapshot it meets."""
    columns, order = before.state.columns, before.state.column_order
    match event:
        case e.ColumnCreated(column=fields, index=index):
            return [
                Operation("add", f"/columns/{fields.id}", Column.of(fields)),
                Operation("add", f"/columnOrder/{index}", fields.id),
            ]
        case e.ColumnUpdated(column_id=column_id, changes=changes):
            return updating(f"/columns/{column_id}", columns[column_id], changes)
        case e.ColumnMoved(column_id=column_id, index=index):
            source = f"/columnOrder/{order.index(column_id)}"
            return [Operation("move", f"/columnOrder/{index}", from_=source)]
        case e.ColumnDeleted(column_id=column_id):
            return [
                Operation("remove", f"/columnOrder/{order.index(column_id)}"),
                Operation("remove", f"/columns/{column_id}"),
            ]
        case e.CardCreated(card=card, column_id=column_id, index=index):
            return [
                Operation("add", f"/cards/{card.id}", card),
                Operation("add", f"/columns/{column_id}/cardIds/{index}", card.id),
            ]
        case e.CardUpdated(card_id=card_id, changes=changes):
            return updating(f"/cards/{card_id}", before.state.cards[card_id], changes)
        case e.CardMoved(card_id=card_id, from_column_id=origin):
            return moving(event, columns[origin].card_ids.index(card_id))
        case e.CardDeleted(card_id=card_id, column_id=column_id):
            place = columns[column_id].card_ids.index(card_id)
            return [
                Operation("remove", f"/columns/{column_id}/cardIds/{place}"),
                Operation("remove", f"/cards/{card_id}"),
            ]
        case _:
            assert_never(event)


def moving(event: e.CardMoved, place: int) -> list[Operation]:
    """The operations for a card that moves away from `place` of its column."""
    return [
        Operation(
            "move",
            f"/columns/{event.to_column_id}/cardIds/{event.index}",
            from_=f"/columns/{event.from_column_id}/cardIds/{place}",
        ),
        Operation("replace", f"/cards/{event.card_id}/updatedAt", event.updated_at),
    ]


def updating(path: str, before: Card | Column, changes: msgspec.Struct) -> list[Operation]:
    """The operations for a card or column whose fields change, one a field.

    `add` (which replaces, too) for a value that the JSON shows, `remove` for one that it leaves out from now on,
    nothing where it was and stays left out.
    """
    members = _members(type(before))
    result = []
    for name, value in given(changes).items():
        spelled, default = members[name]
        member = f"{path}/{spelled}"
        if default is msgspec.NODEFAULT or value != default:
            result.append(Operation("add", member, value))
        elif getattr(before, name) != default:
            result.append(Operation("remove", member))
    return result


@cache
def _members(kind: type[Card | Column]) -> dict[str, tuple[str, Any]]:
    """Each field's name on the wire, and the value that JSON leaves out (NODEFAULT: it is always shown)."""
    left_out = dict(zip(reversed(kind.__struct_fields__), reversed(kind.__struct_defaults__), strict=False))
    return {
        name: (spelled, left_out.get(name, msgspec.NODEFAULT))
        for name, spelled in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    }


def _inserted(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    return (*items[:index], item, *items[index:])


def _without(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    place = items.index(item)
    return items[:place] + items[place + 1 :]
