"""Nothing in the repository knows where packages come from or whose machine it was written on."""

import re
import subprocess

import pytest

from tests.house.sources import ROOT, repository_files

# Put together here, so that this file does not name what it looks for.
REGISTRIES = [
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("proxy", "golang", "org"),
        ("static", "crates", "io"),
    )
]
REGISTRY = re.compile("|".join(map(re.escape, REGISTRIES)), re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.~*{}/-])/(?:work|root|tmp)(?:/|\b)")
"""Absolute paths of the machines this is written on; a test asks for `tmp_path`."""


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in repository_files():
        raw = path.read_bytes()
        if b"\0" in raw:  # a picture, a font: nothing that a person wrote
            continue
        lines = raw.decode("utf-8").splitlines()
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
            for number, line in enumerate(lines, 1)
            if pattern.search(line)
        ]
    return found


def test_no_file_names_a_package_registry() -> None:
    assert not _lines_with(REGISTRY)


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert not _lines_with(MACHINE_PATH)


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE_PATH], ids=["registry", "machine path"])
def test_no_commit_message_does_either(pattern: re.Pattern[str]) -> None:
    log = subprocess.run(
        ["git", "-C", str(ROOT), "log", "--format=%h %B"], check=True, capture_output=True, text=True
    ).stdout
    assert [line for line in log.splitlines() if pattern.search(line)] == []


def test_the_rule_sees_what_it_is_for() -> None:
    seen = ["cd /" + "work/main", 'open("/' + 'tmp/x")', "/" + "root"]
    unseen = [
        "src/work/x",
        "https://example.com/work/items",
        "./tmp/x",
        "$HOME/tmp",
        "/workers",
        "network/root/x",
    ]
    assert [line for line in (*seen, *unseen) if MACHINE_PATH.search(line)] == seen
    assert REGISTRY.search(f"https://{REGISTRIES[0]}/simple")
