"""Worktrees that are being made, known to the repository itself: a server may be killed between branch and worktree.

    refs/kanbanai/making/<mark of the worktree's path>/<branch>     the commit that the branch begins at

The ref is there before the branch and goes after the worktree has come, so that a branch without a worktree can be told
from one that a person made. The path, and so its mark, is like no other's, also not that of another server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from kanbanai.adapters.git.program import GitProgram

PREFIX = "refs/kanbanai/making"


class Unfinished(msgspec.Struct, frozen=True):
    """A branch that was to be made, at `commit`, and the ref that says so."""

    ref: str
    branch: str
    commit: str


def planned(path: str, branch: str, commit: str) -> Unfinished:
    """What is going to be made at that path. Nothing says so yet."""
    return Unfinished(f"{_folder(path)}/{branch}", branch, commit)


async def begin(git: GitProgram, repository: str, unfinished: Unfinished) -> None:
    """Notes in the repository that a worktree is being made. Raises GitFailed.

    When this is cancelled the note may be there or not: whoever cancels has to `finish` what was planned.
    """
    await git.run(repository, "update-ref", unfinished.ref, unfinished.commit)


async def finish(git: GitProgram, repository: str, unfinished: Unfinished) -> None:
    """The worktree has come, or all that was made for it is gone. Nothing to finish is no fault. Raises GitFailed."""
    await git.run(repository, "update-ref", "-d", unfinished.ref)


async def of_path(git: GitProgram, repository: str, path: str) -> Sequence[Unfinished]:
    """What was begun for a worktree at this path and not finished. Raises GitFailed."""
    folder = _folder(path)
    listed = await git.run(repository, "for-each-ref", "--format=%(refname) %(objectname)", folder)
    found = (line.split(" ") for line in listed.text.splitlines())
    return [Unfinished(ref, ref.removeprefix(f"{folder}/"), commit) for ref, commit in found]


def _folder(path: str) -> str:
    return f"{PREFIX}/{hashlib.sha256(path.encode()).hexdigest()[:16]}"
