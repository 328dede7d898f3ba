"""No place to ask: a server that nobody told of one reaches no network."""

from __future__ import annotations

from kanbanai.domain.versions import Release
from kanbanai.ports import Clock


class SilentReleases:
    """`kanbanai.ports.Releases` that knows of none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def latest(self) -> Release:
        return Release(None, self._clock.now())

    async def close(self) -> None:
        """Nothing is being asked."""
