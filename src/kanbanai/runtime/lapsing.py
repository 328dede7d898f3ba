"""Permission requests expire by themselves, also those of attempts that nobody looks at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from kanbanai.domain.errors import KanbanError
from kanbanai.domain.events import AttemptPermission
from kanbanai.domain.log import Entry
from kanbanai.domain.times import seconds_between
from kanbanai.ports import Broker, Clock, Report, Store
from kanbanai.usecases import permissions

AT_MOST = 60.0
"""Seconds until it is looked again, whatever was heard: the clock of the machine may be set meanwhile."""
AFTER_A_FAULT = 5.0
"""Seconds."""


class Lapsing:
    """Lets requests expire in time. `run` goes on until it is cancelled."""

    def __init__(self, store: Store, clock: Clock, *, report: Report) -> None:
        self._store = store
        self._clock = clock
        self._report = report
        self._rung = asyncio.Event()

    def listen_to(self, broker: Broker) -> None:
        """From now on hears what the broker rings."""
        broker.listen(self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        """A request that was asked may be the next one to expire."""
        if any(entry.kind == AttemptPermission.kind for entry in entries):
            self._rung.set()

    async def run(self) -> None:
        """Waits for the next expiry, or for news."""
        while True:
            try:
                self._rung.clear()
                patience = await self.round()
            except KanbanError as error:
                self._report(error)
                patience = AFTER_A_FAULT
            try:
                async with asyncio.timeout(patience):
                    await self._rung.wait()
            except TimeoutError:
                continue

    async def round(self) -> float:
        """Lets expire what has its time behind it, and answers with the seconds until it has to be looked again."""
        due = await self._store.read(permissions.next_expiry)
        if due is None:
            return AT_MOST
        left = seconds_between(self._clock.now(), due)
        if left > 0:
            return min(left, AT_MOST)
        await self._store.run(permissions.expire)
        return 0.0
