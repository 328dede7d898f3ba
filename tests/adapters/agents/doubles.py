"""What a driver is given in these tests: processes without marks, a listener that remembers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from kanbanai.domain.environments import MARK
from kanbanai.domain.errors import Unstartable
from kanbanai.domain.times import Timestamp, timestamp
from kanbanai.domain.updates import Ask, Notice, Piece, Tool, Update

PATIENCE = 20
"""Seconds that a test waits for what it wants to see."""


class WallClock:
    def now(self) -> Timestamp:
        return timestamp(datetime.now(UTC))


class Child:
    """A process in a group of its own."""

    def __init__(self, process: Process) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._process = process
        self.pid = process.pid
        self.stdin = process.stdin
        self.stdout = process.stdout
        self.stderr = process.stderr

    async def wait(self) -> int:
        return await self._process.wait()

    async def end(self, *, grace: float = 3.0) -> int:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(self._process.wait(), grace)
        return await self._process.wait()


class PlainProcesses:
    """`kanbanai.ports.Processes`. `started` are all children, `environments` what each was given."""

    def __init__(self) -> None:
        self.started: list[Child] = []
        self.environments: list[Mapping[str, str]] = []

    async def start(
        self, argv: Sequence[str], *, cwd: str, env: Mapping[str, str], mark: str, limit: int = 65_536
    ) -> Child:
        try:
            process = await asyncio.create_subprocess_exec(
                *argv, cwd=cwd, env={**env, MARK: mark}, stdin=PIPE, stdout=PIPE, stderr=PIPE,
                limit=limit, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise Unstartable(f"{argv[0]} cannot be started: {error.strerror}") from error
        self.started.append(Child(process))
        self.environments.append(env)
        return self.started[-1]

    async def end_marked(self, mark: str) -> int:
        raise NotImplementedError


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
