"""What the doctor says about the machine."""

import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kanbanai.upkeep import machine


class Usage(NamedTuple):
    free: int


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_this_python_is_fit() -> None:
    assert machine.python().level == "ok"


def test_an_old_python_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 9))
    found = machine.python()
    assert (found.level, found.mend) == ("bad", "Install Python 3.11 or later, and KanbanAI with it")


def test_a_private_folder_with_room_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(5 * 1024**3))
    assert [(one.about, one.level) for one in machine.data_folder(tmp_path)] == [
        ("data folder", "ok"),
        ("disk", "ok"),
    ]


@pytest.mark.parametrize(("free", "level"), [(500 * 1024**2, "warn"), (50 * 1024**2, "bad")])
def test_a_disk_that_fills_up_is_told_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(free))
    found = machine.data_folder(tmp_path)[-1]
    assert (found.about, found.level) == ("disk", level)
    assert found.what.startswith(f"only {free // 1024**2} MB free")


def test_an_open_folder_can_be_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    found = machine.data_folder(tmp_path)[0]
    assert (found.level, found.repair) == ("warn", machine.REPAIR_ACCESS)
    assert "drwxr-xr-x" in found.what
    assert machine.make_private(tmp_path) == f"{tmp_path} is yours alone now"
    assert machine.data_folder(tmp_path)[0].level == "ok"


def test_a_folder_that_is_not_there_is_no_fault_when_it_can_be_made(tmp_path: Path) -> None:
    [found] = machine.data_folder(tmp_path / "a" / "b")
    assert (found.level, "the server makes it" in found.what) == ("ok", True)
    assert not (tmp_path / "a").exists()


def test_a_folder_that_cannot_be_made_or_written_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root, who may run this, is never refused
    [missing] = machine.data_folder(tmp_path / "new")
    assert (missing.level, "cannot be made" in missing.what) == ("bad", True)
    assert machine.data_folder(tmp_path)[0].what == f"{tmp_path} cannot be written by you"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert machine.data_folder(tmp_path / "file")[0].what.endswith("is not a folder")
    assert machine.data_folder(tmp_path / "file" / "below")[0].level == "bad"


def test_few_open_files_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for hard, level in ((1024, "warn"), (65_536, "ok"), (resource.RLIM_INFINITY, "ok")):
        monkeypatch.setattr(resource, "getrlimit", lambda _which, hard=hard: (256, hard))
        assert machine.open_files().level == level


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("echo git version 2.43.0", "ok", "git 2.43.0 at "),
        ("echo git version 2.20.1", "bad", "is older than 2.38"),
        ("echo hello", "bad", "is older than 2.38"),
        ("exit 3", "bad", "does not run"),
    ],
)
def test_git_is_looked_at(tmp_path: Path, text: str, level: str, words: str) -> None:
    script(tmp_path / "git", text)
    found = machine.git({"PATH": f"{tmp_path}:/bin"})
    assert (found.level, words in found.what) == (level, True), found


def test_a_missing_git_is_told(tmp_path: Path) -> None:
    assert machine.git({"PATH": str(tmp_path)}).what == "git is not on the PATH"


def test_editors_are_named(tmp_path: Path) -> None:
    script(tmp_path / "zed", "")
    environment: dict[str, Any] = {"PATH": str(tmp_path)}
    assert machine.editor(environment).what == f"Zed ({tmp_path / 'zed'})"
    (tmp_path / "zed").unlink()
    assert machine.editor(environment).level == "ok", "nothing but opening files needs one"
