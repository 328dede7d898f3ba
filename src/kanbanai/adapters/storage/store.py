"""The store on SQLite: one thread that writes, a few that read.

    await store.run(use_case, …)    one hop to the writer's thread: BEGIN IMMEDIATE, use case, log, COMMIT
    await store.read(query, …)      one hop to a reader's thread: one consistent view, in WAL mode beside the writer

The writer's way back to the event loop rings the doorbell and wakes the caller in the same callback, in that order: the
news is out even when the caller has gone meanwhile, and rings follow each other in the order of commit.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, StaticPool

from kanbanai.adapters.storage.connections import begun
from kanbanai.adapters.storage.faults import explained
from kanbanai.adapters.storage.transaction import SqlReading, SqlTransaction
from kanbanai.domain.actors import SYSTEM, Actor
from kanbanai.domain.log import Entry
from kanbanai.ports import Clock, Ids, Reading, Transaction

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2
"""Threads that read. The snapshot of a big board takes some 80 ms; a second thread keeps small reads from waiting."""


@dataclass(slots=True)
class _Job:
    serve: Callable[[_Shared, Connection, _Job], None]
    work: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    actor: Actor
    future: asyncio.Future[Any]


class _Lane:
    """A thread with a connection of its own that takes jobs from a queue, one transaction each."""

    def __init__(
        self, name: str, shared: _Shared, jobs: SimpleQueue[_Job | None], connection: Connection
    ) -> None:
        self._shared = shared
        self._jobs = jobs
        self._connection = connection
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def _work(self) -> None:
        with self._connection:
            while (job := self._jobs.get()) is not None:
                job.serve(self._shared, self._connection, job)


@dataclass(slots=True)
class _Shared:
    """What the views of one store for different actors have in common."""

    engine: Engine
    epoch: str
    clock: Clock
    ids: Ids
    on_commit: Callable[[Sequence[Entry]], None]
    on_close: Callable[[], None]
    writes: SimpleQueue[_Job | None] = field(default_factory=SimpleQueue)
    reads: SimpleQueue[_Job | None] = field(default_factory=SimpleQueue)
    lanes: list[_Lane] = field(default_factory=list)
    closing: bool = False


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
        return await self._queued(_write, self._shared.writes, use_case, args, kwargs)

    async def read(self, query: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answers a query in a reader's thread; see `kanbanai.ports.Store`."""
        return await self._queued(_read, self._shared.reads, query, args, kwargs)

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
        serve: Callable[[_Shared, Connection, _Job], None],
        queue: SimpleQueue[_Job | None],
        work: Callable[..., T],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> asyncio.Future[T]:
        if self._shared.closing:
            raise RuntimeError("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        queue.put(_Job(serve, work, args, kwargs, self._actor, future))
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
    shared.lanes.append(_Lane("store-writer", shared, shared.writes, engine.connect()))
    if isinstance(engine.pool, StaticPool):
        # In memory one connection is the whole database: reads take their turn with the writes.
        shared.reads = shared.writes
    else:
        for number in range(READERS):
            shared.lanes.append(_Lane(f"store-reader-{number}", shared, shared.reads, engine.connect()))
    for lane in shared.lanes:
        lane.start()
    return SqlStore(shared)


def _write(shared: _Shared, connection: Connection, job: _Job) -> None:
    entries: Sequence[Entry] = ()
    result: Any = None
    error: BaseException | None = None
    try:
        with explained(), begun(connection, "IMMEDIATE"):
            transaction = SqlTransaction(connection, shared.clock.now(), job.actor, shared.ids)
            result = job.work(transaction, *job.args, **job.kwargs)
            entries = transaction.record()
    except BaseException as caught:  # noqa: BLE001 - whatever it is, it belongs to the caller who waits
        error, entries = caught, ()
    _reply(job, lambda: _finish(shared, job.future, result, error, entries))


def _read(shared: _Shared, connection: Connection, job: _Job) -> None:
    result: Any = None
    error: BaseException | None = None
    try:
        with explained(), begun(connection, "DEFERRED"):
            result = job.work(SqlReading(connection, shared.clock.now(), job.actor), *job.args, **job.kwargs)
    except BaseException as caught:  # noqa: BLE001 - whatever it is, it belongs to the caller who waits
        error = caught
    _reply(job, lambda: _finish(shared, job.future, result, error, ()))


def _reply(job: _Job, callback: Callable[[], None]) -> None:
    try:
        job.future.get_loop().call_soon_threadsafe(callback)
    except RuntimeError:
        # The loop is closed: the process is ending and nobody is left to be told. What was committed stays so.
        return


def _finish(
    shared: _Shared,
    future: asyncio.Future[Any],
    result: Any,
    error: BaseException | None,
    entries: Sequence[Entry],
) -> None:
    try:
        if entries:
            shared.on_commit(entries)
    finally:
        # A doorbell that fails is reported by the loop; the caller's transaction has succeeded all the same.
        if not future.cancelled():
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
