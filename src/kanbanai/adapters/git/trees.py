"""A worktree's files as a tree: with everything that git does not ignore, and without touching its index."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from kanbanai.adapters.git.bases import verified
from kanbanai.adapters.git.places import CHECKOUT_PATIENCE, Place, Places
from kanbanai.adapters.git.program import reason_of, told
from kanbanai.domain.errors import GitFailed


class Tree(NamedTuple):
    """A worktree as it is: its head, the tree of its files.

    `unborn`: repositories inside of it that have no commit, which no tree can refer to, by their folders.
    `environment`: with it git finds the tree's objects.
    """

    head: str | None
    name: str
    unborn: tuple[str, ...]
    environment: dict[str, str]


@asynccontextmanager
async def tree_of(places: Places, place: Place, *, keep: bool) -> AsyncGenerator[Tree]:
    """The worktree's files as they are now.

    `keep`: the tree becomes part of the repository; else its objects are gone after the block. Raises GitFailed when a
    file cannot be read.
    """
    head = await verified(places.git, place.path, "HEAD")
    with tempfile.TemporaryDirectory(prefix="kanbanai-") as folder:
        index = Path(folder) / "index"
        # What git knows of the files' times comes along, so that it reads only those that have changed.
        await asyncio.to_thread(_copied, place.git_dir / "index", index)
        also = {"GIT_INDEX_FILE": str(index)}
        if not keep:
            store = Path(folder) / "objects"
            await asyncio.to_thread(store.mkdir)
            also |= {
                "GIT_OBJECT_DIRECTORY": str(store),
                # In quotes, which git takes as JSON does, for a path may have a colon.
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": json.dumps(
                    f"{place.common_dir}/objects", ensure_ascii=False
                ),
            }
        unborn = await _add_all(places, place, also)
        name = (await places.run(place, "write-tree", also=also)).text.strip()
        yield Tree(head, name, unborn, {key: also[key] for key in also if key != "GIT_INDEX_FILE"})


async def _add_all(places: Places, place: Place, also: dict[str, str]) -> tuple[str, ...]:
    """Brings every file into the index; answers with the repositories that git does not take for want of a commit.

    Raises GitFailed when anything else is left out, such as a file that may not be read.
    """
    # Objects that nobody keeps for long are not worth the time to compress them.
    adding = (
        "-c",
        "advice.addEmbeddedRepo=false",
        "-c",
        "core.looseCompression=1",
        "add",
        "--all",
        "--ignore-errors",
    )
    added = await places.run(place, *adding, also=also, accepted=(0, 1), patience=CHECKOUT_PATIENCE)
    if added.code == 0:
        return ()
    others = ("ls-files", "-z", "--others", "--exclude-standard", "--directory", "--no-empty-directory")
    left = (await places.run(place, *others, also=also)).names
    inner = [one for one in left if one.endswith("/") and await places.find(joined(place, one))]
    if not inner or len(inner) < len(left):
        raise GitFailed(
            f"Not everything in {place.path} can be saved: {reason_of(added)}", output=told(added)
        )
    return tuple(one.rstrip("/") for one in inner)


def joined(place: Place, folder: str) -> str:
    """A folder of the worktree, as git names it, by its path."""
    return f"{place.path}/{folder.rstrip('/')}"


def _copied(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copyfile(source, target)
