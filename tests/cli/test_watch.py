"""`kanbanai watch`, as a process: what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.client.stage import BOARD, FakeServer, Stream, board, frame
from tests.client.test_calls import overview

MOVE = {"ops": [{"op": "move", "path": "/columns/col-2/cardIds/0", "from": "/columns/col-1/cardIds/0"}]}
HELLO = {"serverTime": "x", "outcome": "snapshot", "cursor": "e-1"}
# Coming back within a moment, so that a test of it takes no longer.
GREETING = b"retry: 100\n\n" + frame("hello", HELLO)


class Watching:
    """A running `kanbanai watch`."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def line(self) -> str:
        assert self.process.stdout is not None
        raw = await asyncio.wait_for(self.process.stdout.readline(), 20)
        return raw.decode().rstrip("\n")

    async def words(self) -> str:
        """The next line without its time of day."""
        line = await self.line()
        assert re.match(r"\d\d:\d\d:\d\d  ", line), line
        return line[10:]

    async def until(self, pattern: str) -> str:
        while not re.search(pattern, line := await self.line()):
            assert line, f"ended before {pattern!r}"
        return line

    async def ended(self, by: signal.Signals | None = None) -> tuple[int, str]:
        if by is not None:
            self.process.send_signal(by)
        _, errors = await asyncio.wait_for(self.process.communicate(), 20)
        return self.process.returncode or 0, errors.decode()


@asynccontextmanager
async def watching(server: FakeServer, *arguments: str, **options: Any) -> AsyncGenerator[Watching]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from kanbanai.cli import main; main()", "watch", *arguments,
        env=os.environ | {"KANBANAI_URL": server.url}, **({"stdin": DEVNULL, "stdout": PIPE, "stderr": PIPE} | options),
    )  # fmt: skip
    try:
        yield Watching(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def greeted(server: FakeServer) -> Stream:
    stream = await server.stream()
    await stream.open()
    await stream.write(GREETING)
    await stream.tell("state", board(["card-1", "card-2"]), "e-1")
    return stream


async def test_it_tells_changes_in_words_and_says_when_it_was_away(server: FakeServer) -> None:
    async with watching(server, "WC") as watch:
        stream = await greeted(server)
        assert stream.request.query["attempts"] == "none"
        assert await watch.words() == "connected"
        await stream.tell("state_patch", MOVE, "e-2")
        assert await watch.words() == "WC-1 moved Backlog → Done"
        await stream.tell(
            "attempt_status", {"attemptId": "a", "cardId": "card-2", "status": "running"}, "e-3"
        )
        assert await watch.words() == "WC-2 attempt running"
        await stream.tell("bye", {"reason": "shutdown", "reconnect": True})
        lost = await watch.words()
        assert re.fullmatch(
            r"connection lost, try 1 in 0\.1 s \(the server went down or is restarting\)", lost
        )
        again = await server.stream()
        assert again.request.headers["last-event-id"] == "e-3"
        await again.open()
        await again.write(frame("hello", HELLO | {"outcome": "resumed"}))
        await again.tell(
            "state_patch", {"ops": [{"op": "add", "path": "/cards/card-2/title", "value": "New"}]}, "e-4"
        )
        assert await watch.words() == "connected again"
        assert await watch.words() == "WC-2 changed: title"
        assert await watch.ended(signal.SIGINT) == (0, "")
        await again.left()


async def test_logs_are_told_when_asked_for(server: FakeServer) -> None:
    async with watching(server, "Web Shop", "--logs") as watch:
        stream = await greeted(server)
        assert stream.request.query["attempts"] == "all"
        assert await watch.words() == "connected"
        await stream.tell(
            "attempt_status", {"attemptId": "a", "cardId": "card-2", "status": "running"}, "e-2"
        )
        await stream.tell(
            "attempt_log", {"attemptId": "a", "level": "warn", "message": "Hm\x1b[2J", "ts": "x"}, "e-3"
        )
        item: dict[str, str | None] = {
            "type": "message",
            "id": "m",
            "timestamp": "x",
            "role": "assistant",
            "text": "Done.\nReally.",
        }
        item |= {"format": "markdown", "profileId": None}
        await stream.tell("conversation_item", {"attemptId": "a", "item": item}, "e-4")
        assert [await watch.words() for _ in range(3)] == [
            "WC-2 attempt running",
            "WC-2 warn: Hm�[2J",
            "WC-2 message: Done. Really.",
        ]


async def test_as_json_every_frame_is_a_line(server: FakeServer) -> None:
    async with watching(server, "WC", "--json") as watch:
        stream = await greeted(server)
        await stream.tell("heartbeat", {"ts": "x"})
        lines = [json.loads(await watch.line()) for _ in range(5)]
        assert [line["event"] for line in lines] == ["health", "health", "hello", "state", "heartbeat"]
        assert [line["id"] for line in lines] == [None, None, None, "e-1", "e-1"]
        assert lines[1]["data"] == {"phase": "live"}
        assert lines[3]["data"]["columnOrder"] == ["col-1", "col-2"]
        assert await watch.ended(signal.SIGTERM) == (0, "")


async def test_the_dashboard_is_told_in_figures(server: FakeServer) -> None:
    async with watching(server) as watch:
        stream = await server.stream()
        assert "boardId" not in stream.request.query
        await stream.open()
        await stream.write(GREETING)
        await stream.tell("dashboard_overview", overview())
        await stream.tell("dashboard_overview", overview())
        await stream.tell("project_created", {"projectId": BOARD, "name": "New"}, "e-2")
        assert [await watch.words() for _ in range(3)] == [
            "connected",
            "2 at work · 3 attempts in 7 days, 50% succeeded · 0 to review, 0 failed, 0 stuck",
            "project New added",
        ]


async def test_a_deleted_project_ends_the_watch(server: FakeServer) -> None:
    async with watching(server, "WC") as watch:
        stream = await greeted(server)
        await stream.tell("bye", {"reason": "gone", "reconnect": False})
        await watch.until("closed")
        assert await watch.ended() == (1, "kanbanai: the project was deleted\n")


async def test_a_stream_that_is_refused_is_an_error(server: FakeServer) -> None:
    async with watching(server, "WC") as watch:
        await (await server.stream()).refuse(403, {"detail": "Not from there"})
        assert await watch.ended() == (1, "kanbanai: Not from there\n")


@pytest.mark.parametrize("arguments", [("WC",), ()], ids=["board", "dashboard"])
async def test_without_a_server_it_does_not_wait_for_one(
    server: FakeServer, arguments: tuple[str, ...]
) -> None:
    await server.down()
    async with watching(server, *arguments) as watch:
        code, errors = await watch.ended()
        assert code == 3
        assert "nobody listens there" in errors


async def test_on_a_terminal_it_draws_and_leaves_the_terminal_as_it_was(server: FakeServer) -> None:
    ours, theirs = pty.openpty()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", 0)
    )
    drawn = ""

    async def until(text: str) -> None:
        nonlocal drawn
        while text not in drawn:
            drawn += (await asyncio.wait_for(reader.read(65536), 20)).decode(errors="replace")

    try:
        async with watching(server, "WC", stdin=theirs, stdout=theirs, stderr=theirs) as watch:
            stream = await greeted(server)
            await until("Web Shop · http://127.0.0.1:")
            await until("Backlog")
            await until("live · last frame")
            await stream.tell(
                "attempt_status", {"attemptId": "a", "cardId": "card-2", "status": "running"}, "e-2"
            )
            await until("At work: WC-2 running")
            await stream.tell("state_patch", MOVE, "e-3")
            await until("WC-1 moved Backlog → Done")
            await stream.break_off()
            await until("connection lost, try 1")
            watch.process.send_signal(signal.SIGINT)
            assert await asyncio.wait_for(watch.process.wait(), 20) == 0
        os.close(theirs)
        theirs = -1
        await until("\x1b[?25h")  # the cursor, shown again
        assert "Traceback" not in drawn
    finally:
        transport.close()
        if theirs >= 0:
            os.close(theirs)
