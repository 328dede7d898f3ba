"""The store on SQLite: one thread that writes, a few that read.

    await store.run(use_case, …)    one hop to the writer's thread: BEGIN IMMEDIATE, use case, log, COMMIT
    await store.read(query, …)      one hop to a reader's thread: one consistent view, in WAL mode beside the writer

Use cases that wait behind one another share a commit, each in a savepoint of its own: most of a commit's time is the
disk's. Where several callers write at once, a commit waits a moment until as many have come as there were last time;
one who writes alone never waits. The writer's way back to the event loop rings the doorbell and wakes the callers in
the same callback, in that order: the news is out even when a caller has gone meanwhile, and rings follow each other in
the order of commit.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from sqlalchemy import Engine, StaticPool

from kanbanai.adapters.storage.connections import begun, driver
from kanbanai.adapters.storage.faults import explained
from kanbanai.adapters.storage.line import Line
from kanbanai.adapters.storage.search_index import INDEXES, SearchIndex
from kanbanai.adapters.storage.transaction import SqlReading, SqlTransaction
from kanbanai.domain.actors import SYSTEM, Actor
from kanbanai.domain.log import Entry
from kanbanai.ports import Clock, Ids, Reading, Transaction

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2
"""Threads that read. The snapshot of a big board takes some 80 ms; a second thread keeps small reads from waiting."""
Kind = Literal["read", "write", "tidy"]
_GATHER_SECONDS = 0.005
"""How long the callers who write at the same time as others are waited for. At 1,000 edits a second some five share a
commit then, which takes a third less of the processor; their answers come 3 ms later."""
_SHARE_SECONDS = 0.005
"""How long a commit waits for the use cases that are queued already: a few fsyncs, and nobody notices it."""


@dataclass(slots=True)
class _Job:
    """A use case or a query on its way through a lane, and what came of it."""

    work: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    actor: Actor
    kind: Kind
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    entries: Sequence[Entry] = ()

    def fail(self, error: BaseException) -> None:
        """Nothing of it is stored. What it failed of first stays what its caller is told."""
        if isinstance(error, StopIteration):  # asyncio takes this one for the end of a coroutine
            error = RuntimeError(f"{self.work!r} raised StopIteration")
        self.error = self.error or error
        self.entries = ()


Queue = Line[_Job | None]
"""None: nothing follows."""


@dataclass(slots=True)
class _Shared:
    """What the views of one store for different actors have in common."""

    engine: Engine
    epoch: str
    clock: Clock
    ids: Ids
    on_commit: Callable[[Sequence[Entry]], None]
    on_close: Callable[[], None]
    writes: Queue = field(default_factory=Line)
    reads: Queue = field(default_factory=Line)
    lanes: list[_Lane] = field(default_factory=list)
    closing: bool = False


class _Lane:
    """A thread with a connection of its own that takes jobs from a queue."""

    def __init__(self, name: str, shared: _Shared, queue: Queue) -> None:
        self._shared = shared
        self._queue = queue
        self._changes_tidied = 0
        self._behind: list[SearchIndex] = []
        self._callers = 1
        """How many there were when the last commit was done: those it served, and those who had come meanwhile. Callers
        who wait for their answers come back, and no others with them: when these are there, nobody is missing."""
        self._put_back: deque[_Job | None] = deque()
        self._connection = shared.engine.connect()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def _work(self) -> None:
        with self._connection:
            while (job := self._taken()) is not None:
                _reply(self._shared, self._serve(job))
                self._catch_up()

    def _taken(self) -> _Job | None:
        return self._put_back.popleft() if self._put_back else self._queue.take()

    def _serve(self, job: _Job) -> list[_Job]:
        """Does a job, and perhaps some of those queued behind it, and answers with what is done."""
        match job.kind:
            case "read":
                return self._read(job)
            case "write":
                return self._write(job)
            case "tidy":
                return self._tidy(job)

    def _read(self, job: _Job) -> list[_Job]:
        try:
            with explained(), begun(self._connection, "DEFERRED", query_only=True):
                reading = SqlReading(self._connection, self._shared.clock.now(), job.actor)
                job.result = job.work(reading, *job.args, **job.kwargs)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller who waits
            job.fail(error)
        return [job]

    def _write(self, first: _Job) -> list[_Job]:
        """Runs `first`, and then what is queued behind it or just about to be, and commits once."""
        jobs = [first]
        if self._callers > 1:
            self._queue.gather(self._callers - 1, _GATHER_SECONDS)
        try:
            with explained(), begun(self._connection, "IMMEDIATE"):
                self._run(first)
                for job in self._queued_behind():
                    jobs.append(job)
                    self._run_aside(job)
                self._note_what_is_behind()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the callers who wait
            for job in jobs:
                job.fail(error)
        self._callers = len(jobs) + len(self._queue)
        return jobs

    def _catch_up(self) -> None:
        """Keeps the search index from falling behind too far, when the callers have their answers."""
        try:
            while self._behind:
                with begun(self._connection, "IMMEDIATE"):
                    for index in self._behind:
                        index.catch_up(self._connection)
                    self._note_what_is_behind()
                if self._queue:
                    return
        except sqlite3.Error:
            # What is not indexed is still listed as that, and searches find it. The next write, or tidying, meets the
            # same fault and has somebody to tell.
            return

    def _note_what_is_behind(self) -> None:
        self._behind = [index for index in INDEXES if index.is_behind(self._connection)]

    def _tidy(self, job: _Job) -> list[_Job]:
        own = driver(self._connection)
        if own.total_changes == self._changes_tidied:
            return [job]
        try:
            with explained():
                with begun(self._connection, "IMMEDIATE"):
                    for index in INDEXES:
                        index.catch_up(self._connection)
                own.execute("PRAGMA optimize")
                # PASSIVE: folds what no reader looks at, and waits for nobody.
                own.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._changes_tidied = own.total_changes
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller who waits
            job.fail(error)
        return [job]

    def _queued_behind(self) -> Iterator[_Job]:
        until = time.monotonic() + _SHARE_SECONDS
        while time.monotonic() < until:
            try:
                job = self._queue.take_now()
            except Empty:
                return
            if job is None or job.kind != "write":
                self._put_back.append(job)
                return
            yield job

    def _run(self, job: _Job) -> None:
        transaction = SqlTransaction(self._connection, self._shared.clock.now(), job.actor, self._shared.ids)
        job.result = job.work(transaction, *job.args, **job.kwargs)
        job.entries = transaction.record()

    def _run_aside(self, job: _Job) -> None:
        """Runs a job so that its failure leaves what was written before it as it is."""
        own = driver(self._connection)
        own.execute("SAVEPOINT aside")
        try:
            with explained():
                self._run(job)
        except BaseException as error:
            if (
                not own.in_transaction
            ):  # the database has ended the whole of it: no room left, a fault of the disk
                raise
            own.execute("ROLLBACK TO aside")
            job.fail(error)
        own.execute("RELEASE aside")


class SqlStore:
    """A `Store` on SQLite. Made by `opened`; `close` ends its threads once what is queued has been done."""

    def __init__(self, shared: _Shared, actor: Actor = SYSTEM) -> None:
        self._shared = shared
        self._actor = actor

    @property
    def epoch(self) -> str:
        """Which log this is."""
        return self._shared.epoch

    def acting_as(self, actor: Actor) -> SqlStore:
        """The same store, whose transactions are this actor's."""
        return SqlStore(self._shared, actor)

    async def run(
        self, use_case: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs a use case in the writer's thread; see `kanbanai.ports.Store`."""
        return await self._queued(self._shared.writes, use_case, args, kwargs, kind="write")

    async def read(self, query: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answers a query in a reader's thread; see `kanbanai.ports.Store`."""
        return await self._queued(self._shared.reads, query, args, kwargs, kind="read")

    async def tidy(self) -> None:
        """Puts the database's files in order; see `kanbanai.ports.Store`."""
        return await self._queued(self._shared.writes, _nothing, (), {}, kind="tidy")

    def close(self) -> None:
        """Does what is queued, then ends the threads and closes the database. May be called once."""
        shared = self._shared
        shared.closing = True
        writer, *readers = shared.lanes
        for queue, lanes in ((shared.reads, readers), (shared.writes, [writer])):
            # The writer last: the last connection to close folds the write-ahead log into the database.
            for _ in lanes:
                queue.put(None)
            for lane in lanes:
                lane.join()
        shared.engine.dispose()
        shared.on_close()

    def _queued(
        self,
        queue: Queue,
        work: Callable[..., T],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        kind: Kind,
    ) -> asyncio.Future[T]:
        if self._shared.closing:
            raise RuntimeError("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        queue.put(_Job(work, args, kwargs, self._actor, kind, future))
        return future


def opened(
    engine: Engine,
    *,
    epoch: str,
    clock: Clock,
    ids: Ids,
    on_commit: Callable[[Sequence[Entry]], None],
    on_close: Callable[[], None] = lambda: None,
) -> SqlStore:
    """The store on a migrated database.

    `on_commit` hears of every commit, on the event loop, in order; `on_close` is called when the last connection is
    closed.
    """
    shared = _Shared(engine, epoch, clock, ids, on_commit, on_close)
    shared.lanes.append(_Lane("store-writer", shared, shared.writes))
    if isinstance(engine.pool, StaticPool):
        # In memory one connection is the whole database: reads take their turn with the writes.
        shared.reads = shared.writes
    else:
        shared.lanes += [_Lane(f"store-reader-{number}", shared, shared.reads) for number in range(READERS)]
    for lane in shared.lanes:
        lane.start()
    return SqlStore(shared)


def _nothing() -> None:
    """What tidying answers with."""


def _reply(shared: _Shared, jobs: list[_Job]) -> None:
    """Takes what came of jobs that were committed together back to the event loop."""
    try:
        jobs[0].future.get_loop().call_soon_threadsafe(_finish, shared, jobs)
    except RuntimeError:
        # The loop is closed: the process is ending and nobody is left to be told. What was committed stays so.
        return


def _finish(shared: _Shared, jobs: list[_Job]) -> None:
    entries = [entry for job in jobs for entry in job.entries]
    try:
        if entries:
            shared.on_commit(entries)
    finally:
        # A doorbell that fails is reported by the loop; the callers' transactions have succeeded all the same.
        for job in jobs:
            if job.future.cancelled():
                continue
            if job.error is None:
                job.future.set_result(job.result)
            else:
                job.future.set_exception(job.error)
