"""The fold of many events at once: what `kanbanai.domain.snapshots` says of each, without a copy for each.

    folding = Folding(snapshot)
    for event in …: folding.take(event) == operations(snapshot before, event)
    folding.snapshot == the events applied

`apply` and `operations` copy what an event touches: for a card that moves, the order of two columns and the board's
table of cards. A request that moves a thousand cards is a thousand events, so here everything is copied once.
"""

from __future__ import annotations

import msgspec

from kanbanai.domain.cards import Card
from kanbanai.domain.changes import changed
from kanbanai.domain.events import CardMoved, CardUpdated, Event, StateEvent
from kanbanai.domain.ids import CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot, Operation, apply, moving, operations, updating

replace = msgspec.structs.replace


class Folding:
    """A board that is changed in place, from one snapshot to a later one."""

    def __init__(self, snapshot: BoardSnapshot) -> None:
        self._snapshot = snapshot
        self._cards: dict[CardId, Card] = {}
        """A copy of the board's, once a card was changed; else empty."""
        self._orders: dict[ColumnId, list[CardId]] = {}
        """The cards of each column that was changed."""
        self._left: dict[ColumnId, int] = {}
        """Where in a column the last card stood that left it: the next one often stood below."""

    def take(self, event: Event) -> list[Operation] | None:
        """Folds the event and answers with its operations; None: it does not change the board's state.

        Raises what `apply` raises when it does not fit.
        """
        match event:
            case CardMoved():
                return self._move(event)
            case CardUpdated(card_id=card_id, changes=changes):
                cards = self._changing()
                before = cards[card_id]
                cards[card_id] = changed(before, changes)
                return updating(f"/cards/{card_id}", before, changes)
            case _:
                earlier = self.snapshot
                self._snapshot = apply(earlier, event)
                return operations(earlier, event) if isinstance(event, StateEvent) else None

    @property
    def snapshot(self) -> BoardSnapshot:
        """The board as it is now."""
        if self._cards:
            state = self._snapshot.state
            columns = dict(state.columns)
            for column_id, order in self._orders.items():
                columns[column_id] = replace(columns[column_id], card_ids=tuple(order))
            state = replace(state, columns=columns, cards=self._cards)
            self._snapshot = replace(self._snapshot, state=state)
            self._cards, self._orders, self._left = {}, {}, {}
        return self._snapshot

    def _changing(self) -> dict[CardId, Card]:
        if not self._cards:
            self._cards = dict(self._snapshot.state.cards)
        return self._cards

    def _order(self, column_id: ColumnId) -> list[CardId]:
        order = self._orders.get(column_id)
        if order is None:
            order = self._orders[column_id] = list(self._snapshot.state.columns[column_id].card_ids)
        return order

    def _move(self, event: CardMoved) -> list[Operation]:
        cards, card_id, origin = self._changing(), event.card_id, event.from_column_id
        cards[card_id] = replace(cards[card_id], updated_at=event.updated_at)
        source, target = self._order(origin), self._order(event.to_column_id)
        place = self._left.get(origin, 0)
        if place >= len(source) or source[place] != card_id:
            place = source.index(card_id)
        self._left[origin] = place
        del source[place]
        target.insert(event.index, card_id)
        return moving(event, place)
