"""Opening a database: who may, on what schema, and with a copy kept before it changes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine

from kanbanai.adapters.storage import folder, schema
from kanbanai.adapters.storage.connections import BUSY_TIMEOUT_MS, begun, driver, sqlite_engine
from kanbanai.adapters.storage.faults import explained
from kanbanai.adapters.storage.store import SqlStore, opened
from kanbanai.domain.errors import DamagedDatabase, KanbanError
from kanbanai.domain.log import Entry
from kanbanai.ports import Clock, Ids

DATABASE_NAME = "kanban.db"
"""What the database is called in its data folder."""
_MAGIC = b"SQLite format 3\0"
_CHECK_SECONDS = 0.3
"""How long start-up may look through a database that was not closed: all of 100 MB, the beginning of a bigger one."""
_STEPS_BETWEEN_LOOKS = 10_000
"""Of SQLite's machine, between two looks at the clock while checking: well below a millisecond."""


def open_store(
    path: Path | None,
    *,
    clock: Clock,
    ids: Ids,
    on_commit: Callable[[Sequence[Entry]], None],
    busy_timeout_ms: int = BUSY_TIMEOUT_MS,
) -> SqlStore:
    """The store in the database file `path`, made or brought to this version's schema first; None: one in memory.

    Its folder is made when it is not there, and held until the store is closed. `on_commit` hears of every commit, on
    the event loop, in order. `busy_timeout_ms` is how long a write waits for another program that holds the database.

    Raises DatabaseInUse, DamagedDatabase, UnknownSchema, StorageFull or Unavailable, each with a sentence that names
    the file; then nothing was changed.
    """
    if path is None:
        engine = sqlite_engine(None)
        return opened(
            engine, epoch=_made_ready(engine, None, clock), clock=clock, ids=ids, on_commit=on_commit
        )
    folder.prepare(path)
    lock = folder.FolderLock.taken(path.parent)
    try:
        refuse_other_files(path)
        engine = sqlite_engine(path, busy_timeout_ms=busy_timeout_ms)
        try:
            epoch = _made_ready(engine, path, clock)
            return opened(
                engine, epoch=epoch, clock=clock, ids=ids, on_commit=on_commit, on_close=lock.release
            )
        except BaseException:
            engine.dispose()
            raise
    except BaseException:
        lock.release()
        raise


def _made_ready(engine: Engine, path: Path | None, clock: Clock) -> str:
    """Brings the database to this version's schema and answers with its epoch."""
    was_left_open = path is not None and path.with_name(f"{path.name}-wal").exists()
    try:
        with explained(), engine.connect() as connection:
            if was_left_open:
                _look_through(connection)
            with begun(connection, "IMMEDIATE"):  # shows at once whether the database can be written at all
                found = schema.revision(connection)
                if found is None:
                    schema.create(connection, clock.now())
                    found = schema.revisions()[-1]
                if found == schema.revisions()[-1]:
                    return schema.epoch(connection)
            if path is None:
                raise RuntimeError("a database in memory that is not new")
            # Alembic takes a fifth of the start-up time that there is; it is loaded when it has something to do.
            from kanbanai.adapters.storage.migrate import migrate

            migrate(connection, path, found, clock.now())
            return schema.epoch(connection)
    except KanbanError as error:
        where, what = path or "the database in memory", error.detail
        raise type(error)(f"{where}: {what[:1].lower()}{what[1:]}") from error


def refuse_other_files(path: Path) -> None:
    """Raises DamagedDatabase for a file that no SQLite has written, Unavailable for one that cannot be read."""
    try:
        with path.open("rb") as file:
            beginning = file.read(len(_MAGIC))
    except OSError as error:
        raise folder.refusal(path, error) from error
    if beginning and beginning != _MAGIC:
        raise DamagedDatabase(
            f"{path} is not a database; move it away, or put a copy in its place (`kanbanai doctor` lists them)"
        )


def _look_through(connection: Connection) -> None:
    """Checks what a process that did not close the database has left; a big one as far as the time goes."""
    own = driver(connection)
    until = time.monotonic() + _CHECK_SECONDS
    own.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
    try:
        complaint = own.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return  # the rest is for `kanbanai doctor`
    finally:
        own.set_progress_handler(None, 0)
    if complaint != "ok":
        raise DamagedDatabase(f"the database is damaged ({complaint}); run `kanbanai doctor`")
