"""The real application on a store in memory, spoken to over HTTP without a network."""

from collections.abc import AsyncGenerator
from functools import cache
from pathlib import Path
from typing import cast

import httpx
import pytest
from litestar.types import ASGIApp

from kanbanai.http.api import api
from kanbanai.http.edge import Edge, Observe
from kanbanai.http.provide import Services
from tests.http.wiring import services_on, speaking_to
from tests.world import World


def unobserved(_method: str, _status: int, _seconds: float) -> None:
    """An `Observe` for tests that count nothing."""


class _Current:
    """The services of the test that runs, for the one application of all tests."""

    services: Services

    def __getattr__(self, name: str) -> object:
        return getattr(self.services, name)


_CURRENT = _Current()


@cache
def _application() -> ASGIApp:
    """Made once: reading the signatures of all routes takes 0.1 to 0.2 s."""
    return Edge(api(cast("Services", _CURRENT)), observe=unobserved)


def shared_edge(services: Services) -> ASGIApp:
    """The application of all tests, which serves with these services from now on: for one that runs by itself."""
    _CURRENT.services = services
    return _application()


def edge(services: Services, observe: Observe = unobserved) -> Edge:
    """An application of its own, for a test that needs other services than the `client` has, or two at a time."""
    return Edge(api(services), observe=observe)


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder of whoever runs the server."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def services(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """What the routes are given; a test's module overrides this fixture to give them something else (but no `site`)."""
    monkeypatch.setenv("HOME", str(home))
    return services_on(world, home)


@pytest.fixture
async def client(services: Services) -> AsyncGenerator[httpx.AsyncClient]:
    """Asks the application as a program on this machine would: `await client.get("/api/v1/projects")`."""
    async with speaking_to(shared_edge(services)) as client:
        yield client
