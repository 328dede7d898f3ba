"""All that git does for attempts, through one program and one set of locks."""

from __future__ import annotations

from collections.abc import Mapping

from kanbanai.adapters.git.inspecting import GitInspection
from kanbanai.adapters.git.integrating import GitIntegration
from kanbanai.adapters.git.places import Places
from kanbanai.adapters.git.premises import WorktreePremises
from kanbanai.adapters.git.program import GitProgram
from kanbanai.adapters.git.salvage import GitSalvages
from kanbanai.adapters.git.worktrees import GitWorktrees
from kanbanai.ports import AttemptGit, Clock, Lender


def attempt_git(
    inherited: Mapping[str, str],
    clock: Clock,
    *,
    program: GitProgram | None = None,
    lend: Lender | None = None,
) -> AttemptGit:
    """Git for attempts, with the server's environment; there is one in a process, for the locks' sake.

    `lend`: asked for a login where the user's own git is not let in.
    """
    places = Places(program or GitProgram(inherited))
    salvages = GitSalvages(places, clock)
    return AttemptGit(
        worktrees=GitWorktrees(places, salvages, lend),
        inspection=GitInspection(places),
        integration=GitIntegration(places),
        salvages=salvages,
        premises=WorktreePremises(places),
    )
