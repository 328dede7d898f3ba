"""Tells viewers when files change in the worktrees that somebody may be looking at, or their base moves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

from kanbanai.domain.attempts import ACTIVE, Attempt
from kanbanai.domain.errors import NotFound, NoWorktree
from kanbanai.domain.events import AttemptStatusChanged, GitStatusChanged
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.log import Entry
from kanbanai.domain.times import later
from kanbanai.ports import Broker, Reading, Report, Store, Worktrees
from kanbanai.usecases import attempts

MOST = 50
"""Worktrees watched at a time: each takes a thread, and a watch of the system's for each of its folders."""
FOR = timedelta(hours=1)
"""How long a worktree is watched after its attempt has ended: people look at what came out, and mend it."""
AT_MOST = 60.0
"""Seconds until it is looked again what to watch: the hour goes by without anybody saying so."""
_HEARD = {AttemptStatusChanged.kind, GitStatusChanged.kind}


class Watching:
    """Watches the worktrees of attempts. `run` goes on until it is cancelled."""

    def __init__(self, store: Store, worktrees: Worktrees, *, report: Report) -> None:
        self._store = store
        self._worktrees = worktrees
        self._report = report
        self._rung = asyncio.Event()
        self._tasks: dict[AttemptId, asyncio.Task[None]] = {}
        self._ended: set[AttemptId] = set()

    def listen_to(self, broker: Broker) -> None:
        """From now on hears what the broker rings."""
        broker.listen(self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        """An attempt began or ended, or a worktree came that is not watched yet."""
        for entry in entries:
            if entry.kind not in _HEARD:
                continue
            event = entry.event
            # News of a worktree that is watched already is our own, mostly.
            if isinstance(event, AttemptStatusChanged) or (
                isinstance(event, GitStatusChanged) and event.attempt_id not in self._tasks
            ):
                self._ended.discard(event.attempt_id or AttemptId(""))
                self._rung.set()

    @property
    def watched(self) -> frozenset[AttemptId]:
        """The attempts whose worktrees are watched now."""
        return frozenset(self._tasks)

    async def run(self) -> None:
        """Follows what there is to watch."""
        loop = asyncio.get_running_loop()
        look_again_at = loop.time() + AT_MOST
        try:
            while True:
                self._rung.clear()
                await self.round()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(look_again_at):
                        await self._rung.wait()
                if loop.time() >= look_again_at:
                    self._ended.clear()  # what could not be watched is tried again
                    look_again_at = loop.time() + AT_MOST
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def round(self) -> None:
        """Begins to watch what is to be watched, and gives up the rest."""
        wanted = await self._store.read(_wanted)
        for attempt_id in self._tasks.keys() - wanted.keys():
            self._tasks[attempt_id].cancel()
        for attempt_id, attempt in wanted.items():
            if attempt_id not in self._tasks and attempt_id not in self._ended:
                task = asyncio.create_task(self._watch(attempt), name=f"watch {attempt_id}")
                self._tasks[attempt_id] = task

    async def _watch(self, attempt: Attempt) -> None:
        attempt_id, path = attempt.id, attempt.worktree_path or ""
        try:
            changes = self._worktrees.changes(path, base=attempt.base_branch)
            async with contextlib.aclosing(changes) as news:
                await anext(news)  # the watch has begun, which is no news to viewers
                async for _ in news:
                    await self._store.run(attempts.record_git_status, attempt_id)
        except (NoWorktree, NotFound, StopAsyncIteration):
            pass  # put away, or deleted
        except Exception as error:  # noqa: BLE001 - nobody waits for this task; `report` hears of it, and it is tried again
            self._report(error)
        finally:
            self._ended.add(attempt_id)
            del self._tasks[attempt_id]


def _wanted(tx: Reading) -> dict[AttemptId, Attempt]:
    """The worktrees to watch: first those of active attempts, then those last touched."""
    since = later(tx.now, -FOR)
    found = [one for one in tx.attempts.with_worktree() if one.status in ACTIVE or one.updated_at >= since]
    found.sort(key=_urgency, reverse=True)
    return {one.id: one for one in found[:MOST] if one.worktree_path is not None}


def _urgency(attempt: Attempt) -> tuple[bool, str]:
    return attempt.status in ACTIVE, attempt.updated_at
