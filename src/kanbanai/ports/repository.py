"""What the core asks of git where people look at the work of an attempt, and bring it together with the rest.

All paths are absolute, and those of worktrees. Everything raises NoWorktree for a worktree that is gone, and GitFailed
when git refuses, with its words.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import msgspec

from kanbanai.domain.attempts import AttemptStatus
from kanbanai.domain.git import (
    CommitList,
    Diff,
    FileContent,
    Merged,
    MergeHow,
    Source,
    UpdateHow,
    WorktreeStatus,
)
from kanbanai.domain.ids import AttemptId, BoardId, CardId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.worktrees import Identity, Salvage
from kanbanai.ports.work import Worktrees


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What a worktree is compared with: the branch of the remote, else the local one, else the commit.

    `remote` None: `origin`, or the only one. `commit`: where the attempt's branch began.
    """

    base: str
    remote: str | None = None
    commit: str | None = None


class Inspection(Protocol):
    """Looks at worktrees and changes nothing."""

    async def status(self, path: str, compared: Compared) -> WorktreeStatus:
        """How the worktree stands to its base."""
        ...

    async def file(self, path: str, name: str, source: Source, compared: Compared) -> FileContent:
        """A file of at most 1 MiB, in the worktree, the index, the head, or where the branch left the base.

        `name` is its path in the repository; links are followed, as long as they stay in the worktree. Raises Invalid
        for a path that leads out of it.
        """
        ...

    async def diff(
        self, path: str, compared: Compared, *, uncommitted: bool = False, only: str | None = None
    ) -> Diff:
        """What the worktree has changed since it left its base, or (`uncommitted`) since its head.

        Untracked files count. Files with very many changed lines are folded, unless one is asked for: `only`. Raises
        NotFound when that one does not differ.
        """
        ...

    async def commit_diff(self, path: str, sha: str, *, only: str | None = None) -> Diff:
        """What one commit changed, compared with its first parent. Raises NotFound."""
        ...

    async def commits(self, path: str, compared: Compared) -> CommitList:
        """The commits that the branch has and its base has not, the newest first."""
        ...


class Integration(Protocol):
    """Brings the work of an attempt and that of others together."""

    async def update(
        self, path: str, compared: Compared, *, how: UpdateHow, keep: bool, identity: Identity
    ) -> str:
        """Brings what the base has got meanwhile into the worktree's branch, and answers with its commit now.

        The remote's base is fetched first, if it can be reached. Raises MergeConflict with the files; then the
        worktree is as it was, or (`keep`) waits for `proceed` or `abort`. Raises Conflict when there are uncommitted
        changes, or something waits already.
        """
        ...

    async def proceed(self, path: str, *, identity: Identity) -> str:
        """Goes on with what waits in the worktree, everything in it taken as resolved; answers with the commit now.

        Raises MergeConflict with the files that still have marks of a conflict, or with the next ones (then it waits
        again); Conflict when nothing waits.
        """
        ...

    async def abort(self, path: str) -> None:
        """Gives up what waits in the worktree, which then is as it was before. Raises Conflict when nothing waits."""
        ...

    async def merge(
        self, repository: str, *, branch: str, into: str, how: MergeHow, message: str, identity: Identity
    ) -> Merged:
        """Merges a branch into the local branch `into`.

        Where that one is checked out its files follow, if no uncommitted change is in the way; else only the branch
        moves. Raises MergeConflict with the files when both sides changed the same places or uncommitted changes are
        in the way, Conflict when `how` is `ff` and the base has moved on; then nothing has changed anywhere.
        """
        ...


class Salvages(Protocol):
    """What was saved of worktrees that went. `repository` is the path of one."""

    async def all(self, repository: str) -> list[Salvage]:
        """All that was saved in a repository, the newest first."""
        ...

    async def restore(self, repository: str, ref: str, branch: str | None) -> str:
        """Makes a branch that has the saved work (None: named as it was), and answers with its name.

        The salvage stays. Raises NotFound; Invalid for what cannot be a branch.
        """
        ...

    async def drop(self, repository: str, ref: str) -> None:
        """Forgets what was saved, for good. Raises NotFound."""
        ...


class Stray(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is in the folder of worktrees and belongs to no attempt; a `folder` is no worktree of git's."""

    kind: Literal["worktree", "folder"]
    path: str
    branch: str | None
    repository: str | None


class Premises(Protocol):
    """The folder that all worktrees are in."""

    async def size(self, path: str) -> int:
        """Bytes that a worktree takes on the disk, without what it shares with its repository. 0: it is gone."""
        ...

    async def strays(self, folder: str, owned: frozenset[str]) -> list[Stray]:
        """What is in the folder and is none of the `owned` worktrees."""
        ...


class WorktreeUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an attempt's worktree takes, and whether it goes: `why` says for which rule. Its work is saved first."""

    attempt_id: AttemptId
    board_id: BoardId
    card_id: CardId
    status: AttemptStatus
    path: str
    branch: str
    bytes: int
    touched_at: Timestamp
    goes: bool
    why: str | None


class WorktreeRules(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which worktrees may go: those untouched for so many days; the longest untouched ones while all take more.

    None: no such rule. Worktrees of active attempts never go.
    """

    max_age_days: int | None = None
    quota_mb: int | None = None


class WorktreePlan(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All worktrees, the longest untouched first, and what is in their folder that belongs to no attempt.

    `freed`: bytes that go with those that go. `saved`: the work that was kept of those that went. `failed`: why some
    that should have gone did not.
    """

    rules: WorktreeRules
    worktrees: list[WorktreeUse]
    strays: list[Stray]
    total: int
    freed: int
    applied: bool
    saved: list[Salvage] = []
    failed: list[str] = []


class WorktreeUpkeep(Protocol):
    """Which worktrees may go, and letting them go."""

    async def plan(self, rules: WorktreeRules | None = None) -> WorktreePlan:
        """What would go by these rules, or by the server's own, and why. Nothing is touched."""
        ...

    async def apply(self, rules: WorktreeRules | None = None) -> WorktreePlan:
        """Puts away what goes by these rules, or by the server's own; what is nowhere else is saved first."""
        ...


class AttemptGit(NamedTuple):
    """All that git does for attempts. Its parts know of each other what must not happen at the same time."""

    worktrees: Worktrees
    inspection: Inspection
    integration: Integration
    salvages: Salvages
    premises: Premises
