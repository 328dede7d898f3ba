"""Bringing an older database to the present schema.

Imported only when there is something to migrate: Alembic takes its time to load.
"""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from kanbanai.adapters.storage import folder, schema
from kanbanai.adapters.storage.connections import begun, driver, sqlite_engine
from kanbanai.adapters.storage.faults import explained
from kanbanai.domain.errors import KanbanError, Unavailable
from kanbanai.domain.times import Timestamp

COPIES_KEPT = 3
"""The way back from the last three upgrades; each may be as big as the database."""
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, path: Path, revision: str, now: Timestamp) -> None:
    """Brings the database from `revision` to the newest schema, whole or not at all, and keeps a copy of it as it was.

    Raises StorageFull when there is no room for the copy, Unavailable when a migration fails; then the database is as
    it was.
    """
    newest = schema.revisions()[-1]
    copy = keep_copy(connection, path, newest, now)
    # SQLite changes a table by making it anew, during which references to it would be broken or cascade.
    driver(connection).execute("PRAGMA foreign_keys=OFF")
    try:
        # Begun as SQLAlchemy sees it, too: Alembic then leaves the commit to us.
        with explained(), connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            upgrade(connection)
            _refuse_strays(connection)
    except KanbanError as error:
        raise type(error)(_failure(revision, newest, error.detail, copy)) from error
    except Exception as error:
        raise Unavailable(_failure(revision, newest, f"{type(error).__name__}: {error}", copy)) from error
    finally:
        driver(connection).execute("PRAGMA foreign_keys=ON")


def upgrade(connection: Connection) -> None:
    """Runs the migrations that the database has not seen, within the caller's transaction."""
    command.upgrade(config(connection), "head")


def keep_copy(connection: Connection, path: Path, newest: str, now: Timestamp) -> Path:
    """Copies the database beside itself, as `kanban.db.before-<revision>-<time>`, and removes all but the last three.

    The copy has a log of its own (another epoch): whoever puts it back gives out other events under the same numbers.
    Raises StorageFull or Unavailable.
    """
    moment = now.replace("-", "").replace(":", "").replace(".", "")
    copy = path.with_name(f"{path.name}.before-{newest}-{moment}")
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    try:
        folder.prepare(unfinished)
        engine = sqlite_engine(unfinished)
        try:
            with explained(), engine.connect() as target:
                driver(connection).backup(driver(target))
                with begun(target, "IMMEDIATE"):
                    schema.begin_epoch(target, now)
        finally:
            engine.dispose()
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(copy)
        for old in copies(path)[:-COPIES_KEPT]:
            old.unlink()
    except OSError as error:
        raise folder.refusal(path.parent, error) from error
    finally:
        for left_over in path.parent.glob(f"{path.name}.before-*.unfinished*"):
            left_over.unlink()
    return copy


def copies(path: Path) -> list[Path]:
    """The copies that were kept of the database `path`, oldest first."""
    found = path.parent.glob(f"{path.name}.before-*Z")
    return sorted(found, key=lambda one: one.name.rpartition("-")[2])


def config(connection: Connection) -> Config:
    """Where Alembic finds the migrations, and the connection it runs them on."""
    made = Config()
    made.set_main_option("script_location", str(_SCRIPTS))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", str(schema.VERSIONS))
    made.attributes["connection"] = connection
    return made


def _refuse_strays(connection: Connection) -> None:
    stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if stray is not None:
        raise Unavailable(f"row {stray[1]} of {stray[0]} would refer to a missing row of {stray[2]}")


def _failure(revision: str, newest: str, why: str, copy: Path) -> str:
    return (
        f"the database could not be brought from schema {revision} to {newest} ({why}); it is as it was, and "
        f"{copy.name} is a copy of it"
    )
