"""What a tool changes in files, as unified diffs. Pure."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import Any

Opcode = tuple[str, int, int, int, int]

CONTEXT = 3
"""Lines shown around a change, as git does."""
COMPARED = 2_000
"""Lines of the changed part that are compared line by line; beyond it the whole part is told as replaced. Comparing is
quadratic: as many lines that have nothing in common take some 50 ms."""
MAX_DIFF = 100_000
"""Characters of one diff in a conversation: 2,000 lines. The worktree's own diff has the rest."""


def change(path: str, old: str | None, new: str | None) -> dict[str, Any]:
    """An entry of a tool call's `metadata.changes`: `{path, kind, diff, added, removed}`; `cut`: it is not whole."""
    kind = "add" if not old else "delete" if new is None else "update"
    diff, added, removed = unified(path, old or "", new or "")
    entry: dict[str, Any] = {
        "path": path,
        "kind": kind,
        "diff": diff[:MAX_DIFF],
        "added": added,
        "removed": removed,
    }
    if len(diff) > MAX_DIFF:
        entry["cut"] = True
    return entry


@lru_cache(maxsize=8)  # agents tell one change up to four times: begun, asked for, done, once more
def unified(path: str, old: str, new: str) -> tuple[str, int, int]:
    """The diff of two texts, and how many lines it adds and removes."""
    before, after = old.splitlines(), new.splitlines()
    lines = [f"--- {f'a/{path}' if old else '/dev/null'}", f"+++ {f'b/{path}' if new else '/dev/null'}"]
    added = removed = 0
    for hunk in _hunks(_opcodes(before, after)):
        first, last = hunk[0], hunk[-1]
        lines.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@")
        for tag, a, b, c, d in hunk:
            if tag == "equal":
                lines += [f" {line}" for line in before[a:b]]
                continue
            lines += [f"-{line}" for line in before[a:b]]
            lines += [f"+{line}" for line in after[c:d]]
            removed += b - a
            added += d - c
    return "\n".join(lines) + "\n", added, removed


def _opcodes(before: list[str], after: list[str]) -> list[Opcode]:
    """How `before` becomes `after`: what both begin and end with is found first, only the rest is compared."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next((n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if not old and not new:
        return []
    if old and new and len(old) + len(new) <= COMPARED:
        middle = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    else:
        middle = [("replace", 0, len(old), 0, len(new))]
    moved = [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in middle]
    ends: list[Opcode] = (
        [("equal", len(before) - tail, len(before), len(after) - tail, len(after))] if tail else []
    )
    return [*([("equal", 0, head, 0, head)] if head else []), *moved, *ends]


def _hunks(opcodes: list[Opcode]) -> list[list[Opcode]]:
    """The changes with some lines around them; two that are near each other are one."""
    hunks: list[list[Opcode]] = []
    open_hunk: list[Opcode] = []
    for place, (tag, a, b, c, d) in enumerate(opcodes):
        if tag != "equal":
            open_hunk.append((tag, a, b, c, d))
            continue
        leads, follows = place + 1 < len(opcodes), bool(open_hunk)
        if follows and leads and b - a <= 2 * CONTEXT:
            open_hunk.append((tag, a, b, c, d))
            continue
        if follows:
            size = min(CONTEXT, b - a)
            hunks.append([*open_hunk, (tag, a, a + size, c, c + size)])
            open_hunk = []
        if leads:
            size = min(CONTEXT, b - a)
            open_hunk = [(tag, b - size, b, d - size, d)]
    return [*hunks, open_hunk] if any(tag != "equal" for tag, *_ in open_hunk) else hunks


def _range(start: int, stop: int) -> str:
    """Lines as a hunk's head counts them: from 1; an empty range names the line before it."""
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start if length == 0 else start + 1},{length}"
