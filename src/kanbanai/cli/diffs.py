"""A difference as `git diff` writes it, so that `git apply` and pagers that colour it can read it."""

from __future__ import annotations

from collections.abc import Iterator

from kanbanai.domain.git import Diff, FileDiff, Hunk

_MARK = {"context": " ", "add": "+", "delete": "-"}
_NO_BREAK = "\\ No newline at end of file"
_QUOTED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def unified(diff: Diff) -> Iterator[str]:
    """The difference, line by line. Lines are as they are in the files; nothing is made safe to print."""
    for file in diff.files:
        yield from _file(file)


def _file(file: FileDiff) -> Iterator[str]:
    before, after = _path("a", file.old_path or file.path), _path("b", file.path)
    yield f"diff --git {before} {after}"
    is_new, is_gone = file.status in {"A", "?"}, file.status == "D"
    if is_new:
        yield f"new file mode {file.new_mode or '100644'}"
    elif is_gone:
        yield f"deleted file mode {file.old_mode or '100644'}"
    elif file.old_mode != file.new_mode:
        yield f"old mode {file.old_mode}"
        yield f"new mode {file.new_mode}"
    if file.status in {"R", "C"} and file.old_path:
        word = "rename" if file.status == "R" else "copy"
        yield f"{word} from {_path('', file.old_path)}"
        yield f"{word} to {_path('', file.path)}"
    if file.binary:
        yield f"Binary files {'/dev/null' if is_new else before} and {'/dev/null' if is_gone else after} differ"
    elif file.hunks:
        yield f"--- {'/dev/null' if is_new else before}"
        yield f"+++ {'/dev/null' if is_gone else after}"
        for hunk in file.hunks:
            yield from _hunk(hunk)


def _hunk(hunk: Hunk) -> Iterator[str]:
    heading = f" {hunk.heading}" if hunk.heading else ""
    old, new = _range(hunk.old_start, hunk.old_lines), _range(hunk.new_start, hunk.new_lines)
    yield f"@@ -{old} +{new} @@{heading}"
    for line in hunk.lines:
        yield _MARK[line.kind] + line.text
        if line.bare:
            yield _NO_BREAK


def _range(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def _path(side: str, path: str) -> str:
    """The path as git writes it: in quotes when something in it could be taken for something else."""
    whole = f"{side}/{path}" if side else path
    if not any(character in _QUOTED for character in whole):
        return whole
    return '"' + "".join(_QUOTED.get(character, character) for character in whole) + '"'
