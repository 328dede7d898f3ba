"""Which schema a database has, and how a new one gets its own."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

import msgspec
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from kanbanai.adapters.storage.tables import COUNTING, SEARCH, metadata
from kanbanai.domain.channels import DASHBOARD
from kanbanai.domain.errors import UnknownSchema
from kanbanai.domain.times import Timestamp

VERSIONS = Path(__file__).parent / "migrations" / "versions"
APPLICATION_ID = 0x4B414E42
"""`KANB`: stands in the file's header, so that `file` and we can tell whose database it is."""
_EPOCH_BYTES = 4
"""Eight hexadecimal digits: short in every `id:` line, and two logs of one board meet by chance once in 4 billion."""
_LOG_DOCUMENT = "log"


class LogIdentity(msgspec.Struct, frozen=True):
    """Which log this database holds, kept as a document."""

    epoch: str
    since: Timestamp


@cache
def revisions() -> tuple[str, ...]:
    """The schema's revisions in order, oldest first: the numbers that the migrations' file names begin with."""
    return tuple(sorted(path.stem.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py")))


def revision(connection: Connection) -> str | None:
    """The revision of the database's schema; None: it is empty.

    Raises UnknownSchema when a newer version made it, or another program.
    """
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
    if not tables:
        return None
    if "alembic_version" not in tables or "projects" not in tables:
        raise UnknownSchema("the database belongs to another program: it has none of KanbanAI's tables")
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found not in revisions():
        raise UnknownSchema(
            f"the database was made by a newer KanbanAI (schema {found}, this version knows {revisions()[-1]}); "
            "install that version again, or use another data folder"
        )
    return str(found)


def create(connection: Connection, now: Timestamp) -> None:
    """Makes every table in an empty database, within the caller's transaction."""
    for statement in _statements():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (revisions()[-1],))
    connection.exec_driver_sql("INSERT INTO channels (channel, head) VALUES (?, 0)", (DASHBOARD,))
    begin_epoch(connection, now)


def begin_epoch(connection: Connection, now: Timestamp) -> str:
    """Gives the log a new identity, so that no reader goes on with a cursor of the old one."""
    identity = LogIdentity(secrets.token_hex(_EPOCH_BYTES), now)
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO documents (name, body) VALUES (?, ?)",
        (_LOG_DOCUMENT, msgspec.msgpack.encode(identity)),
    )
    return identity.epoch


def epoch(connection: Connection) -> str:
    """Which log this is."""
    body = connection.exec_driver_sql(
        "SELECT body FROM documents WHERE name = ?", (_LOG_DOCUMENT,)
    ).scalar_one()
    return msgspec.msgpack.decode(body, type=LogIdentity).epoch


@cache
def _statements() -> tuple[str, ...]:
    """The schema in SQL. Spelled once a process: an in-memory store for a test must open in a few milliseconds."""
    dialect = sqlite.dialect()
    made: list[str] = [f"PRAGMA application_id={APPLICATION_ID}"]
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)))
        made.extend(
            str(CreateIndex(index).compile(dialect=dialect))
            for index in sorted(table.indexes, key=lambda one: str(one.name))
        )
    made.append("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    return (*made, *SEARCH, *COUNTING)
