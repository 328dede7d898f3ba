"""Histories are told in virtual time."""

from typing import Any

import pytest

from tests.realtime.stage import VirtualTimeLoop


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualTimeLoop}
