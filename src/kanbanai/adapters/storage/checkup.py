"""What `kanbanai doctor` looks at in the database, and what it can mend.

Looking changes nothing, and may be done while the server runs; mending needs the data folder for itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, NullPool, create_engine

from kanbanai.adapters.storage import schema
from kanbanai.adapters.storage.connections import begun, driver, sqlite_engine
from kanbanai.adapters.storage.faults import explained
from kanbanai.adapters.storage.folder import FolderLock
from kanbanai.adapters.storage.migrate import copies
from kanbanai.adapters.storage.open import refuse_other_files
from kanbanai.adapters.storage.search_index import INDEXES
from kanbanai.adapters.storage.transaction import SqlReading
from kanbanai.domain.actors import SYSTEM
from kanbanai.domain.channels import DASHBOARD, board_channel
from kanbanai.domain.errors import KanbanError, NotFound
from kanbanai.domain.findings import Finding
from kanbanai.domain.ids import BoardId
from kanbanai.domain.snapshots import BoardSnapshot, apply
from kanbanai.domain.times import Timestamp, timestamp

_ABOUT = "database"
_BIG_LOG = 256 * 1024 * 1024
"""Bytes of write-ahead log that no checkpoint has folded; 64 times what is usual."""
_REPLAYED_AT_ONCE = 1_000
_REFERENCES_SHOWN = 3


def examine(path: Path) -> list[Finding]:
    """What there is to say about the database file `path`: that it is whole, or each thing that is wrong."""
    try:
        if not path.exists() or not path.stat().st_size:
            return [_fine(f"{path} is not there yet; the server makes it")]
        with explained(), _only_looking(path) as connection:
            found = [*_examined(connection, path)]
    except (KanbanError, OSError) as error:
        return [_bad(str(error), _way_back(path))]
    if any(finding.level != "ok" for finding in found):
        return found
    size = path.stat().st_size / 1024 / 1024
    return [*found, _fine(f"{path} ({size:.1f} MB, schema {schema.revisions()[-1]}) is whole")]


class WorkPlaces(NamedTuple):
    """The folders that work is done in: the repositories of projects, and the worktrees of attempts."""

    repositories: tuple[str, ...] = ()
    worktrees: frozenset[str] = frozenset()


def work_places(path: Path) -> WorkPlaces:
    """The folders that the database `path` names; none where it cannot be read, which `examine` has to say."""
    try:
        if not path.exists() or not path.stat().st_size:
            return WorkPlaces()
        with explained(), _only_looking(path) as connection:
            run = driver(connection).execute
            repositories = run("SELECT DISTINCT repository_path FROM projects ORDER BY 1").fetchall()
            worktrees = run("SELECT worktree_path FROM attempts WHERE worktree_path IS NOT NULL").fetchall()
    except (KanbanError, OSError, sqlite3.Error):
        return WorkPlaces()
    return WorkPlaces(tuple(one for (one,) in repositories), frozenset(one for (one,) in worktrees))


def _examined(connection: Connection, path: Path) -> Iterator[Finding]:
    damage = driver(connection).execute("PRAGMA integrity_check(1)").fetchone()[0]
    if damage != "ok":
        yield _bad(f"{path} is damaged: {damage}", _way_back(path))
        return
    found = schema.revision(connection)
    if found != schema.revisions()[-1]:
        yield Finding(
            about=_ABOUT,
            level="warn",
            what=f"{path} has schema {found or 'none'}, this version needs {schema.revisions()[-1]}",
            mend="Start the server, or run `kanbanai migrate`; a copy is kept",
        )
        return
    for check in (_references, _counts, _log, _folds):
        yield from check(connection)
    yield from _search(path)
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > _BIG_LOG:
        yield Finding(
            about=_ABOUT,
            level="warn",
            what=f"{log} has grown to {log.stat().st_size / 1024 / 1024:.0f} MB: something keeps an old view open",
            mend="Close other programs that read the database, or restart the server",
        )


def _references(connection: Connection) -> Iterator[Finding]:
    broken = driver(connection).execute("PRAGMA foreign_key_check").fetchmany(_REFERENCES_SHOWN)
    for table, row, parent, _ in broken:
        yield _bad(
            f"row {row} of {table} refers to a row of {parent} that is not there",
            "Please report it, with what was done to the file; the server goes on",
        )


_WRONG_COUNTS = """SELECT columns.id, columns.card_count, count(cards.row) AS present
    FROM columns LEFT JOIN cards ON cards.column_id = columns.id
    GROUP BY columns.id HAVING present <> columns.card_count"""


def _counts(connection: Connection) -> Iterator[Finding]:
    for column, counted, present in driver(connection).execute(_WRONG_COUNTS):
        yield _bad(f"column {column} counts {counted} cards and holds {present}", repair="counts")


def _log(connection: Connection) -> Iterator[Finding]:
    """Each channel is there and its events follow one another up to its head (RT1)."""
    own = driver(connection)
    heads = dict(own.execute("SELECT channel, head FROM channels"))
    boards = [board for (board,) in own.execute("SELECT id FROM projects")]
    for channel in {DASHBOARD, *(board_channel(BoardId(board)) for board in boards)} - set(heads):
        yield _bad(f"the log knows no channel {channel}", repair="log")
    spans = own.execute("SELECT channel, min(seq), max(seq), count(*) FROM events GROUP BY channel")
    for channel, first, last, count in spans:
        if last - first + 1 != count:
            yield _bad(
                f"{last - first + 1 - count} events are missing from the log of {channel}", repair="log"
            )
        elif last != heads[channel]:
            yield _bad(f"the log of {channel} ends at {last}, its head is {heads[channel]}", repair="log")


def _folds(connection: Connection) -> Iterator[Finding]:
    """Where the log still has its beginning, all of it together gives what the board shows now (RT3)."""
    reading = SqlReading(connection, Timestamp(""), SYSTEM)
    for board_id in reading.boards.ids():
        try:
            now, folded = reading.boards.snapshot(board_id), _folded(reading, board_id)
        except (KeyError, ValueError) as error:  # what the fold raises for an event that does not fit
            yield _bad(f"the log of board {board_id} does not fit together: {error!r}", repair="log")
        except NotFound:
            continue  # its channel is missing, which was said
        else:
            if folded is not None and folded != now:
                yield _bad(f"the log of board {board_id} does not lead to what it shows now", repair="log")


def _folded(reading: SqlReading, board_id: BoardId) -> BoardSnapshot | None:
    channel = board_channel(board_id)
    if reading.oldest(channel) != 1:
        return None
    snapshot, seq = BoardSnapshot.empty(), 0
    while entries := reading.entries(channel, seq, _REPLAYED_AT_ONCE):
        for entry in entries:
            snapshot = apply(snapshot, entry.event)
        seq = entries[-1].seq
    return snapshot


def _search(path: Path) -> Iterator[Finding]:
    """The search index says of every card what it says itself. The check wants to write; that is taken back."""
    engine = sqlite_engine(path)
    try:
        with engine.connect() as connection:
            driver(connection).execute("BEGIN IMMEDIATE")
            for index in INDEXES:
                if not index.says_what_the_cards_say(connection):
                    yield _bad(
                        f"the search index {index.name} does not say what the cards say", repair="search"
                    )
            driver(connection).execute("ROLLBACK")
    finally:
        engine.dispose()


def repair(path: Path, name: str) -> str:
    """Mends what a finding's `repair` names and answers with what was done. May be done twice, and loses nothing.

    `epoch` is no finding's: it is for a database that was put back from a copy, which cannot be seen.

    Raises DatabaseInUse while a server runs, what `open_store` raises for a database that cannot be opened, and
    KeyError for a name that no finding has.
    """
    mend = _REPAIRS[name]
    lock = FolderLock.taken(path.parent)
    try:
        refuse_other_files(path)
        engine = sqlite_engine(path)
        try:
            with explained(), engine.connect() as connection, begun(connection, "IMMEDIATE"):
                return mend(connection)
        finally:
            engine.dispose()
    finally:
        lock.release()


def _mend_counts(connection: Connection) -> str:
    changed = driver(connection).execute(
        "UPDATE columns SET card_count = (SELECT count(*) FROM cards WHERE cards.column_id = columns.id)"
        " WHERE card_count <> (SELECT count(*) FROM cards WHERE cards.column_id = columns.id)"
    )
    return f"counted the cards of {changed.rowcount} columns anew"


def _mend_search(connection: Connection) -> str:
    for index in INDEXES:
        index.make_anew(connection)
    return "made the search indexes anew"


def _mend_log(connection: Connection) -> str:
    """What the boards show is the truth. A new epoch makes every viewer ask for it, so that no event is needed.

    No head is 0 afterwards: that would say that the log, from its first event on, leads to what the board shows.
    """
    own = driver(connection)
    own.execute(
        "INSERT OR IGNORE INTO channels (channel, head) SELECT ?, 0 UNION ALL SELECT ? || id, 0 FROM projects",
        (DASHBOARD, board_channel(BoardId(""))),
    )
    own.execute(
        "UPDATE channels SET head = max(head, coalesce("
        "(SELECT max(seq) FROM events WHERE events.channel = channels.channel), 1))"
    )
    own.execute("DELETE FROM events")
    epoch = schema.begin_epoch(connection, timestamp(datetime.now(UTC)))
    return f"began a new log ({epoch}); whoever watches gets the boards as they are"


def _begin_epoch(connection: Connection) -> str:
    """For a database that was put back from a copy: it goes on to give other events the numbers it gave before."""
    epoch = schema.begin_epoch(connection, timestamp(datetime.now(UTC)))
    return f"gave the log another name ({epoch}); whoever watches gets the boards as they are"


_REPAIRS: dict[str, Callable[[Connection], str]] = {
    "counts": _mend_counts,
    "search": _mend_search,
    "log": _mend_log,
    "epoch": _begin_epoch,
}


@contextmanager
def _only_looking(path: Path) -> Iterator[Connection]:
    """One consistent view of the database, on a connection that cannot write."""
    refuse_other_files(path)
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, isolation_level=None),
        poolclass=NullPool,
    )
    with engine.connect() as connection, begun(connection, "DEFERRED"):
        yield connection


def _fine(what: str) -> Finding:
    return Finding(about=_ABOUT, level="ok", what=what)


def _bad(what: str, mend: str | None = None, repair: str | None = None) -> Finding:
    if repair is not None:
        mend = "Stop the server and run `kanbanai doctor --repair`"
    return Finding(about=_ABOUT, level="bad", what=what, mend=mend, repair=repair)


def _way_back(path: Path) -> str:
    """What to do about a database that cannot be read."""
    kept = copies(path)
    if kept:
        return f"Stop the server, move {path.name}* away, and put {kept[-1]} in its place as {path.name}"
    return (
        f"Stop the server and put a backup in its place, or save what can be read: sqlite3 '{path}' .recover | "
        f"sqlite3 '{path.with_name('saved.db')}'"
    )
