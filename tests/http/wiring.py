"""What the routes need, on a store in memory and a home folder that ends with the test."""

import os
from pathlib import Path

import httpx
from litestar.types import ASGIApp

from kanbanai.adapters.files.machine import MachineFiles
from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.adapters.processes.ptys import PtyShells
from kanbanai.adapters.releases.silent import SilentReleases
from kanbanai.http.metrics import Metrics
from kanbanai.http.provide import Services
from kanbanai.realtime.hub import Hub
from kanbanai.runtime.terminals import SharedTerminals
from kanbanai.usecases import dashboard, queries
from tests.world import World

ADDRESS = "http://127.0.0.1:3000"


def services_on(world: World, home: Path) -> Services:
    """The services of a server whose user has that home folder."""
    faults: list[Exception] = []

    async def overview() -> bytes:
        return await world.read(dashboard.encoded)

    hub = Hub(
        world.store, world.clock, board_view=queries.board_view, overview=overview, report=faults.append
    )
    return Services(
        store=world.store,
        hub=hub,
        git=GitRepositories(os.environ | {"HOME": str(home)}),
        files=MachineFiles(home, home, {"PATH": str(home / "bin")}),
        releases=SilentReleases(world.clock),
        terminals=SharedTerminals(
            world.store,
            PtyShells({"PATH": os.environ["PATH"], "HOME": str(home), "SHELL": "sh"}),
            world.clock,
            report=faults.append,
        ),
        metrics=Metrics(),
        version="1.2.3",
    )


def speaking_to(app: ASGIApp, address: str = ADDRESS) -> httpx.AsyncClient:
    """A client of that application, to be closed by whoever asks for it."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # the same protocol, typed by two libraries
    return httpx.AsyncClient(transport=transport, base_url=address)
