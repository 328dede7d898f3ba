"""The dashboard's overview (RT16).

It is computed once per change window, however many watch, and not at all while nobody does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kanbanai.domain import events

WINDOW = 0.15
"""Seconds from a change to the overview that shows it; the contract's figure. A burst of changes is one overview."""
RETRY_AFTER = 2.0
"""Seconds until a computation that failed is tried again, so that those who watch do not stay behind."""
MAX_AGE = 1.0
"""Seconds for which an overview without a change since is good enough for those who connect: its time range
moves on."""

TRIGGERS = frozenset(
    cls.kind
    for cls in (
        *events.StateEvent.__args__,
        *events.ProjectEvent.__args__,
        events.AttemptStatusChanged,
        events.AttemptStarted,
    )
)
"""Kinds of events, of any channel, that an overview may show."""

Compute = Callable[[], Awaitable[bytes]]


class Overview:
    """Computes overviews and hands each to `tell`. `is_watched` says whether anybody wants one."""

    def __init__(
        self,
        compute: Compute,
        *,
        tell: Callable[[bytes], None],
        is_watched: Callable[[], bool],
        report: Callable[[Exception], None],
    ) -> None:
        self._compute = compute
        self._tell = tell
        self._is_watched = is_watched
        self._report = report
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._changes = 0
        self._shown = -1
        """How many changes the last overview shows; -1: there is none."""
        self._computed_at = 0.0

    def changed(self) -> None:
        """Something happened that an overview may show."""
        self._changes += 1
        if self._timer is None and self._task is None and self._is_watched():
            self._arm(WINDOW)

    async def fresh(self) -> None:
        """Returns when an overview was told that shows every change so far. Raises what computing it raises."""
        while not self._is_fresh():
            await asyncio.shield(self._task or self._start())

    def close(self) -> None:
        """Computes nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _is_fresh(self) -> bool:
        age = asyncio.get_running_loop().time() - self._computed_at
        return self._shown == self._changes and age < MAX_AGE

    def _arm(self, delay: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay, self._due)

    def _due(self) -> None:
        self._timer = None
        if self._is_watched() and self._task is None:
            self._task = self._start()

    def _start(self) -> asyncio.Task[None]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._task = task = asyncio.create_task(self._run())
        task.add_done_callback(self._done)
        return task

    async def _run(self) -> None:
        shows = self._changes
        body = await self._compute()
        self._shown = shows
        self._computed_at = asyncio.get_running_loop().time()
        self._tell(body)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception):
            self._report(error)
        if self._shown != self._changes and self._timer is None and self._is_watched():
            self._arm(WINDOW if error is None else RETRY_AFTER)
