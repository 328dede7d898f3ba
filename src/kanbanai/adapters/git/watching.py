"""When files of a worktree change, or its head or its base does.

The folders that have files which git does not ignore are watched, one by one, so that a `node_modules` of a hundred
thousand files costs nothing; a new folder joins them. Where there are too many folders, or the system watches no more,
git is asked for its status now and then instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import Self, TypeVar

from watchfiles import watch

from kanbanai.adapters.git.base_places import BasePlaces, base_places
from kanbanai.adapters.git.places import CHECKOUT_PATIENCE, Place, Places

T = TypeVar("T")
AT_MOST_EVERY = 0.35
"""Seconds between two news of one worktree: some three a second are as many as a person can look at."""
MAX_FOLDERS = 8_000
"""Watched in one worktree. Linux lets a user watch some 60,000 or more in all, and other programs want theirs."""
ASKED_EVERY = 4.0
"""Seconds between two questions where nothing can be watched; each reads the times of all files."""
_STEP, _DEBOUNCE, _LOOK = 100, 250, 500
"""Milliseconds: how often the watch looks for news, how long it gathers them, how soon it says that it has begun."""
_HEAVY = ("node_modules", "__pycache__", ".venv")
"""Folders that nobody commits, whether or not a project says so to git."""
_OF_GIT = {"HEAD", "index", "MERGE_HEAD", "rebase-merge", "rebase-apply"}
"""What of a worktree's own git folder means that its status changed; `logs/HEAD` grows with every commit."""


async def changes(places: Places, path: str, base: str | None = None) -> AsyncGenerator[None]:
    """Yields when the watch has begun, and when something changed; a few times a second at most.

    `base`: a branch of its repository whose moves are news, too. Ends when the worktree is gone.
    """
    known = await _Known.of(places, await places.worktree(path), base)
    while await asyncio.to_thread(os.path.isdir, path):
        if len(known.folders) > MAX_FOLDERS:
            async for _ in _asked(places, known.place, base):
                yield
            return
        try:
            async with contextlib.aclosing(_watched(places, known)) as news:
                async for _ in news:
                    yield
        except OSError:  # the system watches no more
            async for _ in _asked(places, known.place, base):
                yield
            return
        if await places.find(path) is None:
            return
        # The yield of the new watch tells what came into new folders before they were watched.
        known = await _Known.of(places, known.place, base, known.new_folders)


async def _watched(places: Places, known: _Known) -> AsyncGenerator[None]:
    """News from a watch; ends when it has to be set up anew because there are new folders, or the worktree is gone."""
    with _Watch(known.folders) as watching:
        await watching.begun()
        yield
        while paths := await watching.next():
            if not await asyncio.to_thread(os.path.isdir, known.place.path):
                return
            if await known.concerns(places, paths):
                yield
                await asyncio.sleep(AT_MOST_EVERY)
            if known.new_folders:
                return


async def _asked(places: Places, place: Place, base: str | None) -> AsyncGenerator[None]:
    """News from git's own status, now and then."""
    before = await _status(places, place, base)
    yield
    while await places.find(place.path) is not None:
        await asyncio.sleep(ASKED_EVERY)
        if (now := await _status(places, place, base)) != before:
            before = now
            yield


async def _status(places: Places, place: Place, base: str | None) -> bytes | None:
    if await places.find(place.path) is None:
        return None
    asked = ("status", "--porcelain=v2", "--branch", "-z", "--no-ahead-behind")
    status = (await places.run(place, *asked, patience=CHECKOUT_PATIENCE)).data
    if base is None:
        return status
    refs = (f"refs/heads/{base}", f"refs/remotes/{base}", f"refs/remotes/*/{base}")
    return status + (await places.run(place, "for-each-ref", "--format=%(objectname)", *refs)).data


class _Known:
    """What was there when the watch was set up. `new_folders` are those that have come since."""

    def __init__(self, place: Place, files: set[str], folders: list[str], base: BasePlaces) -> None:
        self.place = place
        self.folders = folders
        self.new_folders: list[str] = []
        self._files = files
        self._base = base
        self._own = {os.path.realpath(place.git_dir), os.path.realpath(place.git_dir / "logs")}

    @classmethod
    async def of(cls, places: Places, place: Place, base: str | None, also: Iterable[str] = ()) -> _Known:
        """The files of a worktree that git does not ignore, and their folders, `also` empty ones."""
        asked = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        asked += [f"--exclude={name}" for name in _HEAVY]
        listed = await places.run(place, *asked, patience=CHECKOUT_PATIENCE)
        return await asyncio.to_thread(cls._read, place, listed.names, base, list(also))

    @classmethod
    def _read(cls, place: Place, names: list[str], base: str | None, also: list[str]) -> _Known:
        top = os.path.realpath(place.path)
        inside = {""}
        for name in names:
            folder = name.rpartition("/")[0]
            while folder not in inside:
                inside.add(folder)
                folder = folder.rpartition("/")[0]
        folders = [f"{top}/{folder}".rstrip("/") for folder in sorted(inside)]
        folders += [one for one in also if one not in folders]
        own = [os.path.realpath(place.git_dir), os.path.realpath(place.git_dir / "logs")]
        refs = BasePlaces() if base is None else base_places(place.common_dir, base)
        there = [one for one in dict.fromkeys((*folders, *own, *refs.folders)) if _is_real(one)]
        return cls(place, {f"{top}/{name}" for name in names}, there, refs)

    async def concerns(self, places: Places, paths: set[str]) -> bool:
        """Whether any of these paths is something that git does not ignore. Notes the folders among them."""
        unsure = []
        is_news = False
        for path in paths:
            folder, _, name = path.rpartition("/")
            if folder in self._own:
                is_news |= name in _OF_GIT
            elif folder in self._base.folders:
                if path in self._base.paths:
                    is_news = True
                    self.new_folders += await asyncio.to_thread(_folders_in, [path])
            elif name in _HEAVY or name == ".git":
                continue
            elif path in self._files:
                is_news = True
            else:
                unsure.append(path)
        kept = await _not_ignored(places, self.place, unsure)
        folders = await asyncio.to_thread(_folders_in, kept)
        self.new_folders += [one for one in folders if one not in self.folders]
        return is_news or bool(kept)


async def _not_ignored(places: Places, place: Place, paths: list[str]) -> list[str]:
    if not paths:
        return []
    asked = ("check-ignore", "-z", "--stdin")
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
    found = await places.run(place, *asked, stdin=stdin, accepted=(0, 1, 128))
    ignored = {os.fsdecode(name) for name in found.data.split(b"\0")}
    return [path for path in paths if path not in ignored]


def _is_real(path: str) -> bool:
    """Whether it is a folder, and not by way of a link."""
    folder = Path(path)
    return folder.is_dir() and not folder.is_symlink()


def _folders_in(paths: list[str]) -> list[str]:
    """Those of the paths that are folders, with the folders inside of them."""
    found: list[str] = []
    for path in paths:
        if not _is_real(path):
            continue
        for folder, inner, _ in os.walk(path):
            inner[:] = [one for one in inner if one not in _HEAVY and one != ".git"]
            found.append(folder)
            if len(found) > MAX_FOLDERS:
                return found
    return found


class _Watch:
    """A thread that watches folders, while the block lasts. `next` has the paths of what happened."""

    def __init__(self, folders: list[str]) -> None:
        self._folders = folders
        self._stop = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._came = asyncio.Event()
        self._begun = asyncio.Event()
        self._paths: set[str] = set()
        self._fault: Exception | None = None
        self._is_over = False
        self._thread = threading.Thread(target=self._work, name="worktree-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()

    async def begun(self) -> None:
        """Returns when whatever happens from now on is seen."""
        await self._begun.wait()

    async def next(self) -> set[str]:
        """The paths of what has happened since the last time, at least one; none: the watch is over.

        Raises OSError when the system does not watch.
        """
        while not self._paths and not self._is_over:
            self._came.clear()
            await self._came.wait()
        if self._fault is not None:
            raise self._fault
        paths, self._paths = self._paths, set()
        return paths

    def _work(self) -> None:
        fault: Exception | None = None
        try:
            for batch in watch(
                *self._folders,
                watch_filter=None,
                step=_STEP,
                debounce=_DEBOUNCE,
                stop_event=self._stop,
                rust_timeout=_LOOK,
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
                ignore_permission_denied=True,
            ):
                self._tell(self._heard, {path for _, path in batch})
        except FileNotFoundError:
            pass  # a folder went between listing and watching: the watch is over, and set up anew
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told where it can be acted upon
            fault = error if isinstance(error, OSError) else OSError(str(error))
        self._tell(self._ended, fault)

    def _tell(self, hear: Callable[[T], None], what: T) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(hear, what)

    def _heard(self, paths: set[str]) -> None:
        self._begun.set()
        if paths:
            self._paths |= paths
            self._came.set()

    def _ended(self, fault: Exception | None) -> None:
        self._fault, self._is_over = fault, True
        self._begun.set()
        self._came.set()
