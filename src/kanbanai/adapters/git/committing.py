"""Commits in a worktree, by whoever the settings say, with the repository's own hooks."""

from __future__ import annotations

import asyncio
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


class Committing:
    """Commits everything there is."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def has_changes(self, place: Place) -> bool:
        """Whether anything is not committed."""
        asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal")
        return bool((await self._places.run(place, *asked, bound=1, patience=CHECKOUT_PATIENCE)).data)

    async def commit(self, place: Place, message: str, identity: Identity) -> CommitMade | None:
        """Commits everything; None: there was nothing. Raises CommitRefused; then everything is staged."""
        async with self._places.files_of(place):
            if waiting := await going_on(place):
                raise CommitRefused(f"A {waiting} is going on in this worktree; continue or abort it first")
            await self._stage(place)
            staged = ("diff", "--cached", "--quiet", "--no-ext-diff")
            if (await self._places.run(place, *staged, accepted=(0, 1))).code == 0:
                return None
            made = await self._places.run(
                place,
                "commit",
                "--quiet",
                "--file=-",
                stdin=message.encode(),
                also=environment_of(identity),
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

    async def _stage(self, place: Place) -> None:
        try:
            await self._places.run(place, "add", "--all", patience=CHECKOUT_PATIENCE)
        except GitFailed as error:
            raise CommitRefused(f"Not everything can be committed: {error}") from error


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
