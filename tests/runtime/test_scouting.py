"""Which agents there are, found in the background and on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from kanbanai.domain.agents import CATALOGUE, Agent, AgentFinding
from kanbanai.domain.errors import StorageFull
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Launch, Update
from kanbanai.ports import AgentListener, AgentSession
from kanbanai.runtime.scouting import Scouting
from tests.world import World


class Machine:
    """A driver for which the agents named are installed, in that version."""

    def __init__(self, **versions: str) -> None:
        self.versions = versions
        self.deep: list[str] = []
        self.fault: Exception | None = None

    async def open(self, launch: Launch, listener: AgentListener) -> AgentSession:
        raise NotImplementedError

    async def last_turn(self, transcript: str) -> list[tuple[Timestamp, Update]]:
        raise NotImplementedError

    async def look(self, agent: Agent, *, deeply: bool) -> AgentFinding:
        if self.fault is not None:
            raise self.fault
        self.deep += [agent.key] if deeply else []
        version = self.versions.get(agent.key)
        modes = ("ask",) if deeply else ()
        return AgentFinding(agent=agent.key, installed=version is not None, version=version, modes=modes)


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


def scouting(world: World, machine: Machine, faults: list[Exception]) -> Scouting:
    return Scouting(world.store, machine, report=faults.append)


async def test_a_round_looks_at_every_agent_and_starts_none(world: World) -> None:
    machine = Machine(CODEX="1.0")
    scout = scouting(world, machine, [])
    await scout.round()
    found = scout.findings()
    assert found.keys() == CATALOGUE.keys()
    assert [key for key, one in found.items() if one.installed] == ["CODEX"]
    assert machine.deep == []


async def test_what_was_found_deeply_stays_until_the_program_is_another(world: World) -> None:
    machine = Machine(CODEX="1.0")
    scout = scouting(world, machine, [])
    assert (await scout.look(CATALOGUE["CODEX"])).modes == ("ask",)
    await scout.round()
    assert scout.findings()["CODEX"].modes == ("ask",)
    machine.versions["CODEX"] = "2.0"
    await scout.round()
    assert scout.findings()["CODEX"].modes == ()


async def test_rounds_go_on_after_a_fault_which_is_reported(world: World) -> None:
    machine = Machine(CODEX="1.0")
    machine.fault = StorageFull("no room")
    faults: list[Exception] = []
    turns: asyncio.Queue[float] = asyncio.Queue()
    go_on = asyncio.Event()

    async def pause(seconds: float) -> None:
        turns.put_nowait(seconds)
        await go_on.wait()
        go_on.clear()

    scout = Scouting(world.store, machine, report=faults.append, pause=pause)
    running = asyncio.create_task(scout.run())
    assert await turns.get() == 1_800
    assert len(faults) == 1
    machine.fault = None
    go_on.set()
    await turns.get()
    assert scout.findings()["CODEX"].installed
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
