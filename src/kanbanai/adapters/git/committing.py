"""Commits in a worktree, by whoever the settings say, with the repository's own hooks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from kanbanai.adapters.git.places import CHECKOUT_PATIENCE, HOOK_PATIENCE, Place, Places
from kanbanai.adapters.git.program import told
from kanbanai.domain.errors import CommitRefused, GitFailed
from kanbanai.domain.worktrees import CommitMade, Identity

REBASE = ("-c", "rebase.updateRefs=false", "rebase", "--no-autostash")
"""A rebase of this branch alone, whatever the user's own configuration adds to theirs."""
_UNKNOWN_AUTHOR = ("Please tell me who you are", "unable to auto-detect email", "empty ident name")
_GOING_ON = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
"""What git keeps in a worktree's own folder while it waits for a person, in the order in which they hide each other."""


_LITERALLY = {"GIT_LITERAL_PATHSPECS": "1"}
"""A path that holds `*` or `[` names the file of that name, nothing else."""


class Committing:
    """Commits everything there is, or the files that somebody chose."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def has_changes(self, place: Place, only: Sequence[str] = ()) -> bool:
        """Whether anything, or anything of these files, is not committed."""
        asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal", "--", *only)
        found = await self._places.run(place, *asked, also=_LITERALLY, bound=1, patience=CHECKOUT_PATIENCE)
        return bool(found.data)

    async def commit(
        self, place: Place, message: str, identity: Identity, only: Sequence[str] | None = None
    ) -> CommitMade | None:
        """Commits everything, or only these files; None: there was nothing.

        Raises CommitRefused; then what was to be committed is staged. What somebody has staged of other files stays so.
        """
        async with self._places.files_of(place):
            if waiting := await going_on(place):
                raise CommitRefused(f"A {waiting} is going on in this worktree; continue or abort it first")
            chosen = () if only is None else ("--only", "--", *only)
            if not await (self._stage(place) if only is None else self._take_up(place, only)):
                return None
            made = await self._places.run(
                place,
                "commit",
                "--quiet",
                "--file=-",
                *chosen,
                stdin=message.encode(),
                also=environment_of(identity) | _LITERALLY,
                accepted=(0, 1, 128),
                patience=HOOK_PATIENCE,
            )
            if made.code != 0:
                raise CommitRefused(why_refused(told(made)))
            return await self.last(place)

    async def last(self, place: Place) -> CommitMade:
        """The commit that the worktree is at."""
        shown = await self._places.run(place, "log", "--max-count=1", "--format=%H%x00%h%x00%s")
        sha, short, subject = shown.text.rstrip("\n").split("\0")
        return CommitMade(sha, short, subject)

    async def _stage(self, place: Place) -> bool:
        """Stages everything; False: there was nothing."""
        await self._add(place, "--all")
        staged = ("diff", "--cached", "--quiet", "--no-ext-diff")
        return (await self._places.run(place, *staged, accepted=(0, 1))).code != 0

    async def _take_up(self, place: Place, only: Sequence[str]) -> bool:
        """Takes those of the files under git's care that are not yet; False: nothing of them changed.

        A commit of chosen files knows by itself which of them are gone.
        """
        if not await self.has_changes(place, only):
            return False
        there = await asyncio.to_thread(_existing, place.path, only)
        if there:
            await self._add(place, "--", *there)
        return True

    async def _add(self, place: Place, *which: str) -> None:
        try:
            await self._places.run(place, "add", *which, also=_LITERALLY, patience=CHECKOUT_PATIENCE)
        except GitFailed as error:
            raise CommitRefused(f"Not everything can be committed: {error}", output=error.output) from error


def _existing(folder: str, paths: Sequence[str]) -> list[str]:
    return [path for path in paths if os.path.lexists(f"{folder}/{path}")]


def environment_of(identity: Identity) -> dict[str, str]:
    """Who a commit is by, for one call of git."""
    named = {"NAME": identity.name, "EMAIL": identity.email}
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in named.items()
        if value
    }


def why_refused(words: str) -> str:
    """A sentence for git's words about a commit that was not made."""
    if any(one in words for one in _UNKNOWN_AUTHOR):
        return (
            "Nobody is known as the author; set a git user name and email in the settings, "
            "or git's own user.name and user.email"
        )
    return f"Git or one of the repository's hooks refused the commit: {words}"


async def going_on(place: Place) -> str | None:
    """What waits for a person to be continued or aborted in a worktree: `rebase`, `merge`, …; None: nothing."""
    return await asyncio.to_thread(_going_on, place.git_dir)


def _going_on(git_dir: Path) -> str | None:
    return next((name for file, name in _GOING_ON.items() if (git_dir / file).exists()), None)
