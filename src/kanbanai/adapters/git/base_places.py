"""Where the files are that tell when a base branch moves: `refs/heads/main`, and `refs/remotes/origin/main`.

Whatever moves a branch writes its file, also where it stood in `packed-refs` before: that one need not be watched. A
repository whose refs are not files (reftable) has none of these.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class BasePlaces(NamedTuple):
    """`folders` to watch, and the `paths` in them that matter: the branch's own, and the folders on the way to it."""

    folders: tuple[str, ...] = ()
    paths: frozenset[str] = frozenset()


def base_places(common_dir: Path, base: str) -> BasePlaces:
    """Where to look for `base`, a local branch or one of a remote. Reads folders, so it is not for the event loop."""
    folders: dict[str, None] = {}
    paths: set[str] = set()
    for start, name in _starts(Path(os.path.realpath(common_dir)) / "refs", base):
        folder = start
        for part in name.split("/"):
            if folder.is_dir():
                folders[str(folder)] = None
            folder = folder / part
            paths.add(str(folder))
    return BasePlaces(tuple(folders), frozenset(paths))


def _starts(refs: Path, base: str) -> Iterator[tuple[Path, str]]:
    """The folders under which the branch may be, and what it is called there."""
    yield refs / "heads", base
    remotes = refs / "remotes"
    for remote in sorted(remotes.iterdir()) if remotes.is_dir() else ():
        yield remote, base.removeprefix(f"{remote.name}/")
