"""The rules of columns."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from kanbanai.domain.boards import MAX_COLUMN_TITLE, MAX_COLUMNS, MAX_WIP_LIMIT, ColumnChanges, ColumnFields
from kanbanai.domain.errors import (
    ColumnNotEmpty,
    Conflict,
    Invalid,
    KanbanError,
    NotFound,
    PreconditionFailed,
)
from kanbanai.domain.events import ColumnCreated, ColumnDeleted, ColumnMoved, ColumnUpdated
from kanbanai.domain.ids import BoardId, ColumnId
from kanbanai.usecases import cards, columns, queries
from tests.world import World


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


@pytest.fixture
async def board_id(world: World) -> BoardId:
    return (await world.project()).board_id


async def titles(world: World, board_id: BoardId) -> list[str]:
    state, _ = await world.read(queries.board_state, board_id)
    return [state.columns[one].title for one in state.column_order]


@pytest.mark.parametrize(
    ("index", "place"), [(None, 4), (0, 0), (2, 2), (4, 4), (99, 4)], ids=["end", "0", "2", "4", "beyond"]
)
async def test_a_new_column_stands_where_it_is_asked_to(
    world: World, board_id: BoardId, index: int | None, place: int
) -> None:
    async with world.verified(board_id) as said:
        made = await world.run(
            columns.create, board_id, title=" Testing ", role="review", wip_limit=3, index=index
        )
    assert made == ColumnFields(id=made.id, title="Testing", key="review", wip_limit=3)
    assert [entry.event for entry in said] == [ColumnCreated(column=made, index=place)]
    assert (await titles(world, board_id))[place] == "Testing"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * (MAX_COLUMN_TITLE + 1)}, "title"),
        ({"title": "x", "wip_limit": 0}, "wipLimit"),
        ({"title": "x", "wip_limit": MAX_WIP_LIMIT + 1}, "wipLimit"),
        ({"title": "x", "index": -1}, "index"),
    ],
)
async def test_a_bad_field_makes_no_column(
    world: World, board_id: BoardId, fields: dict[str, Any], field: str
) -> None:
    async with world.unchanged(board_id):
        with pytest.raises(Invalid) as caught:
            await world.run(columns.create, board_id, **fields)
    assert [one.field for one in caught.value.fields] == [field]


async def test_a_board_holds_fifty_columns(world: World, board_id: BoardId) -> None:
    for number in range(MAX_COLUMNS - 4):
        await world.run(columns.create, board_id, title=f"{number}")
    async with world.unchanged(board_id):
        with pytest.raises(Conflict, match="50 columns"):
            await world.run(columns.create, board_id, title="One more")


async def test_an_edit_tells_what_changed_and_null_takes_away(world: World, board_id: BoardId) -> None:
    made = await world.run(columns.create, board_id, title="Testing", role="review", wip_limit=3)
    async with world.verified(board_id) as said:
        edited = await world.run(
            columns.edit, board_id, made.id, ColumnChanges(title="Tested", key=None, wip_limit=None)
        )
    assert edited == ColumnFields(id=made.id, title="Tested")
    changes = ColumnChanges(title="Tested", key=None, wip_limit=None)
    assert [entry.event for entry in said] == [ColumnUpdated(column_id=made.id, changes=changes)]


async def test_an_edit_of_one_field_tells_that_one(world: World, board_id: BoardId) -> None:
    (backlog, *_) = await world.columns(board_id)
    async with world.verified(board_id) as said:
        await world.run(columns.edit, board_id, backlog, ColumnChanges(title="Backlog", wip_limit=5))
    (entry,) = said
    assert entry.event == ColumnUpdated(column_id=backlog, changes=ColumnChanges(wip_limit=5))


@pytest.mark.parametrize(
    ("which", "index", "order"),
    [(0, 3, [1, 2, 3, 0]), (3, 0, [3, 0, 1, 2]), (1, 2, [0, 2, 1, 3]), (0, 99, [1, 2, 3, 0])],
)
async def test_a_column_moves_exactly_to_its_index(
    world: World, board_id: BoardId, which: int, index: int, order: list[int]
) -> None:
    before = await world.columns(board_id)
    async with world.verified(board_id) as said:
        await world.run(columns.edit, board_id, before[which], ColumnChanges(), index)
    assert await world.columns(board_id) == tuple(before[one] for one in order)
    assert [entry.event for entry in said] == [ColumnMoved(column_id=before[which], index=min(index, 3))]


async def test_an_edit_that_changes_nothing_says_nothing(world: World, board_id: BoardId) -> None:
    order = await world.columns(board_id)
    async with world.unchanged(board_id):
        await world.run(columns.edit, board_id, order[3], ColumnChanges(title="Done", key="done"), 7)


async def test_cards_stay_in_a_column_that_changes_and_moves(world: World, board_id: BoardId) -> None:
    card_id = await world.card(board_id)
    (backlog, *_) = await world.columns(board_id)
    async with world.verified(board_id):
        await world.run(columns.edit, board_id, backlog, ColumnChanges(title="Ideas", key=None), 2)
    state, _ = await world.read(queries.board_state, board_id)
    assert state.columns[backlog].card_ids == (card_id,)


async def test_an_edit_with_a_bad_place_stores_nothing_of_it(world: World, board_id: BoardId) -> None:
    (backlog, *_) = await world.columns(board_id)
    async with world.unchanged(board_id):
        with pytest.raises(Invalid, match="index"):
            await world.run(columns.edit, board_id, backlog, ColumnChanges(title="New"), -1)
        with pytest.raises(Invalid, match="title"):
            await world.run(columns.edit, board_id, backlog, ColumnChanges(title=" "), 2)


async def test_an_empty_column_can_go_and_one_with_cards_cannot(world: World, board_id: BoardId) -> None:
    await world.card(board_id)
    backlog, _, review, _ = await world.columns(board_id)
    async with world.unchanged(board_id):
        with pytest.raises(ColumnNotEmpty, match="holds 1 card;"):
            await world.run(columns.delete, board_id, backlog)
    async with world.verified(board_id) as said:
        await world.run(columns.delete, board_id, review)
    assert [entry.event for entry in said] == [ColumnDeleted(column_id=review)]
    assert await titles(world, board_id) == ["Backlog", "In Progress", "Done"]


async def test_a_column_whose_last_card_went_can_go(world: World, board_id: BoardId) -> None:
    card_id = await world.card(board_id)
    backlog = (await world.columns(board_id))[0]
    await world.run(cards.delete, board_id, card_id)
    async with world.verified(board_id):
        await world.run(columns.delete, board_id, backlog)


async def test_a_board_keeps_its_last_column(world: World, board_id: BoardId) -> None:
    *others, last = await world.columns(board_id)
    for column_id in others:
        await world.run(columns.delete, board_id, column_id)
    async with world.unchanged(board_id):
        with pytest.raises(Conflict, match="its last"):
            await world.run(columns.delete, board_id, last)


async def test_the_guard_sees_the_column_before_the_change_and_can_refuse(
    world: World, board_id: BoardId
) -> None:
    backlog = (await world.columns(board_id))[0]
    seen: list[ColumnFields] = []

    def refuse(current: ColumnFields) -> None:
        seen.append(current)
        raise PreconditionFailed("no")

    async with world.unchanged(board_id):
        with pytest.raises(PreconditionFailed):
            await world.run(columns.edit, board_id, backlog, ColumnChanges(title="New"), None, refuse)
        with pytest.raises(PreconditionFailed):
            await world.run(columns.delete, board_id, backlog, refuse)
    assert [one.title for one in seen] == ["Backlog", "Backlog"]


@pytest.mark.parametrize("wrong", ["board", "column", "column of another board"])
async def test_a_column_is_found_on_its_own_board_only(world: World, board_id: BoardId, wrong: str) -> None:
    other = await world.project("Another")
    asked = {
        "board": (BoardId("nowhere"), (await world.columns(board_id))[0]),
        "column": (board_id, ColumnId("col-none")),
        "column of another board": (board_id, (await world.columns(other.board_id))[0]),
    }
    error: type[KanbanError] = NotFound
    async with world.unchanged(board_id):
        with pytest.raises(error, match="not found"):
            await world.run(columns.edit, *asked[wrong], ColumnChanges(title="x"))
        with pytest.raises(error, match="not found"):
            await world.run(columns.delete, *asked[wrong])
