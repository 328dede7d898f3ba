"""Reading what git says of differences: `--raw` and `--numstat` with `-z`, and patches. Pure functions on text.

Names are taken from the `-z` output only, which no name can confuse. A patch has one block a file in the same order
(two where a file became a link or the like), so its own spelling of names is never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, cast

from kanbanai.domain.git import DiffLine, FileStatus, Hunk

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")
_BLOCK = re.compile(r"^diff --git ", re.MULTILINE)
_NO_MODE = "000000"
_TWO_NAMES = ("R", "C")
_KINDS = {"T": "M", "X": "M"}
"""A change of type (a file that became a link) is a modification to people."""
_BARE = "\\ No newline at end of file"


class Entry(NamedTuple):
    """One file of a difference, without its lines. `additions` None: binary."""

    path: str
    old_path: str | None
    status: FileStatus
    old_mode: str | None
    new_mode: str | None
    additions: int | None
    deletions: int | None
    blocks: int
    """How many blocks of the patch are about it."""

    @property
    def changed_lines(self) -> int:
        return (self.additions or 0) + (self.deletions or 0)


def entries(text: str) -> list[Entry]:
    """The files of `git diff --raw --numstat -z`."""
    fields = iter(text.split("\0")[:-1])
    raw: list[tuple[str, str, str | None, str, str]] = []
    counted: dict[str, tuple[int | None, int | None]] = {}
    for field in fields:
        if field.startswith(":"):
            old_mode, new_mode, _, _, letter = field[1:].split(" ")
            first = next(fields)
            second = next(fields) if letter[0] in _TWO_NAMES else None
            raw.append((letter[0], second or first, first if second else None, old_mode, new_mode))
        else:
            added, deleted, name = field.split("\t", 2)
            if not name:  # a rename: both names follow
                _, name = next(fields), next(fields)
            counted[name] = (_count(added), _count(deleted))
    return [_entry(*one, counted.get(one[1], (0, 0))) for one in raw]


def _count(text: str) -> int | None:
    return None if text == "-" else int(text)


def _entry(
    letter: str,
    path: str,
    old_path: str | None,
    old_mode: str,
    new_mode: str,
    counted: tuple[int | None, int | None],
) -> Entry:
    return Entry(
        path=path,
        old_path=old_path,
        status=cast("FileStatus", _KINDS.get(letter, letter)),
        old_mode=None if old_mode == _NO_MODE else old_mode,
        new_mode=None if new_mode == _NO_MODE else new_mode,
        additions=counted[0],
        deletions=counted[1],
        blocks=2 if letter == "T" else 1,
    )


def blocks(patch: str) -> list[str]:
    """The blocks of a patch, one after the other. A line of a file's own never stands at the beginning of a line."""
    starts = [found.start() for found in _BLOCK.finditer(patch)]
    return [patch[start:end] for start, end in zip(starts, [*starts[1:], len(patch)], strict=True)]


def hunks(block: str) -> Iterator[Hunk]:
    """The hunks of one block."""
    lines = block.split("\n")
    at = 0
    while at < len(lines):
        found = _HUNK.match(lines[at])
        at += 1
        if found is None:
            continue
        old, new = int(found[1]), int(found[3])
        old_lines, new_lines = int(found[2] or 1), int(found[4] or 1)
        read, at = _lines(lines, at, old, new, old + old_lines, new + new_lines)
        yield Hunk(
            old_start=old,
            old_lines=old_lines,
            new_start=new,
            new_lines=new_lines,
            heading=found[5],
            lines=read,
        )


def _lines(
    lines: list[str], at: int, old: int, new: int, old_end: int, new_end: int
) -> tuple[list[DiffLine], int]:
    """The lines of a hunk, and where the next one may begin. The header's counts say where it ends."""
    read: list[DiffLine] = []
    while at < len(lines) and (old < old_end or new < new_end or lines[at] == _BARE):
        sign, text = lines[at][:1], lines[at][1:]
        at += 1
        if sign == "\\":
            last = read.pop()
            read.append(DiffLine(kind=last.kind, text=last.text, old=last.old, new=last.new, bare=True))
        elif sign == "+":
            read.append(DiffLine(kind="add", text=text, new=new))
            new += 1
        elif sign == "-":
            read.append(DiffLine(kind="delete", text=text, old=old))
            old += 1
        else:
            read.append(DiffLine(kind="context", text=text, old=old, new=new))
            old, new = old + 1, new + 1
    return read, at
