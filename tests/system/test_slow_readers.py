"""RT9 at the socket: readers that stop reading cost next to nothing, hold nobody up, and lose nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest

from tests.system.bell import Bell
from tests.system.board import Board, Frame, shown
from tests.system.server import MB, Server, repository
from tests.system.sockets import Line
from tests.system.writer import MINIMAL

pytestmark = pytest.mark.system

CARDS = 500
TEXT = 10_000
"""Characters of each card's description: 5 MB in all."""
DELAY = 3.0
"""Seconds after which an edit must have reached a reader that reads. A machine that does nothing else needs 20 ms."""


def text(chance: random.Random) -> str:
    """One that does not compress to nothing."""
    return chance.randbytes(TEXT // 2).hex()


async def big_board(server: Server, folder: Path, chance: random.Random) -> str:
    """A board whose state has 5 MB."""
    lines: list[dict[str, object]] = [
        {"type": "project", "version": 1, "name": "Big", "repositoryPath": str(repository(folder))},
        {"type": "column", "id": "todo", "title": "To do"},
    ]
    for number in range(CARDS):
        card = {"id": f"{number}", "columnId": "todo", "title": f"Card {number}", "description": text(chance)}
        lines.append({"type": "card", **card})
    async with server.client() as client:
        answer = await client.post(
            "/projects/import",
            content="".join(json.dumps(line) + "\n" for line in lines),
            headers={"Content-Type": "application/x-ndjson"},
        )
    assert answer.status_code == 201, answer.text
    board_id: str = answer.json()["project"]["id"]
    return board_id


class Reader:
    """One reader of the board, over as many connections as it takes. `last` is the last title that it was told."""

    def __init__(self, server: Server, target: str, *, gzip: bool) -> None:
        self.board = Board()
        self.bell = Bell()
        self.last = ""
        self._server = server
        self._target = target
        self._gzip = gzip

    @asynccontextmanager
    async def connected(self, *, buffer: int | None = None) -> AsyncGenerator[Line]:
        """A connection of which nothing has been read yet."""
        self.board.connected()
        async with Line.to(self._server, buffer=buffer) as line:
            await line.ask(self._target, gzip=self._gzip, cursor=self.board.cursor)
            yield line

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Self]:
        """With a connection that is read all the time."""
        async with self.connected() as line, asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self._read(line))
            await self.bell.until(lambda: self.board.state is not None)
            yield self
            task.cancel()

    async def _read(self, line: Line) -> None:
        while True:
            self.take(await line.more())

    def take(self, frames: list[Frame]) -> None:
        for frame in frames:
            told = len(self.board.changes)
            self.board.take(frame)
            if len(self.board.changes) > told:
                self.last = self.board.titles()[-1]
            self.bell.ring()

    async def knows(self, cursor: str) -> None:
        await self.bell.until(lambda: self.board.cursor == cursor)


async def figure(client: httpx.AsyncClient, name: str) -> float:
    """A figure of the server's metrics; one that was never counted is 0."""
    lines = (await client.get("/metrics")).text.splitlines()
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(f"{name} ")), 0.0)


async def test_rt9_four_readers_that_stop_reading_cost_little_and_delay_nobody(
    server: Server, tmp_path: Path
) -> None:
    chance = random.Random(9)
    board_id = await big_board(server, tmp_path / "big", chance)
    patches, states = f"boardId={board_id}&view=patch", f"boardId={board_id}&view=state"
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(server.client())
        quick = await stack.enter_async_context(Reader(server, patches, gzip=False).reading())
        whole = await stack.enter_async_context(Reader(server, states, gzip=True).reading())
        card_ids = [*quick.board.state["cards"]]
        delays: list[float] = []

        async def edit() -> None:
            title = f"Edit {len(delays)}"
            changes = {"title": title} | ({} if len(delays) % 5 else {"description": text(chance)})
            started = loop.time()
            path = f"/boards/{board_id}/cards/{chance.choice(card_ids)}"
            answer = await client.patch(path, json=changes, headers=MINIMAL)
            assert answer.status_code == 200, answer.text
            await quick.bell.until(lambda: quick.last == title)
            delays.append(loop.time() - started)

        for _ in range(50):
            await edit()
        before = peak = server.memory()

        # Two stop in the middle of the first state, two when they had it and were live.
        early = [Reader(server, states, gzip=False), Reader(server, patches, gzip=True)]
        late = [Reader(server, states, gzip=False), Reader(server, states, gzip=True)]
        stalled = {one: await stack.enter_async_context(one.connected(buffer=4_096)) for one in early + late}
        for reader in late:
            while reader.board.state is None:
                reader.take(await stalled[reader].more())
        while await figure(client, 'kanbanai_streams_ended_total{reason="slow"}') < len(stalled):
            await edit()
            peak = max(peak, server.memory())
        assert peak - before < 50 * MB
        assert max(delays) < DELAY

        final = await shown(client, board_id)
        await quick.knows(final.cursor)
        await whole.knows(final.cursor)
        assert quick.board.state == whole.board.state == final.state
        assert len(quick.board.changes) == len(delays)

        for reader, line in stalled.items():
            with contextlib.suppress(ConnectionError):
                reader.take(await line.to_the_end())
            assert not line.wire.is_whole, "a word at the end that nobody can have waited for"
            async with reader.reading():
                await reader.knows(final.cursor)
            assert reader.board.state == final.state
        assert {tuple(reader.board.outcomes) for reader in late} == {("snapshot", "resumed")}


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
async def test_rt9_a_reader_that_reads_again_in_time_is_told_everything_it_missed(
    server: Server, tmp_path: Path, gzip: bool
) -> None:
    chance = random.Random(10)
    board_id = await big_board(server, tmp_path / "big", chance)
    reader = Reader(server, f"boardId={board_id}&view=state", gzip=gzip)
    async with server.client() as client, reader.connected(buffer=4_096) as line:
        while reader.board.state is None:
            reader.take(await line.more())
        card_ids = [*reader.board.state["cards"]]
        while await figure(client, 'kanbanai_subscribers{condition="paused"}') == 0:
            changes = {"title": "Another", "description": text(chance)}
            path = f"/boards/{board_id}/cards/{chance.choice(card_ids)}"
            assert (await client.patch(path, json=changes, headers=MINIMAL)).status_code == 200
        final = await shown(client, board_id)
        while reader.board.cursor != final.cursor:
            reader.take(await line.more())
    assert reader.board.state == final.state
    assert reader.board.outcomes == ["snapshot"]
