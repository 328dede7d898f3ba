"""What keeps the database from growing for ever, a little at a time, in between requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from kanbanai.domain.ids import AttemptId
from kanbanai.domain.times import later
from kanbanai.ports import Keepsakes, Reading, Store, Transaction

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
        keepsakes: Sequence[Keepsakes] = (),
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._report = report
        self._keepsakes = keepsakes
        self._pause = pause

    async def run(self) -> None:
        """One round after the other until it is cancelled, the first after a pause."""
        while True:
            await self._pause(EVERY.total_seconds())
            await self.round()

    async def round(self) -> None:
        """Does what there is to do now.

        It forgets what is over its time or has lost its owner, then lets the store tidy up.
        """
        try:
            while await self._store.run(forget):
                pass  # each is a transaction of its own, and requests take their turn between them
            for keepsakes in self._keepsakes:
                await self._forget_what_outlived(keepsakes)
            await self._store.tidy()
        except Exception as error:  # noqa: BLE001 - a full disk must not end the rounds; `report` hears of it
            self._report(error)

    async def _forget_what_outlived(self, keepsakes: Keepsakes) -> None:
        """Removes what is kept of attempts that are gone, with their card or their project."""
        # First what is kept, then who is there: what is kept of an attempt comes after the attempt.
        if gone := await self._store.read(unknown, await keepsakes.kept()):
            await keepsakes.forget(gone)


def unknown(tx: Reading, attempt_ids: Sequence[AttemptId]) -> list[AttemptId]:
    """Those of the ids that are no attempt, or none any more."""
    return [one for one in attempt_ids if tx.attempts.get(one) is None]


def forget(tx: Transaction) -> bool:
    """Forgets some of what is over its time. True: there may be more."""
    tx.idempotency.forget(later(tx.now, -KEEP_REPLIES_FOR))
    removed = tx.forget_events(keep=KEEP_EVENTS, before=later(tx.now, -KEEP_EVENTS_FOR), most=AT_ONCE)
    return removed == AT_ONCE
