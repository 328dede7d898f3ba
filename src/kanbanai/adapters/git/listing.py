"""The worktrees that a repository knows of."""

from __future__ import annotations

import os
from typing import NamedTuple

from kanbanai.adapters.git.program import GitProgram


class Known(NamedTuple):
    """A worktree as its repository knows it. `branch` None: it is on none. `is_gone`: its folder is not there."""

    path: str
    branch: str | None
    head: str | None
    is_gone: bool

    def is_at(self, path: str) -> bool:
        """Whether it is that folder, links resolved."""
        return os.path.realpath(self.path) == os.path.realpath(path)


async def known_worktrees(git: GitProgram, repository: str) -> list[Known]:
    """All worktrees of a repository, the main one first."""
    output = await git.run(repository, "worktree", "list", "--porcelain", "-z")
    return [_known(block.split("\0")) for block in output.text.split("\0\0") if block]


def _known(lines: list[str]) -> Known:
    facts = dict(line.partition(" ")[::2] for line in lines)
    branch = facts.get("branch")
    return Known(
        path=facts["worktree"],
        branch=branch.removeprefix("refs/heads/") if branch else None,
        head=facts.get("HEAD"),
        is_gone="prunable" in facts,
    )
