"""What a viewer who looks on costs in memory."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.http.serving import Connection
from tests.system.server import Server

pytestmark = pytest.mark.system

VIEWERS = 800
PER_VIEWER = 12 * 1024
"""Bytes; the promise. A queue in front of ASGI takes as much, a coroutine for each viewer 20 to 45 kB."""


async def test_an_idle_viewer_takes_no_more_than_promised(server: Server, board_id: str) -> None:
    async def viewer(stack: AsyncExitStack) -> None:
        connection = await stack.enter_async_context(Connection.to(server.port))
        await connection.get(f"/api/v1/sse?boardId={board_id}")
        await connection.sees(b"event: state\n")

    async with AsyncExitStack() as stack:
        # The first ones pay for what all share: buffers, caches, arenas that Python keeps.
        for _ in range(100):
            await viewer(stack)
        before = server.memory()
        for _ in range(VIEWERS):
            await viewer(stack)
        grown = server.memory() - before
    assert grown / VIEWERS <= PER_VIEWER, f"{grown / VIEWERS / 1024:.1f} KiB per viewer"
