"""When it cannot start, it says why in one sentence, ends with an error, and leaves everything as it was."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.server import PROGRAM, Ended, Server, ended, environment_of, free_port, running

pytestmark = pytest.mark.system


async def refusal(
    folder: Path, *options: str | Path, port: int | None = None, before: tuple[str, ...] = ()
) -> str:
    """The sentence with which `kanbanai serve` refuses to start."""
    command: list[str | Path] = [*before, PROGRAM, "serve", "--port", str(port or free_port()), *options]
    how: Ended = await ended(*command, environment=environment_of(folder), cwd=folder)
    assert how.code in {1, 2}, how
    assert how.said == "", "it said that it was ready"
    sentence = re.fullmatch(r"kanbanai: (\S[^\n]*)\n", how.complained)
    assert sentence, how.complained
    return sentence[1]


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder; None: a folder."""
    return {
        str(one.relative_to(folder)): one.read_bytes() if one.is_file() else None for one in folder.rglob("*")
    }


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = await refusal(tmp_path, "--data-dir", tmp_path / "data", port=port)
    assert sentence.startswith(f"127.0.0.1 port {port} is taken")
    assert contents(tmp_path) == {}


async def test_a_second_server_on_the_same_data(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        sentence = await refusal(tmp_path, "--data-dir", first.data)
        assert f"in use by process {first.process.pid}" in sentence
        async with first.client() as client:
            assert (await client.get("/readyz")).json() == {"ok": True}


async def test_the_hold_on_the_data_ends_with_the_process_however_that_ends(server: Server) -> None:
    await server.kill()
    await server.start()


@pytest.mark.parametrize("content", [b"Dear diary, today", b"SQLite format 3\0" + b"\xff" * 4096])
async def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "kanban.db").write_bytes(content)
    sentence = await refusal(tmp_path, "--data-dir", data)
    assert str(data / "kanban.db") in sentence
    assert "database" in sentence
    assert (data / "kanban.db").read_bytes() == content


async def test_a_database_of_a_later_version(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        data = server.data
    database = sqlite3.connect(data / "kanban.db")
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    content = (data / "kanban.db").read_bytes()
    sentence = await refusal(tmp_path, "--data-dir", data)
    assert "9999" in sentence
    assert (data / "kanban.db").read_bytes() == content


async def test_a_folder_in_the_place_of_the_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "kanban.db").mkdir(parents=True)
    sentence = await refusal(tmp_path, "--data-dir", data)
    assert str(data / "kanban.db") in sentence
    assert "folder" in sentence or "directory" in sentence


async def test_a_file_in_the_place_of_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"mine")
    sentence = await refusal(tmp_path, "--data-dir", tmp_path / "data")
    assert sentence == f"{tmp_path / 'data'} is not a folder"
    assert contents(tmp_path) == {"data": b"mine"}


@pytest.fixture
def as_user() -> tuple[str, ...]:
    """What makes a command obey the permissions of files: root does not, unless it gives up the right to override."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("for root every folder can be written, and there is no setpriv to change that")
    rights = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}")


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    """A folder that its owner may not write."""
    folder = tmp_path / "sealed"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


async def test_a_folder_that_may_not_be_written(
    tmp_path: Path, sealed: Path, as_user: tuple[str, ...]
) -> None:
    sentence = await refusal(tmp_path, "--data-dir", sealed, before=as_user)
    assert sentence == f"{sealed} cannot be written: permission denied"
    assert contents(sealed) == {}
    sentence = await refusal(tmp_path, "--data-dir", sealed / "data", before=as_user)
    assert sentence == f"{sealed / 'data'} cannot be written: permission denied"
    assert contents(sealed) == {}


async def test_a_database_that_may_not_be_written(tmp_path: Path, as_user: tuple[str, ...]) -> None:
    async with running(tmp_path) as server:
        data = server.data
    database = data / "kanban.db"
    database.chmod(0o444)
    content = database.read_bytes()
    sentence = await refusal(tmp_path, "--data-dir", data, before=as_user)
    assert str(data) in sentence
    assert "written" in sentence or "read-only" in sentence
    assert database.read_bytes() == content


async def test_an_agent_of_the_configuration_that_cannot_be(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "config.toml").write_text("[agents.CODEX]\ncommand = 'mine'\n", encoding="utf-8")
    sentence = await refusal(tmp_path, "--data-dir", data)
    assert sentence == "agents.CODEX: key: is that of Codex Agent; choose another one"


async def test_an_address_that_others_could_reach(tmp_path: Path) -> None:
    sentence = await refusal(tmp_path, "--data-dir", tmp_path / "data", "--host", "0.0.0.0")
    assert "--insecure-no-auth" in sentence
    assert contents(tmp_path) == {}
