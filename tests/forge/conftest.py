"""A stand-in for GitHub, and this server's own side of it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from kanbanai.adapters.github.calls import Calls
from kanbanai.adapters.github.forge import GithubForge
from tests.forge.standin import StandIn, standing_in
from tests.world import World


@pytest.fixture
async def github(tmp_path: Path) -> AsyncGenerator[StandIn]:
    async with standing_in(root=tmp_path / "github") as github:
        yield github


@pytest.fixture
def forge(github: StandIn, tmp_path: Path) -> GithubForge:
    return GithubForge(Calls(github.base, backoff=0.001), environment={"PATH": str(tmp_path / "bin")})


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world
