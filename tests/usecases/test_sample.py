"""The project for trying things out."""

from collections.abc import AsyncGenerator

import pytest

from kanbanai.domain import sample as contents
from kanbanai.domain.repositories import Repository
from kanbanai.usecases import cards, projects, queries, sample, settings
from tests.world import World

REPOSITORY = Repository(path="/data/demo", default_branch="trunk")


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


async def test_it_has_cards_to_start_the_demo_agent_on(world: World) -> None:
    project, is_new = await world.run(sample.create, REPOSITORY)
    assert is_new
    stored, _ = await world.read(settings.project, project.id)
    assert (stored.base_branch, stored.default_agent, stored.auto_commit_on_finish) == ("trunk", "DEMO", True)
    state, _ = await world.read(queries.board_state, project.board_id)
    assert [card.title for card in state.cards.values()] == [card.title for card in contents.CARDS]
    backlog = state.columns[state.column_order[0]]
    assert len(backlog.card_ids) == len(contents.CARDS)


async def test_asked_for_again_it_is_as_people_left_it(world: World) -> None:
    project, _ = await world.run(sample.create, REPOSITORY)
    state, _ = await world.read(queries.board_state, project.board_id)
    gone = next(iter(state.cards))
    await world.run(cards.delete, project.board_id, gone)
    await world.run(projects.rename, project.id, "Mine")
    again, is_new = await world.run(sample.create, REPOSITORY)
    assert (again.id, again.name, is_new) == (project.id, "Mine", False)
    assert len((await world.read(queries.board_state, project.board_id))[0].cards) == len(contents.CARDS) - 1


async def test_deleted_it_can_be_made_again(world: World) -> None:
    project, _ = await world.run(sample.create, REPOSITORY)
    await world.run(projects.delete, project.id)
    again, is_new = await world.run(sample.create, REPOSITORY)
    assert is_new
    assert again.id != project.id
