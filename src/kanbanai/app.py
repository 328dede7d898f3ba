"""The composition root: chooses every implementation, wires them, and owns the order of start and stop.

    settings ─► store ─rings─► broker ─► hub ─┐
                  └──────────────────────────►├─► routes ─► edge ─► server
    stop: no new connections ► streams end ► requests end ► background work ends ► store closes
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from kanbanai.adapters.brokers.local import LocalBroker
from kanbanai.adapters.storage.open import open_store
from kanbanai.adapters.system import RandomIds, SystemClock
from kanbanai.config import Settings
from kanbanai.http import server
from kanbanai.http.api import api
from kanbanai.http.edge import Edge
from kanbanai.http.provide import Services
from kanbanai.realtime.hub import Hub
from kanbanai.usecases import dashboard, queries

log = structlog.get_logger("kanbanai")


def run(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM. `on_ready` is told the server's address once it answers.

    Raises OSError when the address cannot be listened on, and what `open_store` raises.
    """
    with asyncio.Runner(loop_factory=server.new_event_loop) as runner:
        runner.run(serve(settings, on_ready=on_ready))


async def serve(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """What `run` runs."""
    listening = server.listening_socket(settings.host, settings.port)
    try:
        clock = SystemClock()
        broker = LocalBroker(_report)
        store = open_store(settings.database, clock=clock, ids=RandomIds(), on_commit=broker.ring)
    except BaseException:
        listening.close()
        raise
    try:

        async def overview() -> bytes:
            return await store.read(dashboard.encoded)

        hub = Hub(store, clock, board_view=queries.board_view, overview=overview, report=_report)
        hub.listen_to(broker)
        services = Services(store=store, hub=hub)
        app = Edge(
            api(services),
            hosts=settings.allowed_hosts,
            origins=settings.allowed_origins,
            observe=_unobserved,
        )
        address = _address(listening.getsockname())
        await server.serve(
            app, [listening], on_ready=lambda: on_ready(address), on_drain=hub.drain
        )
    finally:
        store.close()


def _unobserved(_method: str, _status: int, _seconds: float) -> None:
    """Nobody counts yet."""


def _report(error: Exception) -> None:
    log.error("a fault in the background", exc_info=error)


def _address(name: Any) -> str:
    host, port = name[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
