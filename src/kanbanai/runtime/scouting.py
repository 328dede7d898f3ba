"""Looks which agents this machine has: all of them shortly after the start, one of them deeply when somebody asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from kanbanai.domain.agents import Agent, AgentFinding
from kanbanai.ports import AgentDriver, Pause, Report, Store
from kanbanai.usecases import agents

EVERY = timedelta(minutes=30)
"""Between two rounds: who installs an agent and does not ask finds it soon. A round starts each program once."""
AT_ONCE = 2
"""Programs asked for their version at a time: some are Node programs that take a second of processor time."""


class Scouting:
    """`kanbanai.ports.Scout`. `run` looks in the background; `report` hears of what fails there."""

    def __init__(
        self, store: Store, driver: AgentDriver, *, report: Report, pause: Pause = asyncio.sleep
    ) -> None:
        self._store = store
        self._driver = driver
        self._report = report
        self._pause = pause
        self._found: dict[str, AgentFinding] = {}
        self._looking: dict[str, asyncio.Lock] = {}

    async def run(self) -> None:
        """One round after the other until it is cancelled, the first at once."""
        while True:
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001 - a full disk must not end the rounds; `report` hears of it
                self._report(error)
            await self._pause(EVERY.total_seconds())

    async def round(self) -> None:
        """Sees which agents are installed, and in which version; what was found deeply stays if that is the same."""
        known = await self._store.read(agents.known)
        room = asyncio.Semaphore(AT_ONCE)

        async def glance(agent: Agent) -> None:
            async with room:
                found = await self._driver.look(agent, deeply=False)
            before = self._found.get(agent.key)
            if before is None or (before.installed, before.version) != (found.installed, found.version):
                self._found[agent.key] = found

        await asyncio.gather(*(glance(agent) for agent in known.values()))
        for gone in self._found.keys() - known.keys():
            del self._found[gone]
        await self._store.run(agents.note_findings, list(self._found.values()))

    def findings(self) -> Mapping[str, AgentFinding]:
        """See `Scout`."""
        return self._found

    async def look(self, agent: Agent) -> AgentFinding:
        """See `Scout`. Who asks while another looks at the same agent waits, and looks then."""
        async with self._looking.setdefault(agent.key, asyncio.Lock()):
            found = await self._driver.look(agent, deeply=True)
        self._found[agent.key] = found
        await self._store.run(agents.note_findings, [found])
        return found
