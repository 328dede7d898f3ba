"""Streams are tested in virtual time: a second passes when nothing is left to do, and takes none."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.realtime.stage import Stage, VirtualTimeLoop, card, column


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualTimeLoop}


@pytest.fixture
async def stage() -> AsyncGenerator[Stage]:
    """A hub whose board has two columns and a card; at the end nothing may have gone wrong."""
    async with Stage.opened() as stage:
        stage.commit(column("todo"), column("done", 1), card("card-1"))
        yield stage
