"""What was acknowledged is there after the power went, and what was not is there wholly or not at all."""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.system.bell import Bell
from tests.system.board import seq_of, shown
from tests.system.server import PROGRAM, Server, ended
from tests.system.writer import Writer, all_waiting, check

pytestmark = pytest.mark.system

KILLS = 12


async def test_an_acknowledged_write_survives_kill_and_another_is_all_or_nothing(
    server: Server, board_id: str
) -> None:
    chance = random.Random(7)
    gate, progress = asyncio.Event(), Bell()
    gate.set()
    writers = [Writer(server, board_id, f"w{n}", random.Random(n), gate=gate) for n in range(3)]
    last_seq = 0

    def acknowledged() -> int:
        return sum(writer.acknowledged for writer in writers)

    def has_reached(goal: int) -> Callable[[], bool]:
        return lambda: acknowledged() >= goal

    async def work(writer: Writer) -> None:
        writer.on_acknowledged = progress.ring
        while kills_left or not gate.is_set():
            await writer.step()

    async with AsyncExitStack() as stack:
        for writer in writers:
            await stack.enter_async_context(writer.at_work())
        kills_left = KILLS
        async with asyncio.TaskGroup() as tasks:
            for writer in writers:
                tasks.create_task(work(writer))
            while kills_left:
                await progress.until(has_reached(acknowledged() + chance.randint(1, 60)))
                gate.clear()
                await server.kill()
                await all_waiting(writers)
                await server.start()
                async with server.client() as client:
                    cursor, state = await shown(client, board_id)
                for writer in writers:
                    assert writer.seen(state) in (writer.promised, writer.intended), f"kill {kills_left}"
                assert seq_of(cursor) >= last_seq, "the log forgot something"
                last_seq = seq_of(cursor)
                kills_left -= 1
                gate.set()
        async with server.client() as client:
            check(writers, (await shown(client, board_id)).state)
    assert await server.stop() == 0
    with sqlite3.connect(server.data / "kanban.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()
    examined = await ended(PROGRAM, "doctor", "--data-dir", server.data, environment=server.environment)
    assert examined.code == 0, examined


async def test_a_disk_that_takes_no_more_is_told_and_nothing_is_half_stored(
    server: Server, board_id: str
) -> None:
    """The limit on the size of a file stands for the end of the disk; the process meets it at the same place."""
    async with server.client() as client:
        before = await shown(client, board_id)
        column = before.state["columnOrder"][0]
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        used = max(file.stat().st_size for file in server.data.iterdir())
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (used + 20_000, limits[1]))
        card = {"columnId": column, "title": "Too much", "description": "x" * 200_000}
        refused = await client.post(f"/boards/{board_id}/cards", json=card)
        assert refused.status_code in {503, 507}, refused.text
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert "nothing was stored" in refused.json()["detail"]
        assert await shown(client, board_id) == before
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        again = await client.post(f"/boards/{board_id}/cards", json=card)
        assert again.status_code == 201, again.text
        assert len((await shown(client, board_id)).state["cards"]) == 1
