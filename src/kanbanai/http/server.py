"""The HTTP server: uvicorn on connections of ours, with an order to its start and its end."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import uvicorn
import uvloop

from kanbanai.http.connections import AbortableWebSocket, DatedState, StreamingProtocol

BACKLOG = 16_384
"""Connections that wait to be accepted. Ten thousand viewers who come back at once are to find room; the
system's own limit (net.core.somaxconn, 4096 on Linux) may be lower."""
KEEP_ALIVE = 75
"""Seconds an idle connection is kept for a further request: longer than the 60 s of the usual proxies, so that
they, who know what they are about to send, are the ones who close."""
MAX_FRAME = 1024 * 1024
"""Bytes of one WebSocket message: what a person pastes into a terminal, with room to spare."""
GRACE = 10
"""Seconds that requests in progress get at shutdown, once the streams have ended."""


class StreamServer(uvicorn.Server):
    """Uvicorn that sleeps while nothing happens, and ends streams before anything else at shutdown (RT13)."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        on_ready: Callable[[], None],
        on_drain: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(config)
        self.server_state = DatedState()
        self._on_ready = on_ready
        self._on_drain = on_drain
        self._ending = asyncio.Event()

    def stop(self) -> None:
        """Begins an orderly end; when called again, cuts what is still open."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        """Waits for the end, without looking every 100 ms whether it has come."""
        self._on_ready()
        await self._ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no new connections, ends the streams, then does as uvicorn does."""
        for server in self.servers:
            server.close()
        await self._on_drain()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM stop the server; the process then ends as its program says, not by the signal."""
        loop = asyncio.get_running_loop()
        handled = (signal.SIGINT, signal.SIGTERM)
        for number in handled:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the address, for `serve`.

    Port 0 takes a free one. Raises OSError when the address is taken or is none of this machine's.
    """
    (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        # Listening from here on: who connects before the server is up waits instead of being refused.
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


async def serve(
    app: Any,
    sockets: Sequence[socket.socket],
    *,
    on_ready: Callable[[], None],
    on_drain: Callable[[], Awaitable[None]],
) -> None:
    """Serves `app` until SIGINT or SIGTERM, then ends in order. The sockets are closed by then.

    `on_ready` is called when requests are answered; `on_drain` has to end the streams.
    """
    raise_file_limit()
    await stream_server(app, on_ready=on_ready, on_drain=on_drain).serve(sockets=list(sockets))


def stream_server(
    app: Any, *, on_ready: Callable[[], None], on_drain: Callable[[], Awaitable[None]]
) -> StreamServer:
    """A server that is not running yet."""
    config = uvicorn.Config(
        app,
        http=StreamingProtocol,
        ws=AbortableWebSocket,
        ws_max_size=MAX_FRAME,
        # What is compressed costs the server more than the bytes saved are worth to a terminal on this machine.
        ws_per_message_deflate=False,
        loop="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    return StreamServer(config, on_ready=on_ready, on_drain=on_drain)


def raise_file_limit() -> None:
    """Lets this process have as many connections as the system's administrator allows.

    The usual soft limit of 1,024 files is for programs that use select().
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The event loop to serve on, for `asyncio.Runner`."""
    return uvloop.new_event_loop()
