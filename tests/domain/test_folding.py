"""Many events folded at once lead where one after the other does, and are told in the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanbanai.domain import events as e
from kanbanai.domain import snapshots, wire
from kanbanai.domain.cards import CardChanges
from kanbanai.domain.folding import Folding
from kanbanai.domain.ids import AttemptId, CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot
from tests.domain import boards
from tests.domain.test_snapshots import LEFT, NOW, RIGHT, A, B, board


@given(st.data(), boards.snapshots(), st.integers(0, 12))
def test_a_history_folded_at_once_is_told_and_ends_as_event_by_event(
    data: st.DataObject, before: BoardSnapshot, count: int
) -> None:
    untouched = wire.encode(before)
    folding, snapshot = Folding(before), before
    for _ in range(count):
        event = data.draw(boards.changes_of(snapshot))
        assert folding.take(event) == snapshots.operations(snapshot, event)
        snapshot = snapshots.apply(snapshot, event)
        if data.draw(st.booleans()):
            assert folding.snapshot == snapshot
    assert folding.snapshot == snapshot
    assert wire.encode(before) == untouched


def test_a_snapshot_that_was_given_out_stays_as_it_was() -> None:
    folding = Folding(board())
    folding.take(e.CardMoved(card_id=A, from_column_id=LEFT, to_column_id=RIGHT, index=0, updated_at=NOW))
    first = folding.snapshot
    copy = wire.encode(first)
    folding.take(e.CardMoved(card_id=B, from_column_id=LEFT, to_column_id=RIGHT, index=0, updated_at=NOW))
    assert wire.encode(first) == copy
    assert folding.snapshot.state.columns[RIGHT].card_ids == (B, A)


def test_what_does_not_change_the_state_is_folded_and_has_no_operations() -> None:
    folding = Folding(board())
    event = e.AttemptStatusChanged(attempt_id=AttemptId("att-1"), card_id=A, status="running")
    assert folding.take(event) is None
    assert folding.snapshot == snapshots.apply(board(), event)


@pytest.mark.parametrize(
    "event",
    [
        e.CardUpdated(card_id=CardId("card-x"), changes=CardChanges(title="x")),
        e.CardMoved(
            card_id=CardId("card-x"), from_column_id=LEFT, to_column_id=RIGHT, index=0, updated_at=NOW
        ),
        e.CardMoved(card_id=A, from_column_id=RIGHT, to_column_id=LEFT, index=0, updated_at=NOW),
        e.CardMoved(card_id=A, from_column_id=LEFT, to_column_id=ColumnId("col-x"), index=0, updated_at=NOW),
        e.CardDeleted(card_id=A, column_id=RIGHT),
    ],
)
def test_an_event_that_does_not_fit_is_an_error_here_too(event: e.Event) -> None:
    with pytest.raises((KeyError, ValueError)):
        Folding(board()).take(event)
