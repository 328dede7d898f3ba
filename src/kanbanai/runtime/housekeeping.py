"""What keeps the database from growing for ever, a little at a time, in between requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from kanbanai.domain.times import later
from kanbanai.ports import Store, Transaction

EVERY = timedelta(minutes=10)
"""Between two rounds. A busy board says some thousand events in that time, which a round removes in some 10 ms; a round
that finds nothing to do reads one row per board and writes none."""
KEEP_EVENTS = 10_000
"""Per channel, however old: a board that rests for a month is still resumed exactly."""
KEEP_EVENTS_FOR = timedelta(days=7)
"""However many: a laptop that was closed over a long weekend resumes exactly."""
KEEP_REPLIES_FOR = timedelta(hours=24)
"""Answers given under an idempotency key. Who repeats a request a day later means a new one."""
AT_ONCE = 1_000
"""Events removed by one transaction: some milliseconds, so that no edit waits for it noticeably."""


class Housekeeping:
    """Rounds of the same chores. `report` hears of a chore that failed; the next round tries again."""

    def __init__(
        self,
        store: Store,
        *,
        report: Callable[[Exception], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._report = report
        self._pause = pause

    async def run(self) -> None:
        """One round after the other until it is cancelled, the first after a pause."""
        while True:
            await self._pause(EVERY.total_seconds())
            await self.round()

    async def round(self) -> None:
        """Does what there is to do now: forgets what is over its time, then lets the store tidy up."""
        try:
            while await self._store.run(forget):
                pass  # each is a transaction of its own, and requests take their turn between them
            await self._store.tidy()
        except Exception as error:  # noqa: BLE001 - a full disk must not end the rounds; `report` hears of it
            self._report(error)


def forget(tx: Transaction) -> bool:
    """Forgets some of what is over its time. True: there may be more."""
    tx.idempotency.forget(later(tx.now, -KEEP_REPLIES_FOR))
    removed = tx.forget_events(keep=KEEP_EVENTS, before=later(tx.now, -KEEP_EVENTS_FOR), most=AT_ONCE)
    return removed == AT_ONCE
