"""Connections to the database, and the transactions on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

BUSY_TIMEOUT_MS = 5_000
"""How long to wait for another program (a backup, a shell) that holds the database before giving up."""
_STATEMENTS_KEPT = 512
"""Per connection, compiled by SQLite: all that we have (some 100) and the variants of `find`."""
_SET_UP = (
    "journal_mode=WAL",
    # Acknowledged means on the disk, not only in the system's cache; an fsync takes 0.2 ms on an SSD.
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    # Deleted text is overwritten where that costs no further page. Some builds of SQLite do it always, for half as many
    # pages more per edit.
    "secure_delete=FAST",
    # KiB, negative by SQLite's convention: a board of 10,000 cards is read without reading a page twice.
    "cache_size=-16384",
    # Rows of an index looked at for the planner's statistics: `optimize` then takes milliseconds on any database.
    "analysis_limit=400",
    # Bytes. A long read keeps the write-ahead log from being folded; afterwards the file shrinks to this.
    f"journal_size_limit={64 * 1024 * 1024}",
)


def sqlite_engine(path: Path | None, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine on a database file (None: a database in memory that ends with its only connection).

    Its connections are set up as the store needs them. They begin no transaction by themselves; `begun` does.
    """
    pool = {"poolclass": StaticPool} if path is None else {}
    engine = create_engine(
        "sqlite://" if path is None else f"sqlite:///{path}",
        connect_args={
            "check_same_thread": False,
            "timeout": busy_timeout_ms / 1000,
            "cached_statements": _STATEMENTS_KEPT,
            # The driver's own idea of when to begin comes too late for BEGIN IMMEDIATE.
            "isolation_level": None,
        },
        **pool,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in _SET_UP:
            connection.execute(f"PRAGMA {pragma}")

    return engine


_drivers: WeakKeyDictionary[Connection, sqlite3.Connection] = WeakKeyDictionary()
"""What `driver` found. Asking SQLAlchemy takes four properties, at each of the dozen statements of a use case."""


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for what has to be quick and for what only SQLite has."""
    own = _drivers.get(connection)
    if own is None:
        found = connection.connection.driver_connection
        if not isinstance(found, sqlite3.Connection):
            raise TypeError(f"not a connection to SQLite: {found!r}")
        own = _drivers[connection] = found
    return own


@contextmanager
def begun(
    connection: Connection, kind: Literal["DEFERRED", "IMMEDIATE"], *, query_only: bool = False
) -> Iterator[None]:
    """A transaction: committed at the end, rolled back when the block or the commit raises.

    `IMMEDIATE` takes the write lock at once: two that begin by reading could not both go on to write. `query_only`
    refuses to write.
    """
    own = driver(connection)
    if query_only:
        own.execute("PRAGMA query_only=ON")
    own.execute(f"BEGIN {kind}")
    try:
        yield
        own.execute("COMMIT")
    except BaseException:
        if own.in_transaction:  # some errors (a full disk) have ended it already
            own.execute("ROLLBACK")
        raise
    finally:
        # SQLAlchemy counts a transaction of its own from its first statement on.
        connection.rollback()
        if query_only:
            own.execute("PRAGMA query_only=OFF")
