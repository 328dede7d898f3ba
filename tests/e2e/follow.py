"""Follows a board with the Python client and says on stdout, a line of JSON each, what it is told.

    python follow.py SERVER BOARD

Ends with its standard input; the last line is the board as the client's own view has it.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec

from kanbanai.client import BoardWatch, Health, KanbanClient
from kanbanai.domain.ids import BoardId


def say(event: str, cursor: str, data: object) -> None:
    line = {"event": event, "id": cursor, "data": data}
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


async def tell(watch: BoardWatch) -> None:
    async for news in watch:
        if isinstance(news, Health):
            say("health", watch.view.cursor, news)
        else:
            say(news.name, news.cursor, msgspec.json.decode(news.body))


async def main(server: str, board: str) -> None:
    async with KanbanClient(server) as client, client.watch_board(BoardId(board)) as watch:
        telling = asyncio.create_task(tell(watch))
        await asyncio.to_thread(sys.stdin.read)
        telling.cancel()
        await asyncio.wait([telling])
        say("end", watch.view.cursor, watch.view.state)


asyncio.run(main(*sys.argv[1:]))
