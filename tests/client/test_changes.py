"""The difference of two states of a board, as events."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanbanai.client.changes import difference
from kanbanai.domain import events as e
from kanbanai.domain import snapshots
from kanbanai.domain.boards import BoardState, Column
from kanbanai.domain.cards import Card
from kanbanai.domain.ids import CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that does other things as well is no failure."""


def card(name: str, **fields: object) -> Card:
    values = {
        "title": f"Card {name}",
        "disable_auto_close_on_pr_merge": False,
        "disable_auto_close_on_issue_close": False,
        "ticket_type": None,
        "is_enhanced": False,
        "created_at": Timestamp("2026-11-23T18:42:00.000Z"),
        "updated_at": Timestamp("2026-11-23T18:42:00.000Z"),
    }
    return Card(id=CardId(name), **values | fields)  # type: ignore[arg-type]


def board(**columns: str) -> BoardState:
    """`board(todo="abc", done="d")`: two columns and four cards."""
    return BoardState(
        columns={
            ColumnId(name): Column(id=ColumnId(name), title=name, card_ids=tuple(map(CardId, ids)))
            for name, ids in columns.items()
        },
        column_order=tuple(map(ColumnId, columns)),
        cards={CardId(name): card(name) for ids in columns.values() for name in ids},
    )


def folded(before: BoardState, events: list[e.StateEvent]) -> BoardState:
    snapshot = BoardSnapshot(before, {})
    for event in events:
        snapshot = snapshots.apply(snapshot, event)
    return snapshot.state


@st.composite
def boards(draw: st.DrawFn) -> BoardState:
    columns = draw(st.permutations("WXYZ").flatmap(lambda names: st.integers(1, 4).map(lambda n: names[:n])))
    ids = draw(st.permutations("abcdefgh").flatmap(lambda names: st.integers(0, 8).map(lambda n: names[:n])))
    homes = {name: draw(st.sampled_from(columns)) for name in ids}
    return BoardState(
        columns={
            ColumnId(column): Column(
                id=ColumnId(column),
                title=draw(st.sampled_from(["one", "two"])),
                card_ids=tuple(CardId(name) for name in ids if homes[name] == column),
                key=draw(st.sampled_from([None, "backlog", "done"])),
            )
            for column in columns
        },
        column_order=tuple(map(ColumnId, columns)),
        cards={
            CardId(name): card(
                name,
                title=draw(st.sampled_from(["old", "new"])),
                description=draw(st.sampled_from([None, "text"])),
                updated_at=draw(st.sampled_from(["2026-11-23T18:42:00.000Z", "2026-11-23T18:43:00.000Z"])),
            )
            for name in ids
        },
    )


@PATIENT
@given(boards(), boards())
def test_rt3_the_difference_folded_into_the_state_before_is_the_state_after(
    before: BoardState, after: BoardState
) -> None:
    assert folded(before, difference(before, after)) == after


@PATIENT
@given(boards())
def test_no_difference_is_no_event(state: BoardState) -> None:
    assert difference(state, state) == []


def test_only_the_card_that_moved_is_said_to_have_moved() -> None:
    cases = [
        (board(todo="abcdef", done=""), board(todo="bcdefa", done="")),
        (board(todo="abcdef", done=""), board(todo="fabcde", done="")),
        (board(todo="abcdef", done=""), board(todo="abdecf", done="")),
        (board(todo="abcdef", done="xy"), board(todo="abdef", done="xcy")),
    ]
    for before, after in cases:
        [event] = difference(before, after)
        assert isinstance(event, e.CardMoved)
        assert folded(before, [event]) == after


def test_a_card_that_only_moved_is_not_said_to_have_been_edited() -> None:
    before, after = board(todo="ab", done=""), board(todo="b", done="a")
    moved = card("a", updated_at="2026-11-23T19:00:00.000Z")
    after.cards[moved.id] = moved
    assert difference(before, after) == [
        e.CardMoved(
            card_id=CardId("a"),
            from_column_id=ColumnId("todo"),
            to_column_id=ColumnId("done"),
            index=0,
            updated_at=moved.updated_at,
        )
    ]


def test_columns_that_come_go_and_change_places() -> None:
    before, after = board(a="1", b="", c=""), board(d="1", c="", a="")
    kinds = [type(event).__name__ for event in difference(before, after)]
    assert kinds == ["ColumnCreated", "CardMoved", "ColumnDeleted", "ColumnMoved", "ColumnMoved"]
