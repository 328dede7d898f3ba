"""What a browser's test asks for: the web client, a running server, GitHub's stand-in."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kanbanai.http.ui import PACKAGED
from tests.e2e.followers import Chromium, require
from tests.forge.standin import StandIn, standing_in
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


@pytest.fixture
def web_client() -> None:
    """Skips where the client is not built, or there is no browser to see it."""
    require(Chromium)
    if not (PACKAGED / "index.html").is_file():
        pytest.skip("the web client is not built: scripts/build-web builds it")


@pytest.fixture
async def github(tmp_path: Path) -> AsyncGenerator[StandIn]:
    """GitHub's stand-in, at today's date; it lets itself be asked every second whether a code was entered."""
    async with standing_in(root=tmp_path / "github") as github:
        github.interval = 1
        github.catch_up(datetime.now(UTC).isoformat())
        yield github
