"""A stream over HTTP: send what comes first, then hand the connection over to the hub.

The head, `hello` and the snapshot or replay go out through ASGI, part by part, so that a slow reader slows only
itself. When it has caught up, its connection is taken over (`kanbanai.http.connections`) and nothing of the request
remains. A server that cannot hand a connection over keeps the request, and a queue in front of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Any

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from kanbanai.http import sse
from kanbanai.http.connections import EXTENSION, Handover, write_together
from kanbanai.realtime.joining import Joining
from kanbanai.realtime.subscriber import Subscriber
from kanbanai.realtime.texts import Coding
from kanbanai.realtime.variants import BARE, Spelling

PART = 128 * 1024
"""Bytes of a first state that are sent before the reader must have taken them. What is on its way to a reader
who stalls is a part and what the server's own buffer takes (64 kB)."""
HIGH_WATER = 64 * 1024
"""Bytes in a queue before ASGI from which on its reader counts as slow (RT9): what uvicorn's own buffer takes."""
LOW_WATER = 16 * 1024
"""From here on it is given more again."""


class EventStream(Response[None]):
    """The answer that is a stream. Litestar asks it for an ASGI application, and that is the walk."""

    def __init__(self, joining: Joining) -> None:
        super().__init__(None, media_type=sse.MEDIA_TYPE)
        self._joining = joining

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]
        """The walk."""
        return Walk(self._joining)


class StreamHead(Response[None]):
    """The answer to HEAD: what the stream's head would be."""

    def __init__(self, coding: Coding) -> None:
        super().__init__(None, media_type=sse.MEDIA_TYPE)
        self._coding = coding

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]
        """An application that sends the head only."""

        async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
            await _start(scope, send, self._coding)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        return answer


class Walk:
    """What one stream does over ASGI until the hub has its connection.

    Or all the way, if the server cannot hand the connection over.
    """

    def __init__(self, joining: Joining) -> None:
        self._joining = joining
        self._subscriber = joining.subscriber

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request."""
        subscriber = self._subscriber
        handover = _handover(scope)
        taken_over = False
        subscriber.carrier = Abortable(handover)
        try:
            await _start(scope, send, subscriber.coding)
            if not await self._prologue(send, handover):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            carrier = handover.take_over(subscriber) if handover else None
            if carrier is not None:
                taken_over = True
                subscriber.go_live(carrier, Spelling(subscriber.coding, sse.CHUNKED, write_together))
            else:
                await QueueCarrier(subscriber).run(receive, send)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if subscriber.reason is None or task is None:
                raise
            task.uncancel()  # our own doing: see Abortable
        finally:
            if not taken_over:
                subscriber.lost()

    async def _prologue(self, send: Send, handover: Handover | None) -> bool:
        """Sends all that comes first; answers whether the reader can go live, in this very turn of the loop."""
        joining, subscriber = self._joining, self._subscriber
        while True:
            async for piece in joining.pieces():
                for part in _parts(piece):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                    subscriber.progress += 1
            if joining.is_over:
                return False
            if handover is not None:
                await handover.drained()
            if joining.has_arrived:
                return True


class Abortable:
    """The carrier of a reader in its prologue: the walk sends, and this can only put an end to it."""

    def __init__(self, handover: Handover | None) -> None:
        self._handover = handover
        self._task = asyncio.current_task()

    def write(self, data: bytes) -> None:
        """Nothing is written by the hub before the reader is live."""
        raise RuntimeError(f"{len(data)} bytes for a reader that is not live yet")

    def waiting(self) -> int:
        """What the walk has in hand is not counted here."""
        return 0

    def close(self) -> None:
        """The walk closes by itself when it has sent the last frame."""

    def abort(self) -> None:
        """Cuts the connection; where the server offers no way to, gives up the task that waits for it."""
        if self._handover is not None:
            self._handover.abort()
        elif self._task is not None:
            self._task.cancel()


class QueueCarrier:
    """The carrier for servers without the extension: bytes wait in a queue for this request's own task to send them."""

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber
        self._queue: deque[bytes] = deque()
        self._size = 0
        self._is_closing = False
        self._is_full = False
        self._news = asyncio.Event()
        self._task = asyncio.current_task()

    def write(self, data: bytes) -> None:
        """Keeps bytes until the task sends them."""
        self._queue.append(data)
        self._size += len(data)
        self._news.set()
        if self._size > HIGH_WATER and not self._is_full:
            self._is_full = True
            self._subscriber.pause()

    def waiting(self) -> int:
        """Bytes in the queue."""
        return self._size

    def close(self) -> None:
        """Ends the answer when the queue is empty."""
        self._is_closing = True
        self._news.set()

    def abort(self) -> None:
        """Ends the answer now."""
        if self._task is not None:
            self._task.cancel()

    async def run(self, receive: Receive, send: Send) -> None:
        """Lets the reader go live and sends what it is told, until the stream ends or the client has gone."""
        self._subscriber.go_live(self, Spelling(self._subscriber.coding, BARE))
        gone = asyncio.create_task(_disconnected(receive))
        gone.add_done_callback(lambda _: self._news.set())
        try:
            while not gone.done():
                await self._send(send)
                if self._is_closing and not self._queue:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    return
                await self._news.wait()
        finally:
            gone.cancel()

    async def _send(self, send: Send) -> None:
        self._news.clear()
        while self._queue:
            data = self._queue.popleft()
            await send({"type": "http.response.body", "body": data, "more_body": True})
            self._size -= len(data)
            if self._is_full and self._size < LOW_WATER:
                self._is_full = False
                self._subscriber.resume()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        """A body with a GET, which nobody reads."""


def _handover(scope: Scope) -> Handover | None:
    extension: Any = (scope.get("extensions") or {}).get(EXTENSION)
    return extension["handover"] if extension else None


def _parts(piece: bytes) -> Iterator[bytes]:
    if len(piece) <= PART:
        yield piece
        return
    view = memoryview(piece)
    for start in range(0, len(piece), PART):
        yield bytes(view[start : start + PART])


async def _start(scope: Scope, send: Send, coding: Coding) -> None:
    headers = dict(scope["headers"])
    keep_alive = (
        scope.get("http_version") == "1.1" and b"close" not in headers.get(b"connection", b"").lower()
    )
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": sse.headers(coding, keep_alive=keep_alive),
        }
    )
