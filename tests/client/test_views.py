"""A view of a board, against the domain's own fold, over whole histories."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanbanai.client.frames import Frame
from kanbanai.client.views import Answer, BoardView, DashboardView
from kanbanai.domain import events as e
from kanbanai.domain import snapshots, wire
from kanbanai.domain.boards import BoardState
from kanbanai.domain.events import Event
from kanbanai.domain.snapshots import BoardSnapshot, Operation
from tests.client.stage import BOARD
from tests.client.test_calls import overview
from tests.domain import boards

PATIENT = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that does other things as well is no failure."""


def hello(outcome: str, cursor: int) -> Frame:
    return Frame("hello", json.dumps({"serverTime": "x", "outcome": outcome, "cursor": f"e-{cursor}"}))


def whole(snapshot: BoardSnapshot, cursor: int) -> list[Frame]:
    """What a server tells first: the state, then the attempts, the last frame with the id."""
    frames = [Frame("state", wire.encode(snapshot.state).decode())]
    frames += [
        Frame("attempt_status", wire.encode(e.AttemptStatusChanged(
            attempt_id=brief.attempt_id, card_id=card_id, status=brief.status
        )).decode())
        for card_id, briefs in snapshot.attempts.items()
        for brief in briefs
    ]  # fmt: skip
    last = frames.pop()
    return [*frames, Frame(last.event, last.data, f"e-{cursor}")]


def patch(operations: list[Operation], cursor: int) -> Frame:
    return Frame("state_patch", wire.encode({"ops": operations}).decode(), f"e-{cursor}")


def folded(state: BoardState, changes: tuple[Event, ...]) -> BoardState:
    snapshot = BoardSnapshot(state, {})
    for change in changes:
        snapshot = snapshots.apply(snapshot, change)
    return snapshot.state


@st.composite
def histories(draw: st.DrawFn) -> tuple[BoardSnapshot, list[tuple[list[Operation], BoardSnapshot]]]:
    """A board, and patches of one to four events each with the board after each."""
    before = draw(boards.snapshots())
    now = before
    told: list[tuple[list[Operation], BoardSnapshot]] = []
    ids: set[str] = set()
    for _ in range(draw(st.integers(1, 4))):
        operations: list[Operation] = []
        for _ in range(draw(st.integers(1, 4))):
            event = draw(boards.changes_of(now))
            if isinstance(event, e.ColumnDeleted) and len(now.state.columns) == 1:
                continue  # a board keeps its last column
            made = {e.CardCreated: "card-new", e.ColumnCreated: "col-new"}.get(type(event), "")
            if made and made in ids:
                continue  # no id is given twice
            ids.add(made)
            operations += snapshots.operations(now, event)
            now = snapshots.apply(now, event)
        told.append((operations, now))
    return before, told


@PATIENT
@given(histories())
def test_rt7_patches_lead_to_the_state_of_the_fold_and_their_changes_say_so(
    history: tuple[BoardSnapshot, list[tuple[list[Operation], BoardSnapshot]]],
) -> None:
    before, told = history
    view = BoardView(BOARD)
    for frame in [hello("snapshot", 1), *whole(before, 1)]:
        assert view.take(frame).changes == ()
    assert view.snapshot == before
    for place, (operations, after) in enumerate(told):
        shown = view.state
        assert shown is not None
        update = view.take(patch(operations, place + 2))
        assert view.snapshot == BoardSnapshot(after.state, view.snapshot.attempts)
        assert set(view.snapshot.attempts) == set(before.attempts) & set(after.state.cards)
        assert folded(shown, update.changes) == after.state
    assert view.cursor == f"e-{len(told) + 1}"


@PATIENT
@given(histories(), st.data())
def test_rt5_a_refresh_anywhere_between_tells_every_change_once(
    history: tuple[BoardSnapshot, list[tuple[list[Operation], BoardSnapshot]]], data: st.DataObject
) -> None:
    """The stream breaks after `heard` patches, the board is refreshed at `ahead`, the stream resumes where it broke."""
    before, told = history
    heard = data.draw(st.integers(0, len(told)))
    ahead = data.draw(st.integers(heard, len(told)))
    stations = [before, *(after for _, after in told)]
    view = BoardView(BOARD)
    for frame in [hello("snapshot", 1), *whole(before, 1)]:
        view.take(frame)
    shown = before.state

    def follow(changes: tuple[Event, ...]) -> None:
        nonlocal shown
        shown = folded(shown, changes)
        assert view.state == shown

    for place in range(heard):
        follow(view.take(patch(told[place][0], place + 2)).changes)
    body = wire.encode({"state": stations[ahead].state})
    follow(view.refresh(Answer(body, f'"e-{ahead + 1}"')).changes)
    assert shown == stations[ahead].state
    view.take(hello("resumed", len(told) + 1))
    for place in range(heard, len(told)):
        follow(view.take(patch(told[place][0], place + 2)).changes)
        assert shown == stations[max(ahead, place + 1)].state, "what is shown never goes back"
    assert shown == stations[-1].state


@PATIENT
@given(boards.snapshots(), boards.snapshots())
def test_a_whole_board_in_place_of_another_is_told_as_the_difference(
    before: BoardSnapshot, after: BoardSnapshot
) -> None:
    known = {card.id: card for card in before.state.cards.values()}
    # What never changes about a card is the same in both.
    for card_id, card in after.state.cards.items():
        if (old := known.get(card_id)) is not None:
            fixed = {"ticket_key": old.ticket_key, "created_at": old.created_at}
            after.state.cards[card_id] = type(card)(
                **{name: getattr(card, name) for name in card.__struct_fields__} | fixed
            )
    view = BoardView(BOARD)
    for frame in [hello("snapshot", 1), *whole(before, 1), hello("epoch", 7)]:
        view.take(frame)
    changes: list[Event] = []
    for frame in whole(after, 7):
        changes += view.take(frame).changes
    assert view.snapshot == after
    state_changes = tuple(one for one in changes if not isinstance(one, e.AttemptStatusChanged))
    assert folded(before.state, state_changes) == after.state
    told = {(one.attempt_id, one.status) for one in changes if isinstance(one, e.AttemptStatusChanged)}
    old_briefs = {(one.attempt_id, one.status) for shown in before.attempts.values() for one in shown}
    new_briefs = {(one.attempt_id, one.status) for shown in after.attempts.values() for one in shown}
    assert told == new_briefs - old_briefs


def test_the_dashboard_keeps_its_last_overview() -> None:
    view = DashboardView()
    view.take(hello("snapshot", 3))
    assert view.take(Frame("dashboard_overview", json.dumps(overview()), "")).changes == ()
    assert view.overview is not None
    assert view.refresh(Answer(json.dumps(overview()).encode(), "")).name == "refresh"
    event = view.take(Frame("project_deleted", json.dumps({"projectId": BOARD}), "e-4")).changes
    assert (event, view.cursor) == ((e.ProjectDeleted(project_id=BOARD),), "e-4")
    view.forget()
    assert view.cursor == ""
