"""Whole histories of the real program by seed: several people change a board without pause, readers of every kind read
fast or slowly, stop reading, break off at any byte and come back, and the server is killed and started again under all
of them. At the end every reader has exactly the server's state, and every promise was kept.

    KANBANAI_TESTS_SEEDS=100-199 make test ARGS="-k every_history_of_the_real_program"     other seeds than CI's
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.system.bell import Bell
from tests.system.board import Board, shown
from tests.system.server import TIMEOUT, Server, project, running
from tests.system.sockets import Line
from tests.system.writer import Writer, check

pytestmark = pytest.mark.system

WRITERS = 3
STEPS = 80
"""Changes that each writer makes."""
VARIANTS = [
    (f"view={view}&attempts={attempts}", gzip)
    for view in ("patch", "state")
    for attempts in ("all", "none")
    for gzip in (False, True)
]


def seeds() -> Iterator[int]:
    """A few in CI; `KANBANAI_TESTS_SEEDS` names others: `7`, `1,2,3`, `100-199`."""
    for part in os.environ.get("KANBANAI_TESTS_SEEDS", "1-5").split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Here time is the machine's own, unlike in the fuzz beside this one."""
    return "asyncio", {"use_uvloop": True}


class Viewer:
    """A reader that has its moods. It comes back with its cursor for as long as it is asked to."""

    def __init__(self, history: History, target: str, chance: random.Random, *, gzip: bool) -> None:
        self.board = Board()
        self.connections = 0
        self._history = history
        self._target = target
        self._chance = chance
        self._gzip = gzip

    async def run(self) -> None:
        server, chance = self._history.server, self._chance
        while True:
            await server.up.wait()
            self.board.connected()
            try:
                async with Line.to(server, buffer=chance.choice([None, None, 2_048, 16_384])) as line:
                    self.connections += 1
                    await line.ask(self._target, gzip=self._gzip, cursor=self.board.cursor)
                    await self._read(line)
            except ConnectionError:
                """The server was killed."""

    async def _read(self, line: Line) -> None:
        """Until it is tired of it, or the server ends it."""
        chance, history, begin = self._chance, self._history, len(self.board.frames)
        enough = chance.choice([0, 50, 2_000, 50_000, 500_000, None])
        size = chance.choice([97, 4_096, 65_536])
        while history.is_ending or enough is None or line.received < enough:
            if chance.random() < 0.02:
                await history.pause(chance.choice([1, 10, 60]))
            frames = await line.read(65_536 if history.is_ending else size)
            if frames is None:
                was_told = [frame.event for frame in self.board.frames[begin:]][-1:] == ["bye"]
                assert line.wire.is_whole == was_told, "an end without a word, or a word without an end"
                return
            for frame in frames:
                self.board.take(frame)
                history.bell.ring()


class History:
    """One seed's history."""

    def __init__(self, server: Server, board_id: str, seed: int) -> None:
        self.server = server
        self.bell = Bell()
        self.is_ending = False
        self._chance = random.Random(seed)
        self._board_id = board_id
        self.writers = [
            Writer(server, board_id, f"w{n}", random.Random(f"{seed} writer {n}")) for n in range(WRITERS)
        ]
        self.viewers = [
            Viewer(self, f"boardId={board_id}&{target}", random.Random(f"{seed} {target} {gzip}"), gzip=gzip)
            for target, gzip in VARIANTS
        ]

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            for writer in self.writers:
                writer.on_acknowledged = self.bell.ring
                await stack.enter_async_context(writer.at_work())
            async with asyncio.TaskGroup() as reading:
                tasks = [reading.create_task(viewer.run()) for viewer in self.viewers]
                async with asyncio.TaskGroup() as writing:
                    for writer in self.writers:
                        writing.create_task(self._work(writer))
                    writing.create_task(self._interrupt())
                await self._conclude()
                for task in tasks:
                    task.cancel()

    async def pause(self, changes: int) -> None:
        """Waits for so many further changes; not while there is no server, nor at the end."""
        goal = self._changes() + changes
        await self.bell.until(
            lambda: self._changes() >= goal or self.is_ending or not self.server.up.is_set(),
            seconds=4 * TIMEOUT,
        )

    def _changes(self) -> int:
        return sum(writer.acknowledged for writer in self.writers)

    def _has_reached(self, changes: float) -> Callable[[], bool]:
        return lambda: self._changes() >= changes

    async def _work(self, writer: Writer) -> None:
        for _ in range(STEPS):
            await writer.step()

    async def _interrupt(self) -> None:
        """Ends the server now and then, mostly by force."""
        ways = [self.server.kill, self.server.kill, self.server.stop]
        self._chance.shuffle(ways)
        for number, end in enumerate(ways):
            goal = (number + self._chance.random()) * WRITERS * STEPS / len(ways)
            await self.bell.until(self._has_reached(goal), seconds=4 * TIMEOUT)
            await end()
            self.bell.ring()
            await self.server.start()

    async def _conclude(self) -> None:
        """Everybody reads to the end of the last change."""
        self.is_ending = True
        self.bell.ring()
        await self.writers[0].step()
        async with self.server.client() as client:
            final = await shown(client, self._board_id)
        await self.bell.until(lambda: all(viewer.board.cursor == final.cursor for viewer in self.viewers))
        check(self.writers, final.state)
        for viewer in self.viewers:
            assert viewer.board.state == final.state
            assert viewer.connections > 3, "nobody read through an interruption"


@pytest.mark.parametrize("seed", [*seeds()])
async def test_every_history_of_the_real_program_ends_with_everybody_knowing_everything_once(
    seed: int, tmp_path: Path
) -> None:
    async with running(tmp_path) as server:
        await History(server, await project(server, tmp_path / "shop"), seed).run()
