"""Streams of the real server on bare sockets: who is let in, what is on the wire, and how a stream ends."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.system.board import Board, Frame, shown
from tests.system.server import Server, running
from tests.system.sockets import Line

pytestmark = pytest.mark.system


async def made(server: Server, board_id: str, titles: list[str]) -> None:
    """Cards in the backlog."""
    async with server.client() as client:
        column = (await shown(client, board_id)).state["columnOrder"][0]
        for title in titles:
            answer = await client.post(f"/boards/{board_id}/cards", json={"columnId": column, "title": title})
            assert answer.status_code == 201, answer.text


async def live(line: Line, board: Board) -> None:
    """Reads until the state is known."""
    while board.state is None:
        for frame in await line.more():
            board.take(frame)


async def until(line: Line, board: Board, title: str) -> None:
    """Reads until a change with this title has come."""
    while title not in board.titles():
        for frame in await line.more():
            board.take(frame)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_rt11_an_unknown_board_is_a_problem_and_no_stream(server: Server, method: str) -> None:
    async with server.client() as client:
        answer = await client.request(method, "/sse", params={"boardId": "nobody"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    if method == "GET":
        assert answer.json()["detail"] == "Board not found"


async def test_rt11_a_page_of_another_origin_gets_no_stream(server: Server, board_id: str) -> None:
    async with Line.to(server) as line:
        await line.ask(f"boardId={board_id}", headers=["Origin: https://elsewhere.example"])
        while not line.wire.body:
            assert await line.read() is not None
    assert line.wire.status == 403
    assert line.wire.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in line.wire.headers
    assert "elsewhere.example" in json.loads(line.wire.body)["detail"]


async def test_rt11_a_listed_origin_gets_its_stream(tmp_path: Path) -> None:
    origin = "https://board.example"
    async with running(tmp_path, options=["--allowed-origin", origin]) as server, Line.to(server) as line:
        await line.ask("", headers=[f"Origin: {origin}"])
        while not line.wire.status:
            await line.read()
    assert line.wire.status == 200
    assert line.wire.headers["access-control-allow-origin"] == origin


async def test_rt11_the_stream_of_a_deleted_project_ends_for_good(server: Server, board_id: str) -> None:
    async with Line.to(server) as line:
        await line.ask(f"boardId={board_id}", gzip=True)
        board = Board()
        await live(line, board)
        async with server.client() as client:
            assert (await client.delete(f"/projects/{board_id}")).status_code == 204
            for frame in await line.to_the_end():
                board.take(frame)
            assert board.byes == [{"reason": "gone", "reconnect": False}]
            assert line.wire.is_whole
            again = await client.get(
                "/sse", params={"boardId": board_id}, headers={"Last-Event-ID": board.cursor}
            )
            assert again.status_code == 404


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
async def test_rt12_rt13_a_shutdown_ends_every_byte_of_the_answer_in_order(
    server: Server, board_id: str, gzip: bool
) -> None:
    async with Line.to(server) as line:
        await line.ask(f"boardId={board_id}&view=patch", gzip=gzip)
        board = Board()
        await live(line, board)
        await made(server, board_id, ["one", "two"])
        await until(line, board, "two")
        assert line.wire.headers.get("content-encoding") == ("gzip" if gzip else None)
        _, rest = await asyncio.gather(server.stop(), line.to_the_end())
        for frame in rest:
            board.take(frame)
        assert board.titles() == ["one", "two"]
        assert board.frames[-1] == Frame("bye", board.cursor, '{"reason":"shutdown","reconnect":true}')
        assert line.wire.is_whole


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
async def test_a_killed_server_leaves_a_stream_that_is_seen_to_be_cut(
    server: Server, board_id: str, gzip: bool
) -> None:
    async with Line.to(server) as line:
        await line.ask(f"boardId={board_id}&view=patch", gzip=gzip)
        board = Board()
        await live(line, board)
        await made(server, board_id, ["one"])
        await until(line, board, "one")
        await server.kill()
        try:
            rest = await line.to_the_end()
        except ConnectionError:
            rest = []
        assert rest == []
        assert not line.wire.is_whole


async def test_rt5_a_reader_of_each_kind_resumes_after_kill_without_loss_or_repetition(
    server: Server, board_id: str
) -> None:
    await made(server, board_id, ["one"])
    boards = {(view, gzip): Board() for view in ("view=patch", "view=state") for gzip in (False, True)}
    for (view, gzip), board in boards.items():
        async with Line.to(server) as line:
            await line.ask(f"boardId={board_id}&{view}", gzip=gzip)
            await live(line, board)
    await server.kill()
    await server.start()
    await made(server, board_id, ["two", "three"])
    async with server.client() as client:
        now = await shown(client, board_id)
    for (view, gzip), board in boards.items():
        board.connected()
        async with Line.to(server) as line:
            await line.ask(f"boardId={board_id}&{view}", gzip=gzip, cursor=board.cursor)
            while board.cursor != now.cursor:
                for frame in await line.more():
                    board.take(frame)
        assert board.outcomes == ["snapshot", "resumed"]
        assert board.state == now.state


async def test_rt13_a_shutdown_says_good_bye_to_two_hundred_readers_spread_over_a_moment(
    server: Server, board_id: str
) -> None:
    readers = 200
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line.to(server)) for _ in range(readers)]
        boards = [Board() for _ in lines]
        for number, line in enumerate(lines):
            await line.ask(
                f"boardId={board_id}&view={'patch' if number % 2 else 'state'}", gzip=number % 4 > 1
            )
        await asyncio.gather(*map(live, lines, boards))
        loop = asyncio.get_running_loop()
        ends: list[float] = []

        async def to_the_end(line: Line) -> list[Frame]:
            frames = await line.to_the_end()
            ends.append(loop.time())
            return frames

        stopping = asyncio.create_task(server.stop())
        rests = await asyncio.gather(*map(to_the_end, lines))
        assert await stopping == 0
    assert [[frame.event for frame in rest] for rest in rests] == [["bye"]] * readers
    assert all(line.wire.is_whole for line in lines)
    # The server takes a second for it, in twenty steps; a busy machine may see some of them together.
    assert max(ends) - min(ends) > 0.3
