"""Proposals for better texts; contract section 10, told to every viewer (RT14)."""

from collections.abc import AsyncGenerator

import pytest

from kanbanai.domain.cards import Image
from kanbanai.domain.enhancements import Enhancement, Suggestion
from kanbanai.domain.errors import Invalid, NotFound
from kanbanai.domain.events import CardEnhancement
from kanbanai.domain.ids import BoardId, CardId, ProjectId
from kanbanai.usecases import cards, enhancements
from tests.world import World

READY = Enhancement("ready", Suggestion("Better", "Text"))


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


@pytest.fixture
async def board_id(world: World) -> BoardId:
    return (await world.project()).board_id


async def test_rt14_a_proposal_is_told_when_it_begins_when_it_is_ready_and_when_it_is_put_away(
    world: World, board_id: BoardId
) -> None:
    card_id = await world.card(board_id)
    async with world.verified(board_id, changes_board=False) as said:
        await world.run(enhancements.put, board_id, card_id, Enhancement("enhancing"))
        await world.run(enhancements.put, board_id, card_id, READY)
        assert await world.read(enhancements.of_project, board_id) == {card_id: READY}
        await world.run(enhancements.remove, board_id, card_id)

    assert [entry.event for entry in said] == [
        CardEnhancement(card_id=card_id, status="enhancing"),
        CardEnhancement(card_id=card_id, status="ready", suggestion=Suggestion("Better", "Text")),
        CardEnhancement(card_id=card_id, status=None),
    ]
    assert await world.read(enhancements.of_project, board_id) == {}


async def test_what_is_noted_already_is_not_told_again(world: World, board_id: BoardId) -> None:
    card_id = await world.card(board_id)
    await world.run(enhancements.put, board_id, card_id, READY)
    async with world.unchanged(board_id):
        await world.run(enhancements.put, board_id, card_id, READY)
    await world.run(enhancements.remove, board_id, card_id)
    async with world.unchanged(board_id):
        await world.run(enhancements.remove, board_id, card_id)


async def test_a_proposal_touches_neither_the_card_nor_its_images(world: World, board_id: BoardId) -> None:
    picture = Image("aGVsbG8=", "image/png")
    card_id = await world.card(board_id, images=(picture,))
    before = await world.read(lambda tx: tx.cards.get(board_id, card_id))
    await world.run(enhancements.put, board_id, card_id, READY)
    assert await world.read(lambda tx: tx.cards.get(board_id, card_id)) == before
    assert await world.read(lambda tx: tx.cards.images(card_id)) == (picture,)


async def test_a_deleted_card_takes_its_proposal_along(world: World, board_id: BoardId) -> None:
    card_id = await world.card(board_id)
    await world.run(enhancements.put, board_id, card_id, READY)
    await world.run(cards.delete, board_id, card_id)
    assert await world.read(enhancements.of_project, board_id) == {}


@pytest.mark.parametrize(
    ("suggestion", "field"),
    [
        (Suggestion(" "), "suggestion.title"),
        (Suggestion("x" * 501), "suggestion.title"),
        (Suggestion("x", "x" * 200_001), "suggestion.description"),
    ],
)
async def test_a_text_that_no_card_could_have_is_not_proposed(
    world: World, board_id: BoardId, suggestion: Suggestion, field: str
) -> None:
    card_id = await world.card(board_id)
    async with world.unchanged(board_id):
        with pytest.raises(Invalid) as caught:
            await world.run(enhancements.put, board_id, card_id, Enhancement("ready", suggestion))
    assert [one.field for one in caught.value.fields] == [field]


async def test_a_card_of_another_project_is_not_found(world: World, board_id: BoardId) -> None:
    other = await world.project("Another")
    stranger = await world.card(other.board_id)
    for project_id, card_id, words in [
        (board_id, stranger, "Card not found"),
        (board_id, CardId("card-none"), "Card not found"),
        (ProjectId("nowhere"), stranger, "Project not found"),
    ]:
        with pytest.raises(NotFound, match=words):
            await world.run(enhancements.put, project_id, card_id, READY)
        with pytest.raises(NotFound, match=words):
            await world.run(enhancements.remove, project_id, card_id)
    with pytest.raises(NotFound, match="Project not found"):
        await world.read(enhancements.of_project, ProjectId("nowhere"))
