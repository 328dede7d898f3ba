"""Who starts and ends runs: one task per attempt at work, all in one group.

The doorbell says that something may have changed; the store decides what may start (`claim`), in the same transaction
that says it has started. A ring that is lost costs a delay: everything is looked at again every half minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.environments import run_mark
from kanbanai.domain.errors import Conflict, KanbanError, NotFound
from kanbanai.domain.events import AttemptPermission, AttemptStatusChanged, CardDeleted, ProjectDeleted
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.log import Entry
from kanbanai.ports import Broker
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.inbox import Tally
from kanbanai.runtime.putting_away import put_away
from kanbanai.runtime.runs import Run
from kanbanai.usecases import attempts

SWEEP_EVERY = 30.0
"""Seconds. A sweep reads the active attempts, a handful of rows."""
SHUTDOWN_GRACE = 8.0
"""Seconds in which runs end when the server does; service managers and containers kill what takes longer than 10."""
LOST = "Nobody was at work on it any more; the server's log may say why"
_HEARD = frozenset({AttemptStatusChanged.kind, AttemptPermission.kind, CardDeleted.kind, ProjectDeleted.kind})


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor did, since it was made; `running` and `queued` are as of now.

    `updates`: what agents said; `batches`: transactions that recorded it; `drafts`: pieces of text told while they were
    written; `lag`: the longest time in seconds until it was recorded. `faults`: runs that ended by a mistake of ours.
    """

    running: int
    queued: int
    started: int
    updates: int
    batches: int
    drafts: int
    lag: float
    faults: int


class Supervisor:
    """`kanbanai.ports.Runs`, and what keeps them going. At most `limit` attempts are at work at once."""

    def __init__(self, equipment: Equipment, *, limit: int) -> None:
        self._equipment = equipment
        self._store = equipment.store
        self._limit = limit
        self._runs: dict[AttemptId, Run] = {}
        """The last run of each attempt."""
        self._all: set[Run] = set()
        """Every run that goes on, also one that commits or cleans up while the next one of its attempt waits for it."""
        self._queued: set[AttemptId] = set()
        self._lost: set[AttemptId] = set()
        """Found at work without a run in the last sweep."""
        self._rung = asyncio.Event()
        self._is_ending = False
        self._tally = Tally()
        self._started = 0
        self._faults = 0

    # ── what is heard ───────────────────────────────────────────────────────────────────────────────────────────────

    def listen_to(self, broker: Broker) -> None:
        """From now on hears what the broker rings."""
        broker.listen(self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        """Takes committed entries, in order of commit. What does not concern it costs a look-up."""
        for entry in entries:
            if entry.kind not in _HEARD:
                continue
            event = entry.event
            if isinstance(event, AttemptStatusChanged):
                self._hear_status(event)
            elif isinstance(event, AttemptPermission):
                run = self._runs.get(event.attempt_id)
                if run is not None:
                    run.hear(event.permission)
            else:
                self._rung.set()  # what is gone may have been at work, or waited

    def _hear_status(self, event: AttemptStatusChanged) -> None:
        if event.status == "queued":
            self._queued.add(event.attempt_id)
        else:
            self._queued.discard(event.attempt_id)
        if event.status == "stopping":
            run = self._runs.get(event.attempt_id)
            if run is not None:
                run.interrupt("stop")
        elif event.status != "running":
            self._rung.set()  # one more waits, or there is more room

    # ── what goes on ────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Starts what may start, until it is cancelled; then ends all runs and returns when they have ended.

        Attempts whose run ends with the server stay as they are: the next start decides, as after a crash.
        """
        self._is_ending = False
        active = await self._store.read(lambda tx: tx.attempts.active())
        self._queued = {one.id for one in active if one.status == "queued"}
        self._rung.set()
        async with asyncio.TaskGroup() as group:
            sweeping = group.create_task(self._sweep())
            try:
                while True:
                    await self._rung.wait()
                    self._rung.clear()
                    await self._start_what_may(group)
            finally:
                sweeping.cancel()
                await self._end_all()

    async def _start_what_may(self, group: asyncio.TaskGroup) -> None:
        try:
            while (attempt := await self._store.run(attempts.claim, self._limit)) is not None:
                self._start(group, attempt)
        except KanbanError as error:
            self._equipment.report(error)  # the next ring or sweep tries again

    def _start(self, group: asyncio.TaskGroup, attempt: Attempt) -> None:
        before = self._runs.get(attempt.id)
        run = Run(self._equipment, attempt.id, attempt.agent, self._tally)
        self._runs[attempt.id] = run
        self._all.add(run)
        self._started += 1
        task = group.create_task(self._live(run, before), name=f"run {attempt.id}")
        run.task_is(task)
        if self._is_ending:
            run.interrupt("shutdown")

    async def _live(self, run: Run, before: Run | None) -> None:
        try:
            await run.live(before)
        except Exception as error:  # noqa: BLE001 - one run's fault must not end the others
            self._faults += 1
            self._equipment.report(error)
        finally:
            self._all.discard(run)
            if self._runs.get(run.attempt_id) is run:
                del self._runs[run.attempt_id]
            self._rung.set()

    async def _end_all(self) -> None:
        self._is_ending = True
        for run in [*self._all]:
            run.interrupt("shutdown")
        ends = {asyncio.ensure_future(run.ended.wait()): run for run in self._all}
        if not ends:
            return
        _, late = await asyncio.wait(ends, timeout=SHUTDOWN_GRACE)
        for waiting in late:
            waiting.cancel()
            name = ends[waiting].attempt_id
            self._equipment.report(TimeoutError(f"{name} did not end in {SHUTDOWN_GRACE:g} s"))
            await self._equipment.processes.end_marked(run_mark(name))

    # ── what might be lost ──────────────────────────────────────────────────────────────────────────────────────────

    async def _sweep(self) -> None:
        while True:
            await self._equipment.pause(SWEEP_EVERY)
            try:
                await self.sweep()
            except KanbanError as error:
                self._equipment.report(error)
            self._rung.set()

    async def sweep(self) -> None:
        """Ends what is at work without anybody who works on it, when two sweeps have found it so."""
        active = await self._store.read(lambda tx: tx.attempts.active())
        self._queued = {one.id for one in active if one.status == "queued"}
        lost = {one.id for one in active if one.status != "queued" and one.id not in self._runs}
        for attempt_id in lost & self._lost:
            await self._equipment.processes.end_marked(run_mark(attempt_id))
            await self._end_record(attempt_id)
        self._lost = lost

    async def _end_record(self, attempt_id: AttemptId) -> None:
        try:
            await self._store.run(attempts.fail, attempt_id, LOST)
        except (NotFound, Conflict):
            return  # it is gone or has ended meanwhile

    # ── for the edge ────────────────────────────────────────────────────────────────────────────────────────────────

    async def clear(self, attempt_ids: Sequence[AttemptId]) -> None:
        """Stops those of the attempts that are at work and puts their worktrees away; see `kanbanai.ports.Runs`."""
        for attempt_id in attempt_ids:
            try:
                await self._store.run(attempts.stop, attempt_id)
            except (NotFound, Conflict):
                continue  # it is not active, which is what is wanted
        meant = set(attempt_ids)
        runs = [run for run in self._all if run.attempt_id in meant]
        for run in runs:
            run.interrupt("stop")  # also one that has ended, and commits or cleans up
        for run in runs:
            await run.ended.wait()
        for attempt_id in attempt_ids:
            attempt = await self._store.read(lambda tx, one: tx.attempts.get(one), attempt_id)
            if attempt is not None and attempt.status == "stopping":
                await self._end_record(attempt_id)  # no run of it was there that could end
            await put_away(self._equipment, attempt_id)

    def statistics(self) -> Statistics:
        """What it does and did."""
        return Statistics(
            running=len(self._runs),
            queued=len(self._queued),
            started=self._started,
            updates=self._tally.updates,
            batches=self._tally.batches,
            drafts=self._tally.drafts,
            lag=self._tally.lag,
            faults=self._faults,
        )
