"""What is installed is pinned, hashed and without addresses; what is asked for is said in two places that agree."""

import json
import re
import tomllib

import pytest

from tests.house.sources import ROOT, repository_files

REQUIREMENTS = ROOT / "requirements"


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _asked(list_name: str) -> set[str]:
    lines = (REQUIREMENTS / f"{list_name}.in").read_text(encoding="utf-8").splitlines()
    return {_name(line) for line in lines if line and not line.startswith(("-", "#"))}


def _entries(list_name: str) -> list[str]:
    text = (REQUIREMENTS / f"{list_name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("list_name", ["runtime", "build", "dev", "node"])
def test_every_pin_has_a_version_and_hashes_and_no_address(list_name: str) -> None:
    for entry in _entries(list_name):
        assert re.match(
            r"[\w.-]+(\[[\w, ]+\])?==[\w.+!-]+( ;[^@]*?)?( +--hash=sha256:[0-9a-f]{64})+ *$", entry
        ), entry


@pytest.mark.parametrize("list_name", ["runtime", "build", "dev", "node"])
def test_a_lock_holds_all_that_is_asked_for(list_name: str) -> None:
    """`make lock` was run after the last change of an .in file."""
    assert _asked(list_name) <= {_name(entry) for entry in _entries(list_name)}


def test_the_tools_bring_no_other_version_of_what_the_server_runs_on() -> None:
    pins = {
        list_name: {entry.split(" ")[0] for entry in _entries(list_name)} for list_name in ("runtime", "dev")
    }
    assert pins["runtime"] <= pins["dev"]


def test_the_package_asks_for_what_the_runtime_list_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {_name(line) for line in project["dependencies"]} == _asked("runtime")


def test_npm_locks_hold_hashes_and_no_address() -> None:
    locks = [path for path in repository_files() if path.name == "package-lock.json"]
    assert locks
    for lock in locks:
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        for name, package in packages.items():
            assert "resolved" not in package, (
                f"{lock}: {name} names an address; .npmrc beside it prevents that"
            )
            if name == "" or package.get("inBundle"):  # part of another package's file, whose hash covers it
                continue
            assert package["integrity"].startswith("sha512-"), f"{lock}: {name}"
