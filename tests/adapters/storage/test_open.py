"""Opening a database: who may, and what is said to who may not."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kanbanai.adapters.storage.folder import LOCK_NAME
from kanbanai.adapters.storage.open import DATABASE_NAME, open_store
from kanbanai.adapters.storage.schema import APPLICATION_ID
from kanbanai.adapters.storage.store import SqlStore
from kanbanai.adapters.system import RandomIds
from kanbanai.domain.errors import DamagedDatabase, DatabaseInUse, Unavailable, UnknownSchema
from kanbanai.domain.log import Entry
from kanbanai.ports import Reading
from tests.contracts.store import CHANNEL
from tests.contracts.stores import make_board, say
from tests.world import TickingClock


def opened(path: Path | None, *, busy_timeout_ms: int = 0) -> SqlStore:
    return open_store(
        path,
        clock=TickingClock(),
        ids=RandomIds(),
        on_commit=lambda _: None,
        busy_timeout_ms=busy_timeout_ms,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kanbanai" / DATABASE_NAME


def test_the_folder_and_the_files_are_their_users_alone(path: Path) -> None:
    mask = os.umask(0)
    try:
        store = opened(path)
        files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(files) == {DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm", LOCK_NAME}
    assert set(files.values()) == {0o600}


def test_a_folder_that_is_there_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir(parents=True, mode=0o755)
    path.parent.chmod(0o755)
    opened(path).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def test_closing_leaves_one_whole_file(path: Path) -> None:
    store = opened(path)
    store.close()
    assert {file.name for file in path.parent.iterdir()} == {DATABASE_NAME, LOCK_NAME}
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_what_was_stored_is_there_again_with_epoch_and_heads(path: Path) -> None:
    def look(tx: Reading) -> tuple[int, list[tuple[int, bytes]], object]:
        kept = [(entry.seq, entry.body) for entry in tx.entries(CHANNEL, 0, 10)]
        return tx.head(CHANNEL), kept, tx.boards.snapshot(tx.boards.ids()[0])

    first = opened(path)
    await first.run(make_board)
    await first.run(say, "one")
    await first.run(say, "two")
    seen = await first.read(look)
    first.close()
    rung: list[Entry] = []
    again = open_store(path, clock=TickingClock(), ids=RandomIds(), on_commit=rung.extend)
    assert again.epoch == first.epoch
    assert await again.read(look) == seen
    await again.run(say, "three")
    assert [entry.seq for entry in rung] == [3]
    again.close()


def test_every_new_database_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    stores = [opened(None), opened(None), opened(tmp_path / "a" / "x.db"), opened(tmp_path / "b" / "x.db")]
    epochs = {store.epoch for store in stores}
    for store in stores:
        store.close()
    assert len(epochs) == 4
    assert all(len(epoch) == 8 and "-" not in epoch for epoch in epochs)


def test_a_second_server_is_told_who_has_the_folder(path: Path) -> None:
    first = opened(path)
    with pytest.raises(DatabaseInUse) as caught:
        opened(path)
    assert str(path.parent) in caught.value.detail
    assert f"process {os.getpid()}" in caught.value.detail
    first.close()
    opened(path).close()


def test_a_holder_that_died_leaves_the_folder_free(path: Path) -> None:
    """The system lets go of the lock; the process id that is still in the file means nothing."""
    path.parent.mkdir(parents=True)
    (path.parent / LOCK_NAME).write_text("1\n")
    opened(path).close()


@pytest.mark.parametrize("text", [b"not a database at all", b"x", b"SQLite format 2\0" + bytes(100)])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    with pytest.raises(DamagedDatabase, match="is not a database") as caught:
        opened(path)
    assert str(path) in caught.value.detail
    assert path.read_bytes() == text
    assert {file.name for file in path.parent.iterdir()} == {DATABASE_NAME, LOCK_NAME}


def test_an_empty_file_is_a_new_database(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    opened(path).close()
    assert path.stat().st_size


def grown(path: Path) -> None:
    """A database of some dozen pages, closed in order."""

    async def grow() -> None:
        store = opened(path)
        await store.run(make_board)
        for _ in range(50):
            await store.run(say, "x" * 90)
        store.close()

    asyncio.run(grow())


def test_a_truncated_database_is_refused(path: Path) -> None:
    grown(path)
    os.truncate(path, path.stat().st_size // 2)
    before = path.read_bytes()
    with pytest.raises(DamagedDatabase, match=r"damaged.*kanbanai doctor") as caught:
        opened(path)
    assert str(path) in caught.value.detail
    assert path.read_bytes() == before


def test_a_database_that_was_not_closed_is_looked_through(path: Path) -> None:
    """Pages in the middle that nobody reads at start; a log that was left behind says that the end was no end."""
    grown(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096 - 100))
    path.with_name(f"{DATABASE_NAME}-wal").touch()
    with pytest.raises(DamagedDatabase, match=r"damaged.*kanbanai doctor"):
        opened(path)


def test_looking_through_takes_no_longer_than_start_up_may(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A big database is looked through as far as the time goes; `kanbanai doctor` takes all the time it needs."""
    grown(path)
    path.with_name(f"{DATABASE_NAME}-wal").touch()
    monkeypatch.setattr("kanbanai.adapters.storage.open._CHECK_SECONDS", -1)
    monkeypatch.setattr("kanbanai.adapters.storage.open._STEPS_BETWEEN_LOOKS", 1)
    opened(path).close()


def test_a_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(UnknownSchema, match="another program") as caught:
        opened(path)
    assert str(path) in caught.value.detail
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    connection.close()


def test_a_newer_schema_is_refused_with_both_numbers(path: Path) -> None:
    opened(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(UnknownSchema, match=r"newer KanbanAI \(schema 9999, this version knows \d{4}\)"):
        opened(path)


def test_a_database_held_by_another_program_says_so(path: Path) -> None:
    opened(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable, match="locked by another program") as caught:
        opened(path)
    assert str(path) in caught.value.detail
    holder.close()
    opened(path).close()


def test_a_folder_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(Unavailable, match="is not a folder"):
        opened(tmp_path / "data" / DATABASE_NAME)


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that a process without rights can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


OPEN_WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from kanbanai.domain.errors import Unavailable
from tests.adapters.storage.test_open import opened

if os.getuid() == 0:  # root writes where it likes
    os.setgid(65534)
    os.setuid(65534)
try:
    opened(Path(sys.argv[1])).close()
except Unavailable as error:
    print(type(error).__name__, error)
"""


def opened_without_rights(path: Path) -> str:
    run = subprocess.run(
        [sys.executable, "-c", OPEN_WITHOUT_RIGHTS, str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).parents[3],
    )
    return run.stdout


def test_a_folder_that_cannot_be_made_says_so(anybodys: Path) -> None:
    said = opened_without_rights(anybodys / "data" / DATABASE_NAME)
    assert said == f"Unavailable {anybodys / 'data'} cannot be written: permission denied\n"


def test_a_read_only_folder_says_so(anybodys: Path) -> None:
    opened(anybodys / DATABASE_NAME).close()
    (anybodys / DATABASE_NAME).chmod(0o666)
    (anybodys / LOCK_NAME).unlink()
    anybodys.chmod(0o555)
    said = opened_without_rights(anybodys / DATABASE_NAME)
    assert said == f"Unavailable {anybodys} cannot be written: permission denied\n"


def test_a_file_of_somebody_else_says_so(anybodys: Path) -> None:
    path = anybodys / DATABASE_NAME
    opened(path).close()
    said = opened_without_rights(path)
    assert said in {f"Unavailable {path} cannot be read: permission denied\n", ""}
    assert said or os.getuid(), "only who is not root to begin with keeps the right to its own file"


def test_a_read_only_file_says_so(anybodys: Path) -> None:
    path = anybodys / DATABASE_NAME
    opened(path).close()
    path.chmod(0o444)
    anybodys.chmod(0o777)
    (anybodys / LOCK_NAME).chmod(0o666)
    said = opened_without_rights(path)
    assert said == f"Unavailable {path} is read-only\n"


def test_alembic_is_loaded_only_for_a_migration(path: Path) -> None:
    """It takes a fifth of the time there is to start."""
    code = (
        "import sys; from pathlib import Path; from tests.adapters.storage.test_open import opened\n"
        "for _ in range(2): opened(Path(sys.argv[1])).close()\n"
        "print('alembic' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert run.stdout == "False\n"
