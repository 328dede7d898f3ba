"""The same story told to every client: it follows, is cut off, comes back, and is told good-bye."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.e2e.followers import FOLLOWERS, Chromium, Follower, Node, require
from tests.system.board import shown
from tests.system.server import Server

pytestmark = pytest.mark.e2e


class Author:
    """Makes cards."""

    def __init__(self, server: Server, board_id: str) -> None:
        self.server = server
        self.board_id = board_id
        self.titles: list[str] = []

    async def writes(self, count: int) -> None:
        async with self.server.client() as client:
            column = (await shown(client, self.board_id)).state["columnOrder"][0]
            for _ in range(count):
                self.titles.append(f"Card {len(self.titles) + 1}: grüße, 你好 \u2028 🎈")
                card = {"columnId": column, "title": self.titles[-1]}
                answer = await client.post(f"/boards/{self.board_id}/cards", json=card)
                assert answer.status_code == 201, answer.text

    async def state(self) -> object:
        async with self.server.client() as client:
            return (await shown(client, self.board_id)).state


class Pair(NamedTuple):
    """Two of a kind: one is told changes as patches, one as whole states."""

    patch: Follower
    state: Follower

    async def until(self, is_met: Callable[[Follower], bool]) -> None:
        await asyncio.gather(*(client.until(is_met) for client in self))

    async def up_to_date(self, author: Author) -> None:
        now = await author.state()
        await self.until(lambda client: client.board.state == now)


@pytest.mark.parametrize("kind", FOLLOWERS, ids=lambda kind: kind.__name__)
async def test_rt5_rt6_rt13_a_client_follows_resumes_after_kill_and_is_told_good_bye(
    server: Server, board_id: str, kind: type[Follower]
) -> None:
    require(kind)
    author = Author(server, board_id)
    await author.writes(2)
    address = f"{server.url}/api/v1/sse?boardId={board_id}"
    async with kind().following(f"{address}&view=patch") as patch, kind().following(address) as state:
        pair = Pair(patch, state)
        await pair.until(lambda client: client.board.state is not None)
        assert [[frame.event for frame in client.board.frames] for client in pair] == [["hello", "state"]] * 2
        await author.writes(10)
        await pair.up_to_date(author)

        await server.kill()
        await pair.until(lambda client: bool(client.ends))
        await server.start()
        await author.writes(3)
        for client in pair:
            client.may_return.set()
        await pair.up_to_date(author)
        assert [client.board.outcomes for client in pair] == [["snapshot", "resumed"]] * 2
        await author.writes(2)
        await pair.up_to_date(author)

        ends = {client: len(client.ends) for client in pair}
        assert await server.stop() == 0
        await pair.until(lambda client: len(client.ends) > ends[client])
    for client in pair:
        assert client.board.byes == [{"reason": "shutdown", "reconnect": True}]
        assert client.encoding == kind.accepts
        if not kind.returns_by_itself:
            assert client.ends == ["cut", "clean"]
    told = patch.board.titles()
    assert told == [title for title in author.titles if title in told], "out of order, or twice"
    # What was missed while the server was down may come as one whole state.
    assert {*author.titles[2:12], *author.titles[15:]} <= {*told} <= {*author.titles[2:]}
    assert {frame.event for frame in state.board.frames} <= {"hello", "state", "bye"}


@pytest.mark.parametrize("kind", [Node, Chromium], ids=lambda kind: kind.__name__)
async def test_rt11_an_event_source_gives_up_when_its_project_was_deleted(
    server: Server, board_id: str, kind: type[Follower]
) -> None:
    """It comes back once, as every EventSource does, and is told that there is nothing any more."""
    require(kind)
    async with kind().following(f"{server.url}/api/v1/sse?boardId={board_id}") as client:
        await client.until(lambda _: client.board.state is not None)
        async with server.client() as http:
            assert (await http.delete(f"/projects/{board_id}")).status_code == 204
        await client.until(lambda _: client.is_refused)
        assert client.board.byes == [{"reason": "gone", "reconnect": False}]
