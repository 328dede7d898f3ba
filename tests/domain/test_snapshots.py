"""The fold, and the patches that tell it."""

import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanbanai.domain import events as e
from kanbanai.domain import snapshots, wire
from kanbanai.domain.attempts import AttemptBrief, AttemptStatus
from kanbanai.domain.boards import Column, ColumnChanges, ColumnFields
from kanbanai.domain.cards import Card, CardChanges
from kanbanai.domain.ids import AttemptId, CardId, ColumnId, ProjectId
from kanbanai.domain.issues import IssueCounts
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp
from tests.domain import boards

A, B = CardId("card-a"), CardId("card-b")
LEFT, RIGHT = ColumnId("col-left"), ColumnId("col-right")
NOW = Timestamp("2026-11-23T18:42:00.000Z")


def document(snapshot: BoardSnapshot) -> Any:
    return json.loads(wire.encode(snapshot.state))


@given(st.data(), boards.snapshots())
def test_rt7_the_patch_of_any_event_leads_where_the_fold_does(
    data: st.DataObject, before: BoardSnapshot
) -> None:
    event = data.draw(boards.changes_of(before))
    operations = json.loads(wire.encode(snapshots.operations(before, event)))

    after = snapshots.apply(before, event)

    assert jsonpatch.apply_patch(document(before), operations) == document(after)


@given(st.data(), boards.snapshots())
def test_the_fold_leaves_the_snapshot_before_as_it_was(data: st.DataObject, before: BoardSnapshot) -> None:
    copy = wire.encode(before)
    snapshots.apply(before, data.draw(boards.changes_of(before)))
    assert wire.encode(before) == copy


@given(st.data(), boards.snapshots())
def test_every_card_stands_in_exactly_one_column_after_any_event(
    data: st.DataObject, before: BoardSnapshot
) -> None:
    state = snapshots.apply(before, data.draw(boards.changes_of(before))).state
    standing = [card_id for column in state.columns.values() for card_id in column.card_ids]
    assert sorted(standing) == sorted(state.cards)
    assert sorted(state.column_order) == sorted(state.columns)


@given(st.data(), boards.snapshots())
def test_an_event_survives_the_wire(data: st.DataObject, before: BoardSnapshot) -> None:
    event = data.draw(boards.changes_of(before))
    assert wire.decode(event.kind, wire.encode(event)) == event


def card(card_id: CardId) -> Card:
    return Card(
        id=card_id,
        disable_auto_close_on_pr_merge=False,
        disable_auto_close_on_issue_close=False,
        ticket_type=None,
        is_enhanced=False,
        title="A card",
        created_at=NOW,
        updated_at=NOW,
    )


def board() -> BoardSnapshot:
    """Two columns, two cards in the left one."""
    history: list[e.Event] = [
        e.ColumnCreated(column=ColumnFields(id=LEFT, title="Left"), index=0),
        e.ColumnCreated(column=ColumnFields(id=RIGHT, title="Right"), index=1),
        e.CardCreated(card=card(A), column_id=LEFT, index=0),
        e.CardCreated(card=card(B), column_id=LEFT, index=1),
    ]
    snapshot = BoardSnapshot.empty()
    for event in history:
        snapshot = snapshots.apply(snapshot, event)
    return snapshot


def test_what_an_event_does_not_touch_is_shared_with_the_snapshot_before() -> None:
    before = board()
    after = snapshots.apply(before, e.CardUpdated(card_id=A, changes=CardChanges(title="New")))
    assert after.state.columns is before.state.columns
    assert after.state.cards[B] is before.state.cards[B]
    assert after.attempts is before.attempts


@pytest.mark.parametrize(
    "event",
    [
        e.ColumnUpdated(column_id=ColumnId("col-x"), changes=ColumnChanges(title="x")),
        e.ColumnMoved(column_id=ColumnId("col-x"), index=0),
        e.ColumnDeleted(column_id=ColumnId("col-x")),
        e.CardCreated(card=card(CardId("card-c")), column_id=ColumnId("col-x"), index=0),
        e.CardUpdated(card_id=CardId("card-x"), changes=CardChanges(title="x")),
        e.CardMoved(
            card_id=CardId("card-x"), from_column_id=LEFT, to_column_id=RIGHT, index=0, updated_at=NOW
        ),
        e.CardMoved(card_id=A, from_column_id=RIGHT, to_column_id=LEFT, index=0, updated_at=NOW),
        e.CardDeleted(card_id=A, column_id=RIGHT),
        e.CardDeleted(card_id=CardId("card-x"), column_id=LEFT),
    ],
)
def test_an_event_that_does_not_fit_is_an_error_and_not_papered_over(event: e.Event) -> None:
    with pytest.raises((KeyError, ValueError)):
        snapshots.apply(board(), event)


# ── Operations, field by field ──────────────────────────────────────────────────────────────────────────────────────


def told(before: BoardSnapshot, event: e.StateEvent) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = json.loads(wire.encode(snapshots.operations(before, event)))
    return operations


def test_a_field_that_the_json_leaves_out_is_removed_and_not_set_to_null() -> None:
    set_it = e.CardUpdated(card_id=A, changes=CardChanges(description="Text", depends_on=(B,)))
    clear_it = e.CardUpdated(card_id=A, changes=CardChanges(description=None, depends_on=()))
    before = board()
    assert told(before, set_it) == [
        {"op": "add", "path": "/cards/card-a/description", "value": "Text"},
        {"op": "add", "path": "/cards/card-a/dependsOn", "value": ["card-b"]},
    ]
    assert told(snapshots.apply(before, set_it), clear_it) == [
        {"op": "remove", "path": "/cards/card-a/description"},
        {"op": "remove", "path": "/cards/card-a/dependsOn"},
    ]
    assert told(before, clear_it) == [], "what was not there and stays away is not told"


def test_a_field_that_may_be_null_is_set_to_null() -> None:
    event = e.CardUpdated(
        card_id=A, changes=CardChanges(ticket_type=None, disable_auto_close_on_pr_merge=True)
    )
    assert told(board(), event) == [
        {"op": "add", "path": "/cards/card-a/ticketType", "value": None},
        {"op": "add", "path": "/cards/card-a/disableAutoCloseOnPRMerge", "value": True},
    ]


def test_a_move_costs_two_operations_whatever_the_boards_size() -> None:
    event = e.CardMoved(card_id=B, from_column_id=LEFT, to_column_id=RIGHT, index=0, updated_at=NOW)
    assert told(board(), event) == [
        {"op": "move", "from": "/columns/col-left/cardIds/1", "path": "/columns/col-right/cardIds/0"},
        {"op": "replace", "path": "/cards/card-b/updatedAt", "value": NOW},
    ]


def test_a_new_column_is_told_with_the_list_of_no_cards() -> None:
    event = e.ColumnCreated(column=ColumnFields(id=ColumnId("col-c"), title="C", key="done"), index=1)
    assert told(board(), event) == [
        {
            "op": "add",
            "path": "/columns/col-c",
            "value": {"id": "col-c", "title": "C", "cardIds": [], "key": "done"},
        },
        {"op": "add", "path": "/columnOrder/1", "value": "col-c"},
    ]


# ── Attempts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def entered(attempt: str, status: AttemptStatus) -> e.AttemptStatusChanged:
    return e.AttemptStatusChanged(attempt_id=AttemptId(attempt), card_id=A, status=status)


def shown(*history: e.Event) -> list[tuple[str, str]]:
    snapshot = board()
    for event in history:
        snapshot = snapshots.apply(snapshot, event)
    return [(brief.attempt_id, brief.status) for brief in snapshot.attempts.get(A, ())]


def test_a_card_shows_its_latest_attempt_and_all_that_are_active_the_latest_last() -> None:
    assert shown(entered("1", "queued")) == [("1", "queued")]
    assert shown(entered("1", "failed"), entered("2", "queued")) == [("2", "queued")]
    running = (entered("1", "running"), entered("2", "queued"))
    assert shown(*running) == [("1", "running"), ("2", "queued")]
    assert shown(*running, entered("2", "failed")) == [("1", "running"), ("2", "failed")]
    assert shown(*running, entered("1", "stopping")) == [("1", "stopping"), ("2", "queued")]
    assert shown(*running, entered("1", "stopped")) == [("2", "queued")]


def test_a_deleted_card_takes_its_attempts_along() -> None:
    before = snapshots.apply(board(), entered("1", "queued"))
    after = snapshots.apply(before, e.CardDeleted(card_id=A, column_id=LEFT))
    assert before.attempts == {A: (AttemptBrief(AttemptId("1"), "queued"),)}
    assert after.attempts == {}


def test_what_a_board_does_not_show_leaves_it_as_it_is() -> None:
    before = board()
    unseen: list[e.Event] = [
        e.CardEnhancement(card_id=A, status="ready"),
        e.GithubSync(
            status="succeeded", cause="sync", repository="a/b", counts=IssueCounts(), at=Timestamp("")
        ),
        e.AttemptStarted(attempt_id=AttemptId("1"), card_id=A),
        e.GitStatusChanged(),
        e.AgentRegistered(agent="CODEX", label=None),
        e.ProjectDeleted(project_id=ProjectId("p")),
    ]
    for event in unseen:
        assert snapshots.apply(before, event) is before


def test_the_board_of_the_docstring_is_empty_before_its_first_event() -> None:
    assert document(BoardSnapshot.empty()) == {"columns": {}, "columnOrder": [], "cards": {}}
    assert Column.of(ColumnFields(id=LEFT, title="Left")).card_ids == ()
