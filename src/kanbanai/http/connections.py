"""Connections of the HTTP server: uvicorn's, with a way for a stream to take one over.

A request is answered through ASGI. One that turned into an event stream needs nothing of that any more: no task, no
scope, no request. So the server offers an extension of the ASGI scope, for GET over HTTP/1.1:

    handover = scope["extensions"]["kanbanai.transport"]["handover"]        see `Handover`
    …http.response.start and body messages as usual…
    await handover.drained()
    carrier = handover.take_over(receiver)                                  see `Receiver`
    …the application returns…

From then on the receiver owns the connection: it writes chunks to `carrier` (HTTP/1.1 chunked framing included)
and is told when the carrier is full, has room again, or is gone. What the client sends is ignored. `take_over`
answers None where it is not possible (the client has gone, or has sent a further request already); the
application then goes on with ASGI.
"""

from __future__ import annotations

import asyncio
import operator
import socket
import time
from collections.abc import Callable
from email.utils import formatdate
from itertools import repeat
from typing import Any, Protocol, Self, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

EXTENSION = "kanbanai.transport"
"""The extension's name in the scope."""
JOINED_BYTES = 16 * 1024
"""Beyond it another packet is due anyway."""
BROKEN = -1
"""What a write took, when its connection is broken."""


class Receiver(Protocol):
    """Who owns a connection that was taken over."""

    def pause(self) -> None:
        """The system's own buffer is full: the carrier keeps what was written last, and should be given no more."""
        ...

    def resume(self) -> None:
        """All has been sent."""
        ...

    def lost(self) -> None:
        """The connection is gone."""
        ...


class StreamConnection(asyncio.Protocol):
    """A connection that was taken over; it is the receiver's carrier.

    It writes to the socket itself: a transport queues what it is given and writes at the end of the loop's turn,
    which costs half as much again as the system call. What the socket does not take goes to the transport, and
    until the transport has sent that, everything does; so the order holds, and the receiver is paused meanwhile.
    """

    __slots__ = ("_connections", "_is_behind", "_receiver", "_socket", "_transport", "handle")

    def __init__(self, transport: asyncio.Transport, receiver: Receiver, connections: set[Any]) -> None:
        self._transport = transport
        self._receiver = receiver
        self._connections = connections
        self._is_behind = False
        opened: socket.socket = transport.get_extra_info("socket")
        self._socket = socket.socket(opened.family, opened.type, opened.proto, opened.fileno())
        self._socket.setblocking(False)
        self.handle = self._socket.send
        connections.add(self)
        transport.set_protocol(self)
        transport.resume_reading()  # the parser may have paused it; the client's leaving is noticed by reading

    def write(self, data: bytes) -> None:
        """Sends bytes, or keeps what the socket does not take."""
        if self._is_behind:
            self._transport.write(data)
            return
        try:
            taken = self.handle(data)
        except BlockingIOError:
            taken = 0
        except OSError:
            taken = BROKEN
        if taken < len(data):
            self.keep_rest(data, taken)

    def keep_rest(self, data: bytes, taken: int) -> None:
        """Leaves to the transport what the socket did not take."""
        if taken == BROKEN:
            self._transport.abort()
            return
        self._is_behind = True
        self._transport.write(memoryview(data)[taken:])
        if not self._transport.get_write_buffer_size():
            self._is_behind = False

    def waiting(self) -> int:
        """Bytes not sent yet."""
        return self._transport.get_write_buffer_size()

    def close(self) -> None:
        """Ends the connection once all has been sent."""
        self._transport.close()

    def abort(self) -> None:
        """Ends the connection now."""
        self._transport.abort()

    def shutdown(self) -> None:
        """Uvicorn's word to every connection at shutdown. Streams have been told good-bye before."""
        self._transport.close()

    def pause_writing(self) -> None:
        """From the transport: it keeps more than it should."""
        self._receiver.pause()

    def resume_writing(self) -> None:
        """From the transport: it has sent what it kept."""
        self._is_behind = False
        self._receiver.resume()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it broke makes no difference
        """From the transport: the connection is gone."""
        self._socket.detach()  # the transport closes the file that both hold
        self._connections.discard(self)
        self._receiver.lost()


def write_together(sends: list[Callable[[bytes], int]], data: bytes) -> list[tuple[int, int]]:
    """Writes to many sockets, none of whose carriers is behind; see `kanbanai.realtime.variants.Together`.

    The loop runs in C for as long as every socket takes all, which is the rule.
    """
    taken: list[int] = []
    while len(taken) < len(sends):
        left = sends[len(taken) :] if taken else sends
        try:
            taken.extend(map(operator.call, left, repeat(data)))
        except BlockingIOError:
            taken.append(0)
        except OSError:
            taken.append(BROKEN)
    size = len(data)
    if taken.count(size) == len(taken):
        return []
    return [(place, count) for place, count in enumerate(taken) if count != size]


class JoinedWrites:
    """A transport for uvicorn that writes once what it is given in one turn of the loop.

    Uvicorn writes an answer's head and its body apart, and the loop's transport sends each at once: two system calls,
    two packets, and a client that is woken up twice. All else goes to the transport itself.
    """

    __slots__ = ("_held", "_loop", "_size", "transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Sends bytes at the end of this turn of the loop; at once when they are many, so that flow control holds."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._size += len(data)
        if self._size > JOINED_BYTES:
            self.flush()

    def flush(self) -> None:
        """Sends what is held."""
        if self._held:
            held, self._held, self._size = self._held, [], 0
            if not self.transport.is_closing():
                self.transport.write(held[0] if len(held) == 1 else b"".join(held))

    def close(self) -> None:
        """Ends the connection once all has been sent."""
        self.flush()
        self.transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


class Handover:
    """The extension, as one request has it."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: StreamingProtocol) -> None:
        self._protocol = protocol

    async def drained(self) -> None:
        """Returns when all has been sent, or the connection is gone."""
        transport = cast(JoinedWrites, self._protocol.transport)
        if transport.is_closing():
            return  # a closed transport of uvloop's raises when it is asked anything
        transport.flush()
        transport.set_write_buffer_limits(0, 0)
        await self._protocol.flow.drain()

    def abort(self) -> None:
        """Ends the connection now, even while a `send` is waiting for it."""
        self._protocol.transport.abort()

    def take_over(self, receiver: Receiver) -> StreamConnection | None:
        """The connection, which from now on belongs to the receiver; None where it has to stay the server's."""
        return self._protocol.hand_over(self, receiver)


class _UntilClosed:
    """Stands for the length of a body that ends with its connection, as HTTP/1.0 has it: any length is right."""

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, _other: int) -> bool:
        return False

    def __sub__(self, _other: int) -> Self:
        return self

    def __eq__(self, _other: object) -> bool:
        return True


class DatedState(ServerState):
    """Uvicorn's state with the time at which the Date header was last written."""

    dated_at = 0.0


class StreamingProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with the extension."""

    server_state: DatedState  # type: ignore[mutable-override]  # what StreamServer makes
    handover: Handover | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Puts the joined writes before the transport."""
        super().connection_made(JoinedWrites(transport, self.loop))  # type: ignore[arg-type]

    def on_headers_complete(self) -> None:
        """Adds the extension to the scope of a request that may become a stream."""
        self._date()
        # Of two requests sent at once only the last one holds the parser; the one before stays with ASGI.
        self.handover = None
        version = self.parser.get_http_version()
        if version == "1.1" and self.parser.get_method() == b"GET":
            self.handover = Handover(self)
            self.scope["extensions"] = {EXTENSION: {"handover": self.handover}}
        super().on_headers_complete()
        if version == "1.0" and self.cycle is not None:  # there is none for what becomes a WebSocket
            # Chunks came with HTTP/1.1; uvicorn would send them all the same.
            self.cycle.chunked_encoding = False
            self.cycle.expected_content_length = cast("int", _UntilClosed())

    def hand_over(self, handover: Handover, receiver: Receiver) -> StreamConnection | None:
        """Lets go of the connection and of everything that belonged to the request."""
        cycle = self.cycle
        joined = cast(JoinedWrites, self.transport)
        joined.flush()
        if (
            self.handover is not handover
            or self.pipeline
            or cycle.disconnected
            or not cycle.response_started
            or cycle.response_complete
            or not cycle.chunked_encoding
            or self.transport.is_closing()
            or self.transport.get_write_buffer_size()  # its carrier must begin with nothing waiting
        ):
            return None
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        # The application returns with an answer that uvicorn will not see the end of: for its cycle it is complete.
        cycle.response_complete = True
        cycle.message_event.set()
        connection = StreamConnection(joined.transport, receiver, self.connections)
        self.scope = self.cycle = self.handover = self.headers = None  # type: ignore[assignment]
        return connection

    def connection_lost(self, exc: Exception | None) -> None:
        """Breaks the circle of protocol, scope and extension."""
        super().connection_lost(exc)
        self.scope = self.handover = None  # type: ignore[assignment]

    def _date(self) -> None:
        """Brings the Date header up to date when it is needed; uvicorn would wake up every second for it."""
        state = self.server_state
        now = time.time()
        if now - state.dated_at >= 1:
            state.dated_at = now
            state.default_headers = [
                (b"date", formatdate(now, usegmt=True).encode()),
                *self.config.encoded_headers,
            ]


class AbortableWebSocket(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket, with the way out that ASGI lacks: `send` waits for as long as the client takes nothing."""

    async def run_asgi(self) -> None:
        """Adds the extension: `scope["extensions"]["kanbanai.transport"]["abort"]()` ends the connection now."""
        self.scope.setdefault("extensions", {})[EXTENSION] = {"abort": self.transport.abort}
        await super().run_asgi()
