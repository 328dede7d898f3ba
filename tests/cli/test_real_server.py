"""The commands and the client against the real program, killed and started again."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kanbanai.client import (
    BoardWatch,
    ClientError,
    KanbanClient,
    NewCard,
    NewProject,
    Rhythm,
    Update,
)
from kanbanai.domain import snapshots
from kanbanai.domain.boards import BoardState
from kanbanai.domain.cards import CardChanges, Placement
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.snapshots import BoardSnapshot
from tests.system.server import free_port

pytestmark = [pytest.mark.system, pytest.mark.slow]

PROGRAM = (sys.executable, "-c", "from kanbanai.cli import main; main()")
QUICK = Rhythm(base=0.1, longest=0.2, shortest=0.05, attempts=1000)


class Server:
    """`kanbanai serve` on a port that stays the same when it is started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *PROGRAM, "serve", "--port", str(self.port), "--data-dir", str(self.folder),
            stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        assert self.process.stdout
        line = (await asyncio.wait_for(self.process.stdout.readline(), 30)).decode()
        assert line.startswith(f"KanbanAI is at {self.url} "), line or await self._complaints()

    async def _complaints(self) -> str:
        assert self.process
        assert self.process.stderr
        return (await self.process.stderr.read()).decode()

    async def stop(self, by: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(by)
        _, errors = await asyncio.wait_for(self.process.communicate(), 30)
        assert b"Traceback" not in errors, errors.decode()
        return self.process.returncode or 0

    async def command(self, *arguments: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, *arguments, env=os.environ | {"KANBANAI_URL": self.url}, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )  # fmt: skip
        out, errors = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode(), errors.decode()

    async def answer(self, *arguments: str) -> Any:
        code, out, errors = await self.command(*arguments, "--json")
        assert code == 0, errors
        return json.loads(out)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Server]:
    server = Server(tmp_path / "data")
    await server.start()
    yield server
    if server.process and server.process.returncode is None:
        server.process.kill()
        await server.process.wait()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "Web Shop"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    return folder


class Follower:
    """Follows a board and folds what it is told over the first state it saw."""

    def __init__(self, watch: BoardWatch) -> None:
        self.watch = watch
        self.state: BoardState | None = None
        self.cursor = ""
        """Of the last news that was taken; the watch itself may be further."""
        self.outcomes: list[str] = []
        self._news = asyncio.Condition()
        self.task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        async for news in self.watch:
            if isinstance(news, Update):
                if news.name == "hello":
                    self.outcomes.append(json.loads(news.body)["outcome"])
                if self.state is None:
                    if news.name == "state":
                        self.state = msgspec.json.decode(news.body, type=BoardState)
                elif news.changes:
                    snapshot = BoardSnapshot(self.state, {})
                    for change in news.changes:
                        snapshot = snapshots.apply(snapshot, change)
                    self.state = snapshot.state
                self.cursor = news.cursor
            async with self._news:
                self._news.notify_all()

    async def reaches(self, cursor: str) -> None:
        await self._until(lambda: self.cursor == cursor)

    async def greeted(self, times: int) -> None:
        await self._until(lambda: len(self.outcomes) >= times)

    async def _until(self, is_met: Callable[[], bool]) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(is_met), 30)


@asynccontextmanager
async def following(client: KanbanClient, board_id: BoardId) -> AsyncGenerator[Follower]:
    async with client.watch_board(board_id, rhythm=QUICK) as watch:
        follower = Follower(watch)
        try:
            yield follower
        finally:
            follower.task.cancel()
            await asyncio.wait([follower.task])


async def edit(client: KanbanClient, board_id: BoardId, chance: random.Random, known: list[CardId]) -> None:
    """One edit of some kind."""
    order = (await client.board(board_id)).state.column_order
    kind = chance.choice(["add", "add", "move", "move", "edit", "delete"] if known else ["add"])
    if kind == "add":
        placed = await client.create_card(
            board_id, NewCard(column_id=order[0], title=f"Card {chance.random()}", index=0)
        )
        known.append(placed.card.id)
        return
    card_id = chance.choice(known)
    if kind == "move":
        await client.move_card(board_id, card_id, Placement(chance.choice(order), chance.randrange(5)))
    elif kind == "edit":
        await client.edit_card(board_id, card_id, CardChanges(title=f"Title {chance.random()}"))
    else:
        await client.delete_card(board_id, card_id)
        known.remove(card_id)


@pytest.mark.parametrize("seed", [1, 2])
async def test_rt5_who_follows_through_kill_9_ends_with_exactly_the_servers_board(
    server: Server, repository: Path, seed: int
) -> None:
    chance = random.Random(seed)
    async with KanbanClient(server.url) as client:
        project = await client.create_project(NewProject(name="Shop", repository_path=str(repository)))
        known: list[CardId] = []
        async with following(client, project.board_id) as one, following(client, project.board_id) as other:
            for round_ in range(3):
                for _ in range(40):
                    await edit(client, project.board_id, chance, known)
                for follower in (one, other):  # who is on the way back would not see the server die
                    await follower.greeted(round_ + 1)
                if round_ < 2:
                    # Killed with edits on their way, one of which may or may not have been stored.
                    flying = asyncio.create_task(edit(client, project.board_id, chance, [*known]))
                    assert await server.stop(signal.SIGKILL) == -signal.SIGKILL
                    await asyncio.wait([flying])
                    assert flying.exception() is None or isinstance(flying.exception(), ClientError)
                    await server.start()
                    known = [
                        card_id
                        for card_id in known
                        if card_id in (await client.board(project.board_id)).state.cards
                    ]
            truth = await client.board(project.board_id)
            for follower in (one, other):
                await follower.reaches(truth.etag.strip('"'))
                assert follower.watch.view.state == truth.state
                assert follower.state == truth.state, (
                    "what it was told, folded: nothing missed, nothing twice"
                )
                assert follower.outcomes == ["snapshot", "resumed", "resumed"]


async def test_the_commands_work_together(server: Server, repository: Path, tmp_path: Path) -> None:
    project = await server.answer("project", "add", str(repository))
    assert project["name"] == "Web Shop"
    first = await server.answer("card", "add", "WS", "First", "--type", "feat", "--description", "why")
    assert first["card"]["ticketKey"] == "WS-1"
    await server.answer("card", "add", "Web Shop", "Second", "--depends-on", "WS-1", "--top")
    listed = await server.answer("card", "list", "WS")
    assert [one["card"]["ticketKey"] for one in listed] == ["WS-2", "WS-1"]
    code, _, errors = await server.command("card", "move", "WS-2", "in-progress")
    assert (code, errors) == (1, "kanbanai: Task is blocked by dependencies\n")
    await server.answer("card", "move", "ws-1", "done")
    await server.answer("card", "move", "WS-2", "In Progress", "--project", "WS")
    edited = await server.answer("card", "edit", "WS-1", "--title", "Renamed", "--clear", "description")
    assert (edited["card"]["title"], "description" in edited["card"]) == ("Renamed", False)
    stale = await server.command("card", "edit", "WS-1", "--title", "Again", "--if-match", first["etag"])
    assert stale[0] == 1
    assert "changed since" in stale[2]
    [found] = await server.answer("card", "list", "WS", "--search", "renam")
    assert found["card"]["ticketKey"] == "WS-1"
    in_progress = await server.answer("card", "list", "WS", "--column", "in-progress", "--limit", "5")
    assert [one["card"]["title"] for one in in_progress] == ["Second"]

    file = tmp_path / "shop.ndjson"
    assert (await server.command("export", "WS", "-o", str(file)))[0] == 0
    arrived = await server.answer("import", str(file))
    assert (arrived["cards"], arrived["project"]["id"] != project["id"]) == (2, True)
    code, _, errors = await server.command("card", "list", "WS")
    assert (code, "several projects are called 'WS'" in errors) == (4, True)

    arguments = ("doctor", "--json", "--port", str(server.port), "--data-dir", str(server.folder))
    code, out, _ = await server.command(*arguments)
    report = {one["about"]: one for one in json.loads(out)["findings"]}
    assert report["server"]["what"].endswith("and is well")
    assert report["database"]["level"] == "ok", report["database"]

    second = Server(server.folder)
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "serve", "--port", str(server.port), "--data-dir", str(tmp_path / "other"), stdout=PIPE, stderr=PIPE
    )  # fmt: skip
    _, errors_ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert errors_.decode() == (
        f"kanbanai: 127.0.0.1 port {server.port} is taken, perhaps by another KanbanAI; end that, or take another port "
        "with --port\n"
    )
    with pytest.raises(AssertionError, match="is in use by process"):
        await second.start()
    assert await server.stop(signal.SIGINT) == 0


async def test_watch_follows_the_real_server_through_a_restart(server: Server, repository: Path) -> None:
    await server.answer("project", "add", str(repository))
    watch = await asyncio.create_subprocess_exec(
        *PROGRAM, "watch", "WS", env=os.environ | {"KANBANAI_URL": server.url}, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )  # fmt: skip
    assert watch.stdout

    async def line() -> str:
        assert watch.stdout
        return (await asyncio.wait_for(watch.stdout.readline(), 30)).decode()[10:].rstrip("\n")

    try:
        assert await line() == "connected"
        await server.answer("card", "add", "WS", "First")
        assert await line() == "WS-1 added to Backlog: First"
        await server.stop(signal.SIGTERM)
        assert (await line()).endswith("(the server went down or is restarting)")
        await server.start()
        await server.answer("card", "move", "WS-1", "review")
        rest = [await line()]
        while "moved" not in rest[-1]:
            rest.append(await line())
        assert rest[-2:] == ["connected again", "WS-1 moved Backlog → Review"]
        watch.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(watch.communicate(), 20) == (b"", b"")
        assert watch.returncode == 0
    finally:
        if watch.returncode is None:
            watch.kill()
            await watch.wait()
