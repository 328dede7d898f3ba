"""Proposals for better texts; contract section 10, told to every viewer (RT14)."""

from collections.abc import AsyncGenerator

import pytest

from kanbanai.domain.cards import Image
from kanbanai.domain.enhancements import INTERRUPTED, MAX_FAILURE, Enhancement, Suggestion
from kanbanai.domain.errors import Conflict, Invalid, NotFound
from kanbanai.domain.events import CardEnhancement, CardUpdated
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


async def test_rt14_what_an_agent_writes_is_told_until_it_is_there_or_failed(
    world: World, board_id: BoardId
) -> None:
    card_id = await world.card(board_id)
    async with world.verified(board_id, changes_board=False) as said:
        await world.run(enhancements.begin, board_id, card_id)
        await world.run(enhancements.finish, board_id, card_id, Suggestion("Better", " "))
        await world.run(enhancements.begin, board_id, card_id)
        await world.run(enhancements.fail, board_id, card_id, "It broke. " * 1_000)
    events = [entry.event for entry in said]
    assert [(one.status, one.suggestion) for one in events if isinstance(one, CardEnhancement)] == [
        ("enhancing", None),
        ("ready", Suggestion("Better")),
        ("enhancing", None),
        ("failed", None),
    ]
    failed = (await world.read(enhancements.of_project, board_id))[card_id]
    assert failed.failure is not None
    assert (failed.status, len(failed.failure)) == ("failed", MAX_FAILURE)


async def test_what_nobody_waits_for_any_more_is_not_noted(world: World, board_id: BoardId) -> None:
    card_id = await world.card(board_id)
    for before in (None, READY):
        if before is not None:
            await world.run(enhancements.put, board_id, card_id, before)
        async with world.unchanged(board_id):
            await world.run(enhancements.finish, board_id, card_id, Suggestion("Late"))
            await world.run(enhancements.fail, board_id, card_id, "Late")


async def test_accepting_gives_the_card_its_text_marks_it_and_puts_the_proposal_away(
    world: World, board_id: BoardId
) -> None:
    card_id = await world.card(board_id, "A card", description="As it was")
    await world.run(enhancements.put, board_id, card_id, READY)
    async with world.verified(board_id) as said:
        card = await world.run(enhancements.accept, board_id, card_id)
    assert (card.title, card.description, card.is_enhanced) == ("Better", "Text", True)
    assert [type(entry.event) for entry in said] == [CardUpdated, CardEnhancement]
    assert await world.read(enhancements.of_project, board_id) == {}


async def test_a_proposal_without_a_description_leaves_the_cards_as_it_is(
    world: World, board_id: BoardId
) -> None:
    card_id = await world.card(board_id, "A card", description="As it was")
    await world.run(enhancements.put, board_id, card_id, Enhancement("ready", Suggestion("Better")))
    card = await world.run(enhancements.accept, board_id, card_id)
    assert (card.title, card.description) == ("Better", "As it was")


async def test_only_what_is_ready_can_be_accepted(world: World, board_id: BoardId) -> None:
    card_id = await world.card(board_id)
    for noted in (
        None,
        Enhancement("enhancing"),
        Enhancement("failed", failure="It broke"),
        Enhancement("ready"),
    ):
        if noted is not None:
            await world.run(enhancements.put, board_id, card_id, noted)
        async with world.unchanged(board_id):
            with pytest.raises(Conflict, match="no proposal for this card that is ready"):
                await world.run(enhancements.accept, board_id, card_id)


async def test_what_was_being_written_when_the_server_ended_has_failed(
    world: World, board_id: BoardId
) -> None:
    cut_off, ready = await world.card(board_id), await world.card(board_id)
    await world.run(enhancements.begin, board_id, cut_off)
    await world.run(enhancements.put, board_id, ready, READY)
    assert await world.run(enhancements.reconcile) == 1
    assert await world.read(enhancements.of_project, board_id) == {
        cut_off: Enhancement("failed", failure=INTERRUPTED),
        ready: READY,
    }
    async with world.unchanged(board_id):
        assert await world.run(enhancements.reconcile) == 0
