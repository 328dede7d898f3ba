"""The first steps of a new user."""

from collections.abc import AsyncGenerator

import pytest

from kanbanai.domain.errors import Invalid
from kanbanai.domain.onboarding import Onboarding
from kanbanai.usecases import onboarding
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


async def test_nothing_has_happened_at_first(world: World) -> None:
    assert await world.read(onboarding.read) == Onboarding(
        status="pending", last_step=None, started_at=None, completed_at=None
    )


async def test_the_first_step_starts_it_and_later_ones_are_noted(world: World) -> None:
    first = await world.run(onboarding.advance, " welcome ")
    second = await world.run(onboarding.advance, "general")
    assert (first.status, first.last_step, first.completed_at) == ("pending", "welcome", None)
    assert first.started_at is not None
    assert (second.last_step, second.started_at) == ("general", first.started_at)
    assert await world.read(onboarding.read) == second


async def test_a_step_without_a_name_keeps_the_last_one(world: World) -> None:
    await world.run(onboarding.advance, "welcome")
    for blank in (None, "  "):
        assert (await world.run(onboarding.advance, blank)).last_step == "welcome"


async def test_completing_notes_step_and_time(world: World) -> None:
    begun = await world.run(onboarding.advance, "welcome")
    done = await world.run(onboarding.complete, "finish")
    assert (done.status, done.last_step, done.started_at) == ("completed", "finish", begun.started_at)
    assert done.completed_at is not None
    assert begun.started_at is not None
    assert done.completed_at > begun.started_at


async def test_completing_at_once_is_possible(world: World) -> None:
    done = await world.run(onboarding.complete, None)
    assert (done.status, done.last_step) == ("completed", "completed")
    assert done.started_at == done.completed_at


async def test_what_is_completed_stays_as_it_is(world: World) -> None:
    done = await world.run(onboarding.complete, "finish")
    assert await world.run(onboarding.advance, "welcome") == done
    assert await world.run(onboarding.complete, "again") == done
    assert await world.read(onboarding.read) == done


async def test_a_step_with_a_long_name_is_refused(world: World) -> None:
    await world.run(onboarding.advance, "x" * 64)
    for verb in (onboarding.advance, onboarding.complete):
        with pytest.raises(Invalid) as caught:
            await world.run(verb, "x" * 65)
        assert [one.field for one in caught.value.fields] == ["step"]
    assert (await world.read(onboarding.read)).status == "pending"
