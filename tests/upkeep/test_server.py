"""What the doctor says about the address of the server."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from kanbanai.config import Settings, installed_version
from kanbanai.domain.findings import Finding
from kanbanai.upkeep.server import address, server
from tests.client.stage import FakeServer


@pytest.fixture
async def fake() -> AsyncGenerator[FakeServer]:
    fake = FakeServer()
    await fake.up()
    fake.says("/readyz", {"ok": True})
    fake.says("/version", {"currentVersion": installed_version()})
    yield fake
    await fake.ended()


def settings(port: int, host: str = "127.0.0.1") -> Settings:
    nowhere = Path("/nowhere")
    return Settings(
        host=host, port=port, data_dir=nowhere, database=nowhere / "x", worktrees_dir=nowhere / "worktrees"
    )


async def look(port: int, host: str = "127.0.0.1") -> Finding:
    return await server(settings(port, host))


async def test_a_running_server_is_well(fake: FakeServer) -> None:
    found = await look(fake.port)
    assert (found.level, "is well" in found.what) == ("ok", True)


async def test_a_server_of_another_version_is_told(fake: FakeServer) -> None:
    fake.says("/version", {"currentVersion": "0.0.1"})
    assert (await look(fake.port)).level == "warn"


async def test_a_server_that_cannot_serve_is_told(fake: FakeServer) -> None:
    fake.says("/readyz", {"ok": False}, status=503)
    assert (await look(fake.port)).level == "bad"


async def test_something_else_there_is_told(fake: FakeServer) -> None:
    fake.says("/readyz", b"<html>")
    found = await look(fake.port)
    assert (found.level, "something that is no KanbanAI" in found.what) == ("bad", True)


async def test_a_free_port_is_fine(fake: FakeServer) -> None:
    await fake.down()
    found = await look(fake.port)
    assert (found.level, found.what.endswith("the port is free")) == ("ok", True)


async def test_a_port_that_is_taken_and_silent_is_told() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # without listening: connections are refused
        found = await look(taken.getsockname()[1])
    assert (found.level, "does not answer" in found.what) == ("bad", True)


async def test_an_address_of_another_machine_is_told(fake: FakeServer) -> None:
    await fake.down()
    found = await look(fake.port, "host.invalid")
    assert (found.level, "cannot be listened on" in found.what) == ("bad", True)


async def test_no_fixed_port_is_nothing_to_look_at() -> None:
    assert (await look(0)).level == "ok"


def test_a_server_that_listens_everywhere_is_asked_on_loopback() -> None:
    asked = [address(settings(3000, host)) for host in ("0.0.0.0", "::", "::1", "localhost")]
    assert asked == [
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
        "http://[::1]:3000",
        "http://localhost:3000",
    ]
