"""Old databases come to the new schema: whole or not at all, with a copy kept."""

from __future__ import annotations

import asyncio
import re
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kanbanai.adapters.storage import migrate as migrations
from kanbanai.adapters.storage import schema
from kanbanai.adapters.storage.connections import driver, sqlite_engine
from kanbanai.adapters.storage.open import DATABASE_NAME
from kanbanai.adapters.storage.tables import metadata
from kanbanai.domain.errors import Unavailable
from kanbanai.domain.times import Timestamp
from tests.adapters.storage.test_open import opened
from tests.contracts.store import CHANNEL
from tests.contracts.stores import make_board, say

Schema = dict[str, str]


def objects(connection: sqlite3.Connection) -> Schema:
    """Everything that the schema has, in SQL without its spaces and quotes."""
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL"
    )
    return {name: re.sub(r"[\s\"']+", "", sql) for name, sql in rows}


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """An empty database, brought to the newest schema by the migrations alone."""
    path = tmp_path / "migrated.db"
    engine = sqlite_engine(path)
    with engine.connect() as connection, connection.begin():
        migrations.upgrade(connection)
    engine.dispose()
    return path


def test_the_migrations_lead_to_the_schema_of_a_new_database(tmp_path: Path, migrated: Path) -> None:
    opened(tmp_path / "new.db").close()
    with closing(sqlite3.connect(tmp_path / "new.db")) as new, closing(sqlite3.connect(migrated)) as old:
        wanted, found = objects(new), objects(old)
        assert found.keys() == wanted.keys()
        searches = {
            name
            for name in wanted
            if name.startswith(("card_names", "card_texts", "unindexed_", "attempt_counts_"))
        }
        assert {name: found[name] for name in searches} == {name: wanted[name] for name in searches}
        configured = "SELECT k, v FROM card_names_config"
        assert old.execute(configured).fetchall() == new.execute(configured).fetchall()


def test_the_migrations_lead_to_the_tables_as_they_are_written(migrated: Path) -> None:
    """A change of `tables` without a migration beside it shows here, as what the migration has to do."""
    engine = sqlite_engine(migrated)

    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return not (kind == "table" and str(name).startswith(("card_names", "card_texts")))

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_every_table_that_lies_by_its_key_does_so_after_migrations(migrated: Path) -> None:
    """What Alembic does not compare."""
    with closing(sqlite3.connect(migrated)) as connection:
        found = {name for name, sql in objects(connection).items() if "WITHOUTROWID" in sql}
    wanted = {
        name for name, table in metadata.tables.items() if not table.dialect_options["sqlite"]["with_rowid"]
    }
    assert found & set(metadata.tables) == wanted


def test_revisions_follow_one_another_as_their_files_are_numbered() -> None:
    with sqlite_engine(None).connect() as connection:
        script = ScriptDirectory.from_config(migrations.config(connection))
        chain = [one.revision for one in script.walk_revisions()]
    assert tuple(reversed(chain)) == schema.revisions()


MORE = '''"""Cards get a colour; every board a motto."""

import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{before}"


def upgrade() -> None:
    with op.batch_alter_table("projects") as table:
        table.add_column(sa.Column("motto", sa.Text(), nullable=False, server_default="none"))
        table.alter_column("name", new_column_name="title")
    {then}
'''


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the program one whose newest schema is a revision further."""

    def make(then: str = "pass") -> None:
        versions = tmp_path / "versions"
        versions.mkdir()
        for script in schema.VERSIONS.glob("0*.py"):
            (versions / script.name).write_text(script.read_text())
        (versions / "9998_more.py").write_text(MORE.format(before=schema.revisions()[-1], then=then))
        monkeypatch.setattr(schema, "VERSIONS", versions)
        schema.revisions.cache_clear()

    return make


@pytest.fixture(autouse=True)
def _forget_revisions() -> object:
    yield
    schema.revisions.cache_clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of this version with something in it."""
    path = tmp_path / "data" / DATABASE_NAME

    async def fill() -> None:
        store = opened(path)
        await store.run(make_board)
        await store.run(say, "said")
        store.close()

    asyncio.run(fill())
    return path


def asked(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


async def test_an_older_database_is_brought_along_and_a_copy_is_kept(
    path: Path, newer: Callable[[str], None]
) -> None:
    newer("pass")
    store = opened(path)
    assert await store.read(lambda tx: [entry.seq for entry in tx.entries(CHANNEL, 0, 9)]) == [1]
    assert await store.read(
        lambda tx: [column.title for column in tx.columns.of_board(tx.boards.ids()[0])]
    ) == [
        "said",
        "right",
    ]
    epoch = store.epoch
    store.close()
    assert asked(path, "SELECT id, title, motto FROM projects") == [("project-1", "Wire Capture", "none")]
    assert asked(path, "PRAGMA foreign_key_check") == []
    (copy,) = migrations.copies(path)
    assert re.fullmatch(r"kanban\.db\.before-9998-\d{8}T\d{9}Z", copy.name)
    assert asked(copy, "SELECT id, name FROM projects") == [("project-1", "Wire Capture")]
    assert copy.stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in path.parent.iterdir()) == ["kanban.db", copy.name, "kanbanai.lock"]
    opened(path).close()
    assert migrations.copies(path) == [copy], "a database that is up to date is not copied"
    with sqlite_engine(copy).connect() as connection:
        assert schema.epoch(connection) != epoch, "other events come under the same numbers"


@pytest.mark.parametrize(
    "then",
    [
        'raise OSError("no")',
        'op.execute("INSERT INTO nowhere VALUES (1)")',
        'op.execute("DELETE FROM projects")',
    ],
    ids=["python", "sql", "references"],
)
async def test_a_migration_that_fails_changes_nothing(
    path: Path, newer: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        before = list(connection.iterdump())
    with monkeypatch.context():
        newer(then)
        with pytest.raises(Unavailable, match=r"could not be brought from schema \d+ to 9998") as caught:
            opened(path)
    (copy,) = migrations.copies(path)
    assert str(path) in caught.value.detail
    assert copy.name in caught.value.detail
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.iterdump()) == before
        connection.execute("SELECT name FROM projects")


def test_only_the_last_three_copies_are_kept(path: Path) -> None:
    engine = sqlite_engine(path)
    with engine.connect() as connection:
        made = [
            migrations.keep_copy(connection, path, revision, Timestamp(f"2026-11-2{day}T18:42:00.000Z"))
            for day, revision in enumerate(["0009", "0002", "0010", "0003", "0011"])
        ]
    engine.dispose()
    assert migrations.copies(path) == made[-3:]


def test_no_room_for_the_copy_is_said_before_anything_is_changed(
    path: Path, newer: Callable[[str], None]
) -> None:
    newer("pass")
    before = path.read_bytes()
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert len(before) > 100_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, unlimited[1]))
    try:
        with pytest.raises(Unavailable, match="reports an error") as caught:
            opened(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert str(path) in caught.value.detail
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["kanban.db", "kanbanai.lock"]


def test_a_migration_finds_references_as_it_needs_them(path: Path) -> None:
    """Off while it runs, so that a table can be made anew; on again afterwards."""
    engine = sqlite_engine(path)
    with engine.connect() as connection:
        migrations.migrate(connection, path, schema.revisions()[-1], Timestamp("2026-11-23T18:42:00.000Z"))
        assert driver(connection).execute("PRAGMA foreign_keys").fetchone() == (1,)
    engine.dispose()
