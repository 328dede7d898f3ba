"""The product as people get it: installed from its wheel; everybody follows a board through a power cut."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.e2e.followers import Chromium, Client, Tail, require
from tests.e2e.installing import installed
from tests.system.bell import Bell
from tests.system.board import shown
from tests.system.server import Ended, Server, ended, repository, running
from tests.system.writer import Writer, all_waiting, check

pytestmark = pytest.mark.e2e

EDITS = 500
WRITERS = 4


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel and what it asks for."""
    return installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture
async def server(programs: Path, tmp_path: Path) -> AsyncGenerator[Server]:
    async with running(tmp_path, program=programs / "kanbanai") as server:
        yield server


async def command(server: Server, programs: Path, *arguments: str | Path) -> Ended:
    """Runs a command of the installed program as a user of this server does."""
    environment = server.environment | {"KANBANAI_URL": server.url}
    done = await ended(programs / "kanbanai", *arguments, environment=environment)
    assert done.code == 0, done
    return done


class Crew:
    """Four people who make `EDITS` changes between them, and stop while the gate is shut."""

    def __init__(self, server: Server, board_id: str) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.progress = Bell()
        self.begun = 0
        self.writers = [
            Writer(server, board_id, f"w{n}", random.Random(n), gate=self.gate) for n in range(WRITERS)
        ]

    @property
    def acknowledged(self) -> int:
        return sum(writer.acknowledged for writer in self.writers)

    async def work(self, writer: Writer) -> None:
        writer.on_acknowledged = self.progress.ring
        while self.begun < EDITS:
            self.begun += 1
            await writer.step()


async def test_rt5_an_installed_server_killed_in_the_middle_of_500_edits_leaves_everybody_exact(
    server: Server, programs: Path, tmp_path: Path
) -> None:
    require(Chromium)
    added = await command(server, programs, "project", "add", repository(tmp_path / "shop"), "--json")
    board_id = json.loads(added.said)["boardId"]
    address = f"{server.url}/api/v1/sse?boardId={board_id}&view=patch"
    async with AsyncExitStack() as stack:
        tail, client, browser = followers = (Tail(programs), Client(programs), Chromium())
        for follower in followers:
            await stack.enter_async_context(follower.following(address))
            await follower.until(lambda one: one.board.state is not None)
        crew = Crew(server, board_id)
        for writer in crew.writers:
            await stack.enter_async_context(writer.at_work())
        async with asyncio.TaskGroup() as tasks:
            for writer in crew.writers:
                tasks.create_task(crew.work(writer))
            await crew.progress.until(lambda: crew.acknowledged >= EDITS // 2)
            crew.gate.clear()
            await server.kill()
            await all_waiting(crew.writers)
            assert crew.acknowledged < EDITS
            await server.start()
            async with server.client() as http:
                state = (await shown(http, board_id)).state
            for writer in crew.writers:
                assert writer.seen(state) in (writer.promised, writer.intended)
            crew.gate.set()
        assert crew.acknowledged == EDITS

        async with server.client() as http:
            final = await shown(http, board_id)
        check(crew.writers, final.state)
        for follower in followers:
            await follower.until(lambda one: one.board.cursor == final.cursor)
            assert follower.board.state == final.state
            assert follower.board.outcomes == ["snapshot", "resumed"]
        assert await browser.page.evaluate("board.state") == final.state
        assert await client.own_state() == final.state
        assert tail.ends
    assert await server.stop() == 0
    await command(server, programs, "doctor", "--data-dir", server.data)
