"""What happened between two states of a board, told in the domain's own events.

    fold(before, difference(before, after)) == after

A client that gets the whole board anew (after a long absence, or over plain HTTP) still learns what changed, in the
same words as from the log. Cards that merely made room are not said to have moved: of a column's cards as many as
possible stay (the longest run that kept its order), and only the others move.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from kanbanai.domain import events as e
from kanbanai.domain.boards import BoardState, Column, ColumnChanges, ColumnFields
from kanbanai.domain.cards import Card
from kanbanai.domain.cards import difference as card_difference
from kanbanai.domain.ids import CardId, ColumnId

T = TypeVar("T", bound=str)


def difference(before: BoardState, after: BoardState) -> list[e.StateEvent]:
    """Events that lead from one state to the other, in an order in which they can be folded.

    Parts that both states share (the same objects) cost next to nothing. What never changes (a card's id, key and
    birth) is not compared.
    """
    placed = list(_cards_placed(before, after))
    moved = {event.card_id for event in placed if isinstance(event, e.CardMoved)}
    return [
        *_cards_gone(before, after),
        *_columns_new(before, after),
        *placed,
        *_columns_gone(before, after),
        *_columns_ordered(before, after),
        *_columns_changed(before, after),
        *_cards_changed(before, after, moved),
    ]


def _cards_gone(before: BoardState, after: BoardState) -> Iterator[e.CardDeleted]:
    gone = before.cards.keys() - after.cards.keys()
    if not gone:
        return
    for column in before.columns.values():
        for card_id in column.card_ids:
            if card_id in gone:
                yield e.CardDeleted(card_id=card_id, column_id=column.id)


def _columns_new(before: BoardState, after: BoardState) -> Iterator[e.ColumnCreated]:
    count = len(before.column_order)
    for column_id in after.column_order:
        if column_id not in before.columns:
            yield e.ColumnCreated(column=_fields(after.columns[column_id]), index=count)
            count += 1


def _columns_gone(before: BoardState, after: BoardState) -> Iterator[e.ColumnDeleted]:
    for column_id in before.column_order:
        if column_id not in after.columns:
            yield e.ColumnDeleted(column_id=column_id)


def _columns_ordered(before: BoardState, after: BoardState) -> Iterator[e.ColumnMoved]:
    kept = [one for one in before.column_order if one in after.columns]
    new = [one for one in after.column_order if one not in before.columns]
    order = [*kept, *new]
    staying = _keeping_order(order, after.column_order)
    for index, column_id in enumerate(after.column_order):
        if column_id not in staying:
            order.remove(column_id)
            place = order.index(after.column_order[index - 1]) + 1 if index else 0
            order.insert(place, column_id)
            yield e.ColumnMoved(column_id=column_id, index=place)


def _columns_changed(before: BoardState, after: BoardState) -> Iterator[e.ColumnUpdated]:
    for column_id, column in after.columns.items():
        old = before.columns.get(column_id)
        if old is None or old is column or _fields(old) == _fields(column):
            continue
        changes: dict[str, Any] = {
            name: value
            for name in ColumnChanges.__struct_fields__
            if (value := getattr(column, name)) != getattr(old, name)
        }
        yield e.ColumnUpdated(column_id=column_id, changes=ColumnChanges(**changes))


def _cards_placed(before: BoardState, after: BoardState) -> Iterator[e.CardCreated | e.CardMoved]:
    """Cards that are new, or elsewhere: each is put behind the one that it ends up behind."""
    touched = [
        column
        for column in after.columns.values()
        if (old := before.columns.get(column.id)) is not column
        and (old is None or old.card_ids != column.card_ids)
    ]
    lists: dict[ColumnId, list[CardId]] = {
        column.id: [card_id for card_id in column.card_ids if card_id in after.cards]
        for column in before.columns.values()
    }
    home = {card_id: column_id for column_id, ids in lists.items() for card_id in ids} if touched else {}
    for column in touched:
        here = lists.setdefault(column.id, [])
        staying = _keeping_order(here, column.card_ids)
        place = 0
        for card_id in column.card_ids:
            if card_id in staying:
                # What still stands in between leaves for another place later on.
                place = here.index(card_id, place) + 1
                continue
            origin = home.get(card_id)
            if origin is not None:
                old_place = lists[origin].index(card_id)
                del lists[origin][old_place]
                if origin == column.id and old_place < place:
                    place -= 1
            here.insert(place, card_id)
            home[card_id] = column.id
            yield _placed(before, after.cards[card_id], origin, column.id, place)
            place += 1


def _placed(
    before: BoardState, card: Card, origin: ColumnId | None, column_id: ColumnId, place: int
) -> e.CardCreated | e.CardMoved:
    if origin is None or card.id not in before.cards:
        return e.CardCreated(card=card, column_id=column_id, index=place)
    return e.CardMoved(
        card_id=card.id,
        from_column_id=origin,
        to_column_id=column_id,
        index=place,
        updated_at=card.updated_at,
    )


def _cards_changed(before: BoardState, after: BoardState, moved: set[CardId]) -> Iterator[e.CardUpdated]:
    """Fields that differ. The time of a card that only moved was told with the move."""
    for card_id, card in after.cards.items():
        old = before.cards.get(card_id)
        if old is None or old is card or old == card:
            continue
        if card_id in moved and msgspec.structs.replace(old, updated_at=card.updated_at) == card:
            continue
        yield e.CardUpdated(card_id=card_id, changes=card_difference(old, card))


def _fields(column: Column) -> ColumnFields:
    return ColumnFields(id=column.id, title=column.title, key=column.key, wip_limit=column.wip_limit)


def _keeping_order(before: Sequence[T], after: Sequence[T]) -> set[T]:
    """As many items as can stay where they are when `before` is turned into `after`.

    They are a longest increasing subsequence, found by patience sorting. Both ends that are the same are set aside
    first: mostly that is nearly everything.
    """
    start, end_before, end_after = 0, len(before), len(after)
    while start < min(end_before, end_after) and before[start] == after[start]:
        start += 1
    while min(end_before, end_after) > start and before[end_before - 1] == after[end_after - 1]:
        end_before -= 1
        end_after -= 1
    staying = {*after[:start], *after[end_after:]}
    wanted = {item: place for place, item in enumerate(after[start:end_after])}
    common = [item for item in before[start:end_before] if item in wanted]
    tops: list[int] = []
    piles: list[int] = []
    below: list[int] = []
    for number, item in enumerate(common):
        pile = bisect_left(tops, wanted[item])
        below.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [wanted[item]]
        piles[pile : pile + 1] = [number]
    number = piles[-1] if piles else -1
    while number >= 0:
        staying.add(common[number])
        number = below[number]
    return staying
