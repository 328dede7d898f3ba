"""When a watching client does what (heartbeats, patience, retries), and the time it goes by: tests bring their own."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Protocol

import msgspec


class Time(Protocol):
    """A clock that only runs forward, and a way to wait by it; both in seconds."""

    def now(self) -> float:
        """Seconds since some moment in the past."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits, while other tasks run."""
        ...


class MachineTime:
    """The machine's own."""

    def now(self) -> float:
        """Since the machine started, mostly."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Waits that long at least."""
        await asyncio.sleep(seconds)


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """All in seconds. The defaults are what the server's documents promise its clients."""

    base: float = 1.5
    """The wait before the first new try, unless the server's `retry:` names another."""
    shortest: float = 0.1
    """A server that asks for less than this asks to be run over."""
    longest: float = 12.0
    """Each further wait is twice the one before, up to this."""
    attempts: int = 8
    """Failed tries (some 80 s) after which the client stops relying on the stream and asks for the state itself."""
    refresh: float = 15.0
    """Between two such questions."""
    heartbeat: float = 15.0
    """How often the server says that it is still there."""
    patience: float = 2.5
    """Heartbeats of silence after which a connection is dead: two may be lost or late, a half is for the way."""
    jitter: float = 0.2
    """The part of a wait that chance may take away, so that clients that lost one server do not return as one crowd."""

    @property
    def silence(self) -> float:
        """Without a byte for this long, a connection is given up."""
        return self.patience * self.heartbeat

    def wait(self, attempt: int, *, asked: float | None = None, chance: float | None = None) -> float:
        """Seconds before try number `attempt` (from 1). `asked` is the server's `retry:`; `chance` is from 0 to 1."""
        base = self.base if asked is None else max(asked, self.shortest)
        # Beyond 2**30 every base but zero has long met its limit.
        nominal = min(base * 2.0 ** min(attempt - 1, 30), max(self.longest, base))
        return nominal * (1 - self.jitter * (random.random() if chance is None else chance))  # noqa: S311 (no secret)
