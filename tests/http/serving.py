"""The real server on a free port of 127.0.0.1, and clients on raw sockets, for tests of connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from kanbanai.http.server import StreamServer, listening_socket, stream_server

TIMEOUT = 10
"""Seconds a test waits for what it wants to see."""


class Served:
    """A running server."""

    def __init__(self, server: StreamServer, port: int, running: asyncio.Task[None]) -> None:
        self.server = server
        self.port = port
        self.running = running


async def _nothing() -> None:
    """A server without streams has none to end."""


@asynccontextmanager
async def served(
    app: Any, on_drain: Callable[[], Awaitable[None]] = _nothing, port: int = 0
) -> AsyncGenerator[Served]:
    ready = asyncio.Event()
    server = stream_server(app, on_ready=ready.set, on_drain=on_drain)
    listening = listening_socket("127.0.0.1", port)
    port = listening.getsockname()[1]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await asyncio.wait_for(ready.wait(), TIMEOUT)
    try:
        yield Served(server, port, running)
    finally:
        server.stop()
        await asyncio.wait_for(running, TIMEOUT)


class Connection:
    """A client that speaks HTTP byte by byte. `received` is all that came after the head of the answer."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.head = b""
        self.received = bytearray()

    @classmethod
    @asynccontextmanager
    async def to(cls, port: int, *, buffer: int | None = None) -> AsyncGenerator[Self]:
        """`buffer` makes the system take no more than about so many bytes on this side."""
        sock = socket.socket()
        sock.setblocking(False)
        if buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        connection = cls(sock)
        try:
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        self._socket.close()

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def get(self, target: str, *headers: str, version: str = "1.1", method: str = "GET") -> bytes:
        """Sends a request and answers with the head of what comes back."""
        lines = [f"{method} {target} HTTP/{version}", "Host: 127.0.0.1", *headers]
        await self.send("\r\n".join([*lines, "", ""]).encode())
        return await self.answer()

    async def answer(self) -> bytes:
        """The head of the next answer."""
        await self.until(lambda: b"\r\n\r\n" in self.received)
        head, _, rest = bytes(self.received).partition(b"\r\n\r\n")
        self.head = head
        self.received[:] = rest
        return head

    async def until(self, is_met: Callable[[], bool]) -> None:
        """Reads until it is so. Fails when the server closes before, or takes too long."""
        async with asyncio.timeout(TIMEOUT):
            while not is_met():
                assert await self._read(), f"the server closed; there came {bytes(self.received[-300:])!r}"

    async def sees(self, text: bytes) -> None:
        """Reads until this has come."""
        await self.until(lambda: text in self.received)

    async def to_the_end(self) -> bytes:
        """Reads until the server closes."""
        async with asyncio.timeout(TIMEOUT):
            while await self._read():
                pass
        return bytes(self.received)

    async def _read(self) -> bool:
        data = await asyncio.get_running_loop().sock_recv(self._socket, 1 << 16)
        self.received += data
        return bool(data)


async def until(is_met: Callable[[], bool]) -> None:
    """Lets the loop turn until it is so."""
    async with asyncio.timeout(TIMEOUT):
        while not is_met():  # noqa: ASYNC110 - what is waited for is the server's own affair and rings no bell
            await asyncio.sleep(0)
