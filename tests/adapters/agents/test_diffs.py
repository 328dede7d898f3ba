"""Unified diffs that patch what they were made of."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kanbanai.adapters.agents import diffs

LINES = st.lists(st.sampled_from("abcd"), max_size=30).map(lambda found: "".join(f"{one}\n" for one in found))


@given(LINES, LINES)
@settings(max_examples=30)
def test_a_diff_leads_from_one_text_to_the_other(old: str, new: str) -> None:
    if old == new:
        return
    diff, added, removed = diffs.unified("f", old, new)
    lines = diff.splitlines()[2:]
    assert added == sum(line.startswith("+") for line in lines)
    assert removed == sum(line.startswith("-") for line in lines)
    assert applied(old, diff) == new


def applied(old: str, diff: str) -> str:
    """`old` after the diff, by the rules of the format."""
    before = old.splitlines()
    after: list[str] = []
    at = 0
    for line in diff.splitlines()[2:]:
        if line.startswith("@@"):
            place = line.split(" ")[1].removeprefix("-").split(",")
            start = int(place[0]) - (0 if place[1:] == ["0"] else 1)
            after += before[at:start]
            at = start
        elif line.startswith("+"):
            after.append(line[1:])
        else:
            assert before[at] == line[1:]
            at += 1
            after += [] if line.startswith("-") else [line[1:]]
    return "".join(f"{line}\n" for line in [*after, *before[at:]])


def test_a_change_in_the_middle_of_a_large_file_is_small(tmp_path: Path) -> None:
    old = "".join(f"line {number}\n" for number in range(200_000))
    new = old.replace("line 100000\n", "another line\n")
    diff, added, removed = diffs.unified("big.txt", old, new)
    assert (added, removed) == (1, 1)
    (tmp_path / "big.txt").write_text(old)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, text=True, check=True)
    assert (tmp_path / "big.txt").read_text() == new


def test_files_with_nothing_in_common_are_told_as_replaced_and_cut() -> None:
    old = "".join(f"old {number}\n" for number in range(20_000))
    new = "".join(f"new {number}\n" for number in range(20_000))
    change = diffs.change("big.txt", old, new)
    assert (change["kind"], change["added"], change["removed"], change["cut"]) == (
        "update",
        20_000,
        20_000,
        True,
    )
    assert len(change["diff"]) == diffs.MAX_DIFF


def test_a_new_file_comes_from_nothing() -> None:
    assert diffs.change("a.py", None, "x = 1\n") == {
        "path": "a.py", "kind": "add", "added": 1, "removed": 0,
        "diff": "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+x = 1\n",
    }  # fmt: skip
    assert diffs.change("a.py", "x = 1\n", None)["kind"] == "delete"
