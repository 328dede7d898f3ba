"""The folder of all worktrees: how much they take, and what is in it that belongs to nobody."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from kanbanai.adapters.git.places import Places
from kanbanai.ports.repository import Stray

_BLOCK = 512
"""Bytes in the blocks that a file system counts in."""


class WorktreePremises:
    """The folder that all worktrees are in: one folder a project, in it one a worktree."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def size(self, path: str) -> int:
        """Bytes that a worktree takes on the disk; links are not followed."""
        return await asyncio.to_thread(_size, path)

    async def strays(self, folder: str, owned: frozenset[str]) -> list[Stray]:
        """What is in the folder and is none of the `owned` worktrees."""
        found = await asyncio.to_thread(_inside, Path(folder), frozenset(map(os.path.realpath, owned)))
        return [await self._stray(path) for path in found]

    async def _stray(self, path: str) -> Stray:
        place = await self._places.find(path)
        if place is None:
            return Stray(kind="folder", path=path, branch=None, repository=None)
        on = await self._places.run(place, "symbolic-ref", "--quiet", "--short", "HEAD", accepted=(0, 1))
        # `…/repository/.git`: the work tree that it belongs to stands above; a bare repository is its own.
        own = place.common_dir.parent if place.common_dir.name == ".git" else place.common_dir
        return Stray(kind="worktree", path=path, branch=on.text.strip() or None, repository=str(own))


def _inside(folder: Path, owned: frozenset[str]) -> list[str]:
    """Folders two levels down that nobody owns, by name."""
    return sorted(
        str(path)
        for project in _folders(folder)
        for path in _folders(project)
        if os.path.realpath(path) not in owned
    )


def _folders(folder: Path) -> Iterator[Path]:
    try:
        found = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from found


def _size(path: str) -> int:
    total = 0
    waiting = [path]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    total += status.st_blocks * _BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue  # it went while we looked, or may not be looked into
    return total
