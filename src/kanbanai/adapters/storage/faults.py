"""What the database's own errors mean to a caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from kanbanai.domain.errors import DamagedDatabase, KanbanError, StorageFull, Unavailable

_SENTENCES: dict[int, KanbanError] = {
    sqlite3.SQLITE_FULL: StorageFull(
        "No room is left on the device that holds the database; nothing was stored"
    ),
    sqlite3.SQLITE_READONLY: Unavailable("The database cannot be written: its file or folder is read-only"),
    sqlite3.SQLITE_BUSY: Unavailable("The database is locked by another program; nothing was stored"),
    sqlite3.SQLITE_LOCKED: Unavailable("The database is locked by another program; nothing was stored"),
    sqlite3.SQLITE_IOERR: Unavailable(
        "The disk that holds the database reports an error; nothing was stored"
    ),
    sqlite3.SQLITE_CORRUPT: DamagedDatabase(
        "The database is damaged; stop the server and run `kanbanai doctor`"
    ),
    sqlite3.SQLITE_NOTADB: DamagedDatabase("The file is not a database; run `kanbanai doctor`"),
    sqlite3.SQLITE_CANTOPEN: Unavailable("The database file cannot be opened; run `kanbanai doctor`"),
}
_PRIMARY = 0xFF
"""SQLite's extended codes carry the primary one in their low byte."""


@contextmanager
def explained() -> Iterator[None]:
    """Turns the faults of the database that a caller can do something about into errors of the domain.

    Everything else (a broken constraint, wrong SQL) is a defect of ours and goes on as it is.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", None)
        known = _SENTENCES.get(code & _PRIMARY) if isinstance(code, int) else None
        if known is None:
            raise
        raise type(known)(known.detail) from error
