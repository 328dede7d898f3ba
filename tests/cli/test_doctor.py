"""`kanbanai doctor` and `kanbanai migrate`: the data folder, from outside."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kanbanai.adapters.storage import schema
from kanbanai.adapters.storage.connections import sqlite_engine
from kanbanai.cli import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "kanbanai"
    folder.mkdir(mode=0o700)
    return folder


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], catch_exceptions=False)


def doctor(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Its exit code, and its findings by what they are about."""
    result = invoke("doctor", "--json", "--port", "0", "--data-dir", str(folder), *arguments)
    report = json.loads(result.stdout)
    assert report["ok"] is (result.exit_code == 0)
    found: dict[str, Any] = {"repaired": report["repaired"]}
    for finding in report["findings"]:
        found.setdefault(finding["about"], []).append(finding)
    return result.exit_code, found


def test_a_new_installation_is_well(folder: Path) -> None:
    code, found = doctor(folder)
    assert code == 0
    assert {*found} == {
        "repaired",
        "python",
        "git",
        "editor",
        "open files",
        "server",
        "data folder",
        "disk",
        "database",
        "worktrees",
    }
    assert found["database"][0]["what"].endswith("is not there yet; the server makes it")
    assert not (folder / "kanban.db").exists(), "looking makes nothing"


def test_agents_of_the_configuration_are_looked_for(folder: Path) -> None:
    text = "[agents.HERE]\ncommand = 'sh'\n[agents.GONE]\ncommand = 'no-such-agent'\n[agents.CODEX]\ncommand = 'sh'\n"
    (folder / "config.toml").write_text(text, encoding="utf-8")
    code, found = doctor(folder)
    assert code == 1
    here, gone, taken = found["agents"]
    assert (here["level"], here["what"][:6]) == ("ok", "HERE (")
    assert (gone["level"], gone["what"]) == (
        "warn",
        "agents.GONE: the program no-such-agent is not there",
    )
    assert (taken["level"], taken["what"]) == (
        "bad",
        "agents.CODEX: key: is that of Codex Agent; choose another one",
    )


def test_a_database_is_looked_through(folder: Path) -> None:
    invoke("migrate", "--data-dir", str(folder))
    code, found = doctor(folder)
    assert (code, found["database"][0]["level"]) == (0, "ok")
    with closing(sqlite3.connect(folder / "kanban.db")) as database:
        database.execute("DELETE FROM channels")
        database.commit()
    code, found = doctor(folder)
    assert (code, found["database"][0]["repair"]) == (1, "log")
    code, found = doctor(folder, "--repair")
    assert (code, found["database"][0]["level"], len(found["repaired"])) == (0, "ok", 1)


def epoch_of(folder: Path) -> str:
    engine = sqlite_engine(folder / "kanban.db")
    try:
        with engine.connect() as connection:
            return schema.epoch(connection)
    finally:
        engine.dispose()


def test_a_restored_database_begins_a_new_log(folder: Path) -> None:
    invoke("migrate", "--data-dir", str(folder))
    before = epoch_of(folder)
    code, found = doctor(folder, "--restored")
    assert (code, len(found["repaired"])) == (0, 1)
    assert epoch_of(folder) != before


def test_what_is_no_database_is_said_to_be_none(folder: Path) -> None:
    (folder / "kanban.db").write_text("hello")
    code, found = doctor(folder)
    assert (code, found["database"][0]["level"]) == (1, "bad")


def test_a_folder_open_to_others_is_closed_on_request(folder: Path) -> None:
    folder.chmod(0o755)
    code, found = doctor(folder)
    assert (code, found["data folder"][0]["level"]) == (0, "warn")
    code, found = doctor(folder, "--repair")
    assert found["repaired"] == [f"{folder} is yours alone now"]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_setting_that_cannot_be_is_a_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    code, found = doctor(folder)
    assert (code, found["settings"][0]["level"]) == (1, "bad")
    assert "LOG_LEVEL (environment) must be one of" in found["settings"][0]["what"]


def test_people_are_told_in_lines_with_what_to_do(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "kanban.db").write_text("hello")
    result = invoke("doctor", "--port", "0", "--data-dir", str(folder))
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert any(line.startswith("✗ database     ") for line in lines)
    assert any(line.strip() == f"→ chmod go= '{folder}'" for line in lines)
    assert lines[-1] == "`kanbanai doctor --repair` mends some of this."


def test_migrate_makes_a_database_and_says_when_there_is_nothing_to_do(folder: Path) -> None:
    newest, database = schema.revisions()[-1], folder / "kanban.db"
    first = invoke("migrate", "--data-dir", str(folder))
    assert (first.exit_code, first.stdout) == (0, f"{database} is new, with schema {newest}\n")
    again = invoke("migrate", "--data-dir", str(folder))
    assert again.stdout == f"{database} has schema {newest} already; nothing was changed\n"


def test_migrate_refuses_what_is_no_database(folder: Path) -> None:
    (folder / "kanban.db").write_text("hello")
    result = invoke("migrate", "--data-dir", str(folder))
    assert (result.exit_code, "is not a database" in result.stderr) == (1, True)


def test_serve_refuses_an_open_door_before_it_opens_it(folder: Path) -> None:
    result = invoke("serve", "--host", "0.0.0.0", "--data-dir", str(folder))
    assert result.exit_code == 2
    assert result.stderr.startswith("kanbanai: --host is 0.0.0.0, and there is no login yet")
    assert list(folder.iterdir()) == []


def test_serve_says_which_setting_is_wrong(folder: Path) -> None:
    result = invoke("serve", "--port", "70000", "--data-dir", str(folder))
    assert (result.exit_code, result.stderr) == (
        2,
        "kanbanai: --port must be a whole number from 0 to 65535, not 70000\n",
    )


def test_version() -> None:
    assert invoke("--version").stdout.startswith("kanbanai 0.")
