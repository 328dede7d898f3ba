"""The real application on a store in memory, spoken to over HTTP without a network."""

from collections.abc import AsyncGenerator

import httpx
import pytest
from litestar.types import ASGIApp

from kanbanai.http.api import api
from kanbanai.http.edge import Edge, Observe
from kanbanai.http.provide import Services
from tests.world import World

ADDRESS = "http://127.0.0.1:3000"


def unobserved(_method: str, _status: int, _seconds: float) -> None:
    """An `Observe` for tests that count nothing."""


def speaking_to(app: ASGIApp, address: str = ADDRESS) -> httpx.AsyncClient:
    """A client of that application, to be closed by whoever asks for it."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # the same protocol, typed by two libraries
    return httpx.AsyncClient(transport=transport, base_url=address)


def edge(services: Services, observe: Observe = unobserved) -> Edge:
    """The application as the server runs it."""
    return Edge(api(services), observe=observe)


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


@pytest.fixture
def services(world: World) -> Services:
    """What the routes are given; a test's module overrides this fixture to give them something else."""
    return Services(store=world.store)


@pytest.fixture
async def client(services: Services) -> AsyncGenerator[httpx.AsyncClient]:
    """Asks the application as a program on this machine would: `await client.get("/api/v1/projects")`."""
    async with speaking_to(edge(services)) as client:
        yield client
