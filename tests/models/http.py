"""As much of an HTTP/1.1 server as the agents' clients need, which can also do what no server should: break off midway.

One request after the other on a connection; bodies with a length or in chunks; answers whole or streamed in chunks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

LIMIT = 64 << 20
"""Bytes of a request. Whole conversations with pictures come in each one; 64 MB is more than any agent sends."""


class Gone(Exception):
    """The client closed the connection before the answer was over."""


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    """Without the query."""
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


class Answer:
    """The way back to the client of one call."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.is_open = True
        """Whether the connection can take another request after this one."""

    async def whole(self, status: int, body: bytes, **headers: str) -> None:
        """Raises Gone when nobody takes it any more."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        self._head(status, {"content-type": "application/json", "content-length": str(len(body))} | more)
        self._writer.write(body)
        await self._flush()

    async def begin(self) -> None:
        """Starts a streamed answer, to be ended by `end` or `cut`."""
        headers = {
            "content-type": "text/event-stream",
            "cache-control": "no-cache",
            "transfer-encoding": "chunked",
        }
        self._head(200, headers)
        await self._flush()

    async def send(self, chunk: bytes) -> None:
        """One piece of a streamed answer. Raises Gone when nobody takes it any more."""
        if self._reader.at_eof() or self._writer.transport.is_closing():
            raise Gone
        if not chunk:  # an empty chunk would be the end
            return
        self._writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        await self._flush()

    async def end(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._flush()

    async def cut(self) -> None:
        """Breaks the connection off."""
        self.is_open = False
        self._writer.transport.abort()

    async def pause(self, seconds: float | None) -> None:
        """Lets that time pass (None: any time). Raises Gone as soon as the client leaves: one that waits for an answer
        says nothing, so whatever its side of the connection brings is its end."""
        try:
            async with asyncio.timeout(seconds):
                await self._reader.read(1)
        except TimeoutError:
            return
        except ConnectionError as error:
            raise Gone from error
        raise Gone

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{k}: {v}" for k, v in headers.items())]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())

    async def _flush(self) -> None:
        try:
            await self._writer.drain()
        except ConnectionError as error:
            raise Gone from error


Handler = Callable[[Call, Answer], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, port: int = 0) -> AsyncGenerator[int]:
    """Listens on the loopback, on that port or on a free one; gives the port. In the end every connection is cut."""
    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = writer
        try:
            await _converse(handler, reader, writer)
        finally:
            del connections[task]
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", port, limit=LIMIT)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in connections.values():
            writer.transport.abort()
        await asyncio.gather(*connections)


async def _converse(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request after the other, until one side has enough."""
    try:
        while call := await _read(reader, writer):
            answer = Answer(reader, writer)
            await handler(call, answer)
            if not answer.is_open or call.headers.get("connection", "").lower() == "close":
                return
    except (Gone, ConnectionError, asyncio.IncompleteReadError):
        return  # the client left: nobody is there to be told


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call | None:
    """The next request of a connection, or None when there comes none."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length") or 0))
    return Call(method, target.partition("?")[0], headers, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readline()).partition(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    while (await reader.readline()).strip():
        pass
    return bytes(body)
