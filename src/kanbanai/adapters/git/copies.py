"""`kanbanai.ports.Copies`: throw-away repositories with the files of one commit.

A copy borrows the objects of its repository and has everything else of its own: its HEAD, its index, its references, no
remote. Who works in it can read the files and the history, and whatever is done there, by mistake or on purpose, is
gone with it.
"""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from kanbanai.adapters.git.places import Places, ceiling
from kanbanai.adapters.git.worktrees import removed
from kanbanai.domain.errors import GitFailed, NotARepository
from kanbanai.ports import Copy

MAX_FILES = 50_000
MAX_BYTES = 500 * 1024 * 1024
"""What is copied at most, so that a text is not waited for longer than it takes to write: some ten seconds."""
MAX_LISTING = 64 * 1024 * 1024
"""Bytes of a listing: more than 50,000 files with the longest names."""
PATIENCE = 60.0
"""Seconds for the copying."""
_PLAIN = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "advice.detachedHead=false")
"""A copy is nothing that the user's hooks should hear of."""


class GitCopies:
    """Copies below one folder, which nobody else uses."""

    def __init__(self, places: Places, folder: Path) -> None:
        self._places = places
        self._git = places.git
        self._folder = folder

    @asynccontextmanager
    async def copy(self, repository: str, commit: str | None) -> AsyncGenerator[Copy]:
        place = self._folder / uuid.uuid4().hex
        path = place / "project"
        try:
            await asyncio.to_thread(_made, path)
            missing = "The project has no commit yet, so that there are no files to look at."
            if commit is not None:
                missing = await self._filled(repository, commit, path)
            yield Copy(str(path), str(place / "transcript.jsonl"), missing or None)
        finally:
            await asyncio.shield(asyncio.to_thread(removed, place))

    async def clear(self) -> None:
        await asyncio.to_thread(removed, self._folder)

    async def _filled(self, repository: str, commit: str, path: Path) -> str:
        """Fills the folder; a sentence when it stays empty."""
        try:
            if not await self._fits(repository, commit):
                return (
                    "The project is too large to be copied for this, so that its files cannot be looked at."
                )
            await self._check_out(repository, commit, path)
        except (GitFailed, NotARepository):
            # A text can be written without the files; what is wrong with them an attempt will say.
            await asyncio.to_thread(_emptied, path)
            return "The project's files cannot be read now, so that they cannot be looked at."
        return ""

    async def _fits(self, repository: str, commit: str) -> bool:
        listing = ("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        listed = await self._git.run(repository, *listing, bound=MAX_LISTING, patience=PATIENCE)
        sizes = [entry.partition("\t")[0].split()[3] for entry in listed.names]
        total = sum(int(size) for size in sizes if size.isdigit())  # a submodule's is a dash
        return listed.is_whole and len(sizes) <= MAX_FILES and total <= MAX_BYTES

    async def _check_out(self, repository: str, commit: str, path: Path) -> None:
        own = {**ceiling(str(path)), "GIT_LFS_SKIP_SMUDGE": "1"}
        common_dir = await self._places.common_dir(repository)
        shape = (await self._git.run(repository, "rev-parse", "--show-object-format")).text.strip()
        await self._git.run(str(path), "init", "--quiet", "--template=", f"--object-format={shape}", also=own)
        await asyncio.to_thread(_borrow, common_dir, path)
        await self._git.run(
            str(path),
            *_PLAIN,
            "checkout",
            "--quiet",
            "--force",
            "--detach",
            commit,
            also=own,
            patience=PATIENCE,
        )


def _made(path: Path) -> None:
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700)
    path.mkdir()


def _emptied(path: Path) -> None:
    removed(path)
    path.mkdir()


def _borrow(common_dir: Path, path: Path) -> None:
    """Lets the copy read the repository's objects, and know where a shallow history ends."""
    information = path / ".git/objects/info"
    information.mkdir(parents=True, exist_ok=True)
    (information / "alternates").write_text(f"{common_dir / 'objects'}\n", encoding="utf-8")
    shallow = common_dir / "shallow"
    if shallow.exists():
        shutil.copyfile(shallow, path / ".git/shallow")
