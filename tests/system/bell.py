"""Waiting for something to become true, without asking all the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.system.server import TIMEOUT


class Bell:
    """Rung by whoever changes something; any number of tasks may wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, is_met: Callable[[], bool], seconds: float = TIMEOUT) -> None:
        """Returns when it is so. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not is_met():
                await self._event.wait()
