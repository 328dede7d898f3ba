"""What a driver is given in these tests: the time of day, and a listener that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from kanbanai.domain.times import Timestamp, timestamp
from kanbanai.domain.updates import Ask, Notice, Piece, Tool, Update

PATIENCE = 20
"""Seconds that a test waits for what it wants to see."""


class WallClock:
    def now(self) -> Timestamp:
        return timestamp(datetime.now(UTC))


class Ear:
    """An AgentListener that remembers what it heard, and answers by a function."""

    def __init__(self, answer: Callable[[Ask], str | None] = lambda ask: ask.options[0].id) -> None:
        self.heard: list[Update] = []
        self.asked: list[Ask] = []
        self.open = asyncio.Event()
        self.open.set()
        self._answer = answer
        self._changed = asyncio.Condition()
        self.mute_asks = False
        self._telling: list[asyncio.Task[None]] = []

    def hear(self, update: Update) -> None:
        self.heard.append(update)
        self._telling.append(asyncio.create_task(self._tell()))

    async def room(self) -> None:
        await self.open.wait()

    async def ask(self, ask: Ask) -> str | None:
        self.asked.append(ask)
        await self._tell()
        if self.mute_asks:
            await asyncio.Event().wait()
        return self._answer(ask)

    async def until(self, seen: Callable[[Ear], bool]) -> None:
        """Waits until it has heard what is wanted."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: seen(self))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def text(self, of: str = "message") -> str:
        return "".join(one.text for one in self.heard if isinstance(one, Piece) and one.of == of)

    def tools(self) -> dict[str, Tool]:
        """Each tool call as it was told last."""
        return {one.key: one for one in self.heard if isinstance(one, Tool)}

    def notices(self) -> list[str]:
        return [one.text for one in self.heard if isinstance(one, Notice)]
