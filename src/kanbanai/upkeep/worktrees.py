"""Looking at what attempts left: work that was saved, and worktrees that belong to nobody."""

from __future__ import annotations

from collections.abc import Mapping

from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.storage.checkup import work_places
from kanbanai.adapters.system import SystemClock
from kanbanai.config import Settings
from kanbanai.domain.errors import KanbanError
from kanbanai.domain.findings import Finding
from kanbanai.domain.worktrees import Salvage
from kanbanai.ports import AttemptGit, Stray

_SALVAGE, _WORKTREES = "saved work", "worktrees"


async def examine(settings: Settings, environment: Mapping[str, str]) -> list[Finding]:
    """What is saved in the repositories of all projects, and what is in the folder of worktrees without an owner."""
    places = work_places(settings.database)
    tools = attempt_git(environment, SystemClock())
    found = [finding for path in places.repositories for finding in await _saved(tools, path)]
    folder = str(settings.worktrees_dir)
    try:
        strays = await tools.premises.strays(folder, places.worktrees)
    except KanbanError as error:
        return [*found, Finding(about=_WORKTREES, level="warn", what=str(error))]
    if not strays:
        found.append(Finding(about=_WORKTREES, level="ok", what=f"{len(places.worktrees)} in {folder}"))
    return found + [_stray(one) for one in strays]


async def _saved(tools: AttemptGit, repository: str) -> list[Finding]:
    try:
        saved = await tools.salvages.all(repository)
    except KanbanError as error:
        mend = "Put the repository back where it was, or delete its project"
        return [Finding(about=_SALVAGE, level="warn", what=str(error), mend=mend)]
    return [Finding(about=_SALVAGE, level="ok", what=_told(one, repository)) for one in saved]


def _told(one: Salvage, repository: str) -> str:
    return (
        f"{one.branch}, {one.saved_at[:10]}: {one.uncommitted} uncommitted files, {one.unmerged} commits, "
        f"kept as {one.ref} in {repository}"
    )


def _stray(one: Stray) -> Finding:
    if one.repository is None:
        mend = "Look what is in it, then remove it"
        return Finding(
            about=_WORKTREES, level="warn", what=f"{one.path} is no worktree (any more)", mend=mend
        )
    branch = f" (on {one.branch})" if one.branch else ""
    return Finding(
        about=_WORKTREES,
        level="warn",
        what=f"{one.path}{branch} belongs to no attempt",
        mend=f"Look what is in it, then: git -C '{one.repository}' worktree remove '{one.path}'",
    )
