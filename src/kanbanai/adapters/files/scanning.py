"""Finding git repositories in the home folder: nearest folders first, within limits of depth, number and time."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from kanbanai.adapters.files.home import Home, is_text
from kanbanai.domain.files import FoundRepository

MAX_DEPTH = 3
"""Folders below the one where the search starts: `~/code/owner/repository` is found from home."""
MAX_FOUND = 40
"""Repositories in one answer; more do not fit into a list from which one is picked."""
MAX_SECONDS = 2.0
"""A person waits for the answer; a home folder on a slow share is searched as far as the time goes."""
_MAX_SUBFOLDERS = 2_000
"""Entries looked at per folder: one with more is a cache or a mailbox, not a place where people keep repositories."""
_USUAL_PLACES = ("projects", "repos", "code", "dev", "workspace")
_NEVER_ENTERED = {"node_modules", "vendor", "venv", "target", "Library", "__pycache__"}
"""Big, and what lies in them is not a person's own work."""


def repositories(home: Home, path: str | None, working_folder: Path) -> list[FoundRepository]:
    """Work trees below `path`, by name; None: below the usual places, the server's own folder and the home folder.

    Links are not followed: what they lead to is found where it really is.
    """
    starts = [home.folder_at(path)] if path else list(_usual(home, working_folder))
    found = islice(_search(starts, time.monotonic() + MAX_SECONDS), MAX_FOUND)
    return sorted(found, key=lambda one: (one.name.casefold(), one.path))


def _usual(home: Home, working_folder: Path) -> Iterator[Path]:
    for place in (working_folder, *(home.folder / name for name in _USUAL_PLACES), home.folder):
        real = Path(os.path.realpath(place))
        if home.holds(real) and real.is_dir():
            yield real


def _search(starts: Iterable[Path], until: float) -> Iterator[FoundRepository]:
    waiting = deque((start, 0) for start in starts)
    seen: set[Path] = set()
    while waiting and time.monotonic() < until:
        folder, depth = waiting.popleft()
        if folder in seen:
            continue
        seen.add(folder)
        if _is_work_tree(folder):
            yield FoundRepository(folder.name, str(folder))
        elif depth < MAX_DEPTH:
            waiting.extend((below, depth + 1) for below in _folders(folder))


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [
                Path(entry.path)
                for entry in islice(entries, _MAX_SUBFOLDERS)
                if not entry.name.startswith(".")
                and entry.name not in _NEVER_ENTERED
                and is_text(entry.name)
                and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:  # a folder that may not be read, or is gone already, holds nothing to tell
        return []


def _is_work_tree(folder: Path) -> bool:
    """A `.git` that is a file belongs to a linked worktree or a submodule."""
    mark = folder / ".git"
    try:
        return mark.is_file() or (mark / "HEAD").is_file()
    except OSError:
        return False
