"""A running server for each test that asks for one."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.system.server import Server, project, running


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Server]:
    async with running(tmp_path) as server:
        yield server


@pytest.fixture
async def board_id(server: Server, tmp_path: Path) -> str:
    """An empty board of four columns, on a server whose first steps are done: pages are shown at once."""
    async with server.client() as client:
        (await client.post("/onboarding/complete", json={})).raise_for_status()
    return await project(server, tmp_path / "shop")
