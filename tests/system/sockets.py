"""A stream read from a bare socket: it can be cut at any byte, left unread, and looked at as it is on the wire."""

from __future__ import annotations

import asyncio
import socket
import zlib
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Self

from tests.system.board import Frame, FrameReader
from tests.system.server import TIMEOUT, Server

GZIP = 31
"""zlib's `wbits` for gzip alone: it checks the checksum and the length at the end."""


class Wire:
    """Takes an answer apart as its bytes come: head, chunks, gzip, frames.

    `is_whole` says whether the answer came to its end: the last chunk, and with gzip the last block and a checksum
    that is right.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        """What came so far of an answer that is no stream."""
        self._raw = bytearray()
        self._left: int | None = None
        self._inflater: zlib._Decompress | None = None
        self._frames = FrameReader()
        self._is_ended = False

    @property
    def is_whole(self) -> bool:
        is_inflated = self._inflater is None or self._inflater.eof
        return self._is_ended and self._frames.is_between_frames and is_inflated

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete with these bytes."""
        self._raw += data
        if not self.status and not self._head():
            return []
        if self.headers.get("content-type") != "text/event-stream":
            self.body += self._raw
            self._raw.clear()
            return []
        return [frame for chunk in self._chunks() for frame in self._frames.feed(self._inflated(chunk))]

    def _head(self) -> bool:
        end = self._raw.find(b"\r\n\r\n")
        if end < 0:
            return False
        first, *lines = bytes(self._raw[:end]).decode("latin-1").split("\r\n")
        del self._raw[: end + 4]
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if self.headers.get("content-encoding") == "gzip":
            self._inflater = zlib.decompressobj(GZIP)
        return True

    def _chunks(self) -> Iterable[bytes]:
        while True:
            if self._left is None:
                end = self._raw.find(b"\r\n")
                if end < 0:
                    return
                self._left = int(bytes(self._raw[:end]), 16)
                del self._raw[: end + 2]
            if len(self._raw) < self._left + 2:
                return
            chunk = bytes(self._raw[: self._left])
            assert self._raw[self._left : self._left + 2] == b"\r\n", "a chunk is longer than it says"
            del self._raw[: self._left + 2]
            assert not self._is_ended, "something came after the last chunk"
            self._is_ended = not chunk
            self._left = None
            yield chunk

    def _inflated(self, chunk: bytes) -> bytes:
        if self._inflater is None:
            return chunk
        text = self._inflater.decompress(chunk)
        assert not self._inflater.unused_data, "something came after the end of gzip"
        return text


class Line:
    """A connection that reads a stream. `received` counts the bytes that were read."""

    def __init__(self, sock: socket.socket) -> None:
        self.wire = Wire()
        self.received = 0
        self._socket = sock

    @classmethod
    @asynccontextmanager
    async def to(cls, server: Server, *, buffer: int | None = None) -> AsyncGenerator[Self]:
        """`buffer`: about how many bytes the system takes on this side before the server has to wait."""
        with socket.socket() as sock:
            sock.setblocking(False)
            if buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
            yield cls(sock)

    async def ask(
        self, target: str, *, gzip: bool = False, cursor: str = "", headers: Iterable[str] = ()
    ) -> None:
        """Asks for a stream; what comes is read by `read`."""
        lines = [f"GET /api/v1/sse?{target} HTTP/1.1", "Host: 127.0.0.1", *headers]
        lines += ["Accept-Encoding: gzip"] * gzip + [f"Last-Event-ID: {cursor}"] * bool(cursor)
        await asyncio.get_running_loop().sock_sendall(self._socket, "\r\n".join([*lines, "", ""]).encode())

    async def read(self, size: int = 1 << 16) -> list[Frame] | None:
        """Some more bytes, and the frames that are complete with them; None: the server has closed.

        Raises ConnectionError when the connection was cut.
        """
        data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._socket, size), TIMEOUT)
        self.received += len(data)
        return self.wire.feed(data) if data else None

    async def more(self) -> list[Frame]:
        """The same, of a stream that must go on."""
        frames = await self.read()
        assert frames is not None, "the server ended the stream"
        return frames

    async def to_the_end(self) -> list[Frame]:
        """Everything until the server closes."""
        frames: list[Frame] = []
        while (more := await self.read()) is not None:
            frames += more
        return frames
