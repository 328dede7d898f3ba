"""Where git works: a worktree with its repository, asked for by path, and who may write there now."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from weakref import WeakValueDictionary

from kanbanai.adapters.git.program import GitProgram, Output
from kanbanai.domain.errors import GitFailed, NotARepository, NoWorktree

T = TypeVar("T")
FATAL = 128
"""Git's exit code for what it calls fatal."""
NETWORK_PATIENCE = 120.0
"""Seconds for a command that speaks to a remote: a slow push of some hundred megabytes."""
HOOK_PATIENCE = 600.0
"""Seconds for a command that runs the repository's hooks: some run the whole of its tests."""
CHECKOUT_PATIENCE = 300.0
"""Seconds for a command that writes a work tree: the largest repositories take a minute, LFS fetches besides."""


class Place(NamedTuple):
    """A worktree: its top, its own git folder, and the one that it shares with its repository."""

    path: str
    git_dir: Path
    common_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        """Keeps git from taking a repository above the worktree for it, should its `.git` go while we look."""
        return ceiling(self.path)


class Places:
    """Worktrees by their path, and the locks that keep two writers apart."""

    def __init__(self, git: GitProgram) -> None:
        self.git = git
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def worktree(self, path: str) -> Place:
        """The worktree at `path`. Raises NoWorktree when there is none (any more)."""
        found = await self.find(path)
        if found is None:
            raise NoWorktree(f"There is no worktree at {path}")
        return found

    async def find(self, path: str) -> Place | None:
        """The worktree whose top is at `path`; None: there is none."""
        if not await asyncio.to_thread(os.path.isdir, path):
            return None
        asked = ("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--show-toplevel")
        output = await self.git.run(path, *asked, accepted=(0, FATAL), also=ceiling(path))
        if output.code == FATAL:
            if "dubious ownership" in output.complaint:
                raise GitFailed(f"{path} belongs to another user, so git does not use it")
            return None
        git_dir, common_dir, _top = output.text.split("\n", 2)
        return Place(path, Path(git_dir), Path(common_dir))

    async def common_dir(self, repository: str) -> Path:
        """The git folder that all worktrees of a repository share. Raises NotARepository when it is gone."""
        if await asyncio.to_thread(os.path.isdir, repository):
            asked = ("rev-parse", "--path-format=absolute", "--git-common-dir")
            found = await self.git.run(repository, *asked, accepted=(0, FATAL))
            if found.code == 0:
                return Path(found.text.removesuffix("\n"))
        raise NotARepository(f"{repository} is no git repository (any more)")

    async def run(self, place: Place, *arguments: str, **options: Any) -> Output:
        """Runs git in a worktree; `options` as in `GitProgram.run`."""
        options["also"] = {**place.environment, **(options.get("also") or {})}
        return await self.git.run(place.path, *arguments, **options)

    def refs_of(self, common_dir: Path) -> asyncio.Lock:
        """Held by who makes or removes worktrees and branches of a repository, or writes its configuration."""
        return self._lock("refs", common_dir)

    def files_of(self, place: Place) -> asyncio.Lock:
        """Held by who changes the index, the head or the files of a worktree.

        Who needs that of the references besides takes this one first, so that nobody waits in a circle.
        """
        return self._lock("files", place.git_dir)

    def merges_of(self, common_dir: Path) -> asyncio.Lock:
        """Held by who merges into a branch of a repository; that of the files may follow."""
        return self._lock("merges", common_dir)

    def remotes_of(self, common_dir: Path) -> asyncio.Lock:
        """Held by who fetches: two that fetch the same branch get into each other's way."""
        return self._lock("remotes", common_dir)

    def _lock(self, kind: str, folder: Path) -> asyncio.Lock:
        key = (kind, str(folder))
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock


def ceiling(path: str) -> dict[str, str]:
    """The environment in which git looks for a repository at `path` and nowhere above."""
    return {"GIT_CEILING_DIRECTORIES": str(Path(path).parent)}


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Does the work to its end, though who waits for it is cancelled meanwhile; the cancellation comes afterwards.

    For what must not be left half done.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
        except Exception:  # noqa: BLE001 - told below, by the task itself
            break
    if cancelled is not None:
        raise cancelled
    return task.result()
