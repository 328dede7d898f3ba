"""Agents that people bring, and which are installed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest

from kanbanai.domain.agents import CATALOGUE, AgentFinding, Program
from kanbanai.domain.errors import Conflict, Invalid, KanbanError, NotFound
from kanbanai.domain.settings import ProjectSettingsChanges
from kanbanai.usecases import agents, profiles, settings
from tests.world import World

GOOSE = Program(command="goose", args=("acp",), env={"GOOSE_MODE": "auto"})


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


async def add(world: World, **more: Any) -> Any:
    given: dict[str, Any] = {"key": "GOOSE", "label": "Goose", "program": GOOSE} | more
    return await world.run(agents.add, **given)


async def test_an_added_agent_is_known_and_everybody_hears_of_it(world: World) -> None:
    await world.project()
    before = len(world.committed)
    agent = await add(world)
    assert (agent.key, agent.label, agent.program) == ("GOOSE", "Goose", GOOSE)
    assert list(await world.read(agents.known)) == [*CATALOGUE, "GOOSE"]
    assert await world.read(agents.find, "GOOSE") == agent
    assert len(world.committed) - before == 2  # the board's channel and the dashboard's


async def test_configured_agents_are_there_while_the_configuration_names_them(world: World) -> None:
    await world.project()
    await add(world)
    mine = agents.declared("GOOSE", "My goose", Program(command="/opt/goose"))
    other = agents.declared("OTHER", "Other", Program(command="other"))
    await world.run(agents.configure, [mine, other])
    before = len(world.committed)
    await world.run(agents.configure, [mine, other])
    assert len(world.committed) == before, "the same again is said to nobody"
    assert list(await world.read(agents.known)) == [*CATALOGUE, "GOOSE", "OTHER"]
    assert (await world.read(agents.find, "GOOSE")).label == "My goose"
    for act in (agents.remove, agents.edit):
        with pytest.raises(Conflict, match=r"comes from the server's config\.toml"):
            await world.run(act, "GOOSE")
    with pytest.raises(Conflict, match="already"):
        await add(world, key="OTHER")
    await world.run(agents.configure, [])
    assert (await world.read(agents.find, "GOOSE")).label == "Goose"
    assert list(await world.read(agents.known)) == [*CATALOGUE, "GOOSE"]


@pytest.mark.parametrize(
    ("key", "command", "sentence"),
    [
        ("CODEX", "codex", "agents.CODEX: key: is that of Codex Agent; choose another one"),
        ("goose", "goose", "agents.goose: key: must be 2 to 32 of A to Z, 0 to 9 and _, the first a letter"),
        ("GOOSE", " ", "agents.GOOSE: command: must not be blank"),
    ],
)
def test_a_configured_agent_that_cannot_be_is_refused_by_name(key: str, command: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        agents.declared(key, "Goose", Program(command=command))
    assert str(caught.value).startswith(sentence[:40])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": "goose"}, "key"),
        ({"key": "G"}, "key"),
        ({"key": "G" * 33}, "key"),
        ({"label": " "}, "label"),
        ({"program": Program(command="")}, "command"),
        ({"program": Program(command="goose\n--evil")}, "command"),
        ({"program": Program(command="goose", args=("x",) * 101)}, "args"),
        ({"program": Program(command="goose", args=("x", "y\0z"))}, "args.1"),
        ({"program": Program(command="goose", env={"A=B": "c"})}, "env"),
        ({"program": Program(command="goose", env={"KANBANAI_RUN": "c"})}, "env.KANBANAI_RUN"),
        ({"program": Program(command="goose", env={"A": "x" * 4_001})}, "env.A"),
    ],
)
async def test_what_is_no_agent_is_refused_by_name(world: World, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await add(world, **given)
    assert [one.field for one in caught.value.fields] == [field]
    assert await world.read(agents.known) == CATALOGUE


async def test_an_unknown_agent_is_not_found(world: World) -> None:
    assert (await world.read(agents.one, "DROID")).label == "Droid Agent"
    with pytest.raises(NotFound, match="Unknown agent"):
        await world.read(agents.one, "NOBODY")


async def test_a_key_is_taken_once(world: World) -> None:
    await add(world)
    for key in ("GOOSE", "CODEX"):
        with pytest.raises(Conflict, match=f"There is an agent {key} already"):
            await add(world, key=key)


async def test_an_edit_changes_what_it_names(world: World) -> None:
    await add(world)
    agent = await world.run(agents.edit, "GOOSE", label="Gander", args=())
    assert (agent.label, agent.program) == ("Gander", msgspec.structs.replace(GOOSE, args=()))
    with pytest.raises(Invalid, match="No updates provided"):
        await world.run(agents.edit, "GOOSE")


@pytest.mark.parametrize(("key", "error"), [("CODEX", Conflict), ("NOBODY", NotFound)])
async def test_what_was_not_added_cannot_be_changed(world: World, key: str, error: type[KanbanError]) -> None:
    with pytest.raises(error):
        await world.run(agents.edit, key, label="Mine")
    with pytest.raises(error):
        await world.run(agents.remove, key)


async def test_an_agent_in_use_is_not_removed(world: World) -> None:
    project = await world.project()
    await add(world)
    profile = await world.run(profiles.create, project.id, agent_key="GOOSE", name="Careful", config={})
    await world.run(settings.edit_project, project.id, ProjectSettingsChanges(default_agent="GOOSE"))
    with pytest.raises(Conflict, match="has chosen GOOSE"):
        await world.run(agents.remove, "GOOSE")
    await world.run(settings.edit_project, project.id, ProjectSettingsChanges(default_agent=None))
    with pytest.raises(Conflict, match="profiles for GOOSE"):
        await world.run(agents.remove, "GOOSE")
    await world.run(profiles.delete, project.id, profile.id)
    await world.run(agents.remove, "GOOSE")
    with pytest.raises(Invalid, match="Unknown agent"):
        await world.read(agents.find, "GOOSE")


async def test_an_agent_is_announced_when_it_is_found_and_not_again(world: World) -> None:
    await world.project()
    found = [AgentFinding(agent=key, installed=key == "GEMINI") for key in ("GEMINI", "CODEX", "GONE")]
    assert await world.run(agents.note_findings, found) == ["GEMINI"]
    assert await world.run(agents.note_findings, found) == []
    lost = [AgentFinding(agent="GEMINI", installed=False)]
    assert await world.run(agents.note_findings, lost) == []
    assert await world.run(agents.note_findings, found) == ["GEMINI"]
