"""What git has to know of an attempt, which of its actions a person may take now, and what is said of them afterwards.

While an agent works in a worktree a person may commit, push and merge there: that adds to what there is. What changes
files under the agent's hands (bringing the base in, continuing, aborting) waits until it is done.
"""

from __future__ import annotations

import msgspec

from kanbanai.domain.attempts import ACTIVE, Attempt, LogLine
from kanbanai.domain.errors import Conflict, NoWorktree
from kanbanai.domain.ids import AttemptId, ProjectId
from kanbanai.domain.worktrees import Identity
from kanbanai.ports import Compared, Reading, Transaction
from kanbanai.usecases import queries, settings
from kanbanai.usecases.attempts import append_logs, record_git_status


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Where an attempt works. `remote` None: the project prefers none."""

    attempt: Attempt
    path: str
    repository: str
    remote: str | None
    compared: Compared
    identity: Identity
    merge_message: str

    @property
    def is_at_work(self) -> bool:
        """Whether an agent may be changing files there, or begin to at any moment."""
        return self.attempt.status in ACTIVE

    def refuse_at_work(self) -> None:
        """Raises Conflict while an agent is at work."""
        if self.is_at_work:
            raise Conflict(
                "The agent is at work in this worktree, or about to be; stop it, or wait until it is done"
            )


def ground(tx: Reading, attempt_id: AttemptId) -> Ground:
    """Where an attempt works. Raises NotFound, NoWorktree."""
    attempt = queries.attempt(tx, attempt_id)
    if attempt.worktree_path is None:
        raise NoWorktree("No worktree for attempt")
    project = queries.project(tx, attempt.board_id)
    own = queries.project_settings(tx, attempt.board_id)
    app = settings.stored_app(tx)
    placed = tx.cards.get(attempt.board_id, attempt.card_id)
    return Ground(
        attempt=attempt,
        path=attempt.worktree_path,
        repository=project.repository_path,
        remote=own.preferred_remote,
        compared=Compared(base=attempt.base_branch, remote=own.preferred_remote, commit=attempt.base_commit),
        identity=Identity(app.git_user_name, app.git_user_email) if app else Identity(),
        merge_message=_merge_message(attempt, placed.card.title if placed else None),
    )


def repository_of(tx: Reading, project_id: ProjectId) -> str:
    """The path of a project's repository. Raises NotFound."""
    return queries.project(tx, project_id).repository_path


def record_update(tx: Transaction, attempt_id: AttemptId, *, base: str, how: str) -> None:
    """The base was brought into the attempt's branch. Raises NotFound."""
    append_logs(tx, attempt_id, [LogLine(f"[git] updated from {base} by {how}")])
    record_git_status(tx, attempt_id)


def _merge_message(attempt: Attempt, title: str | None) -> str:
    subject = f"Merge {attempt.branch_name} into {attempt.base_branch}"
    return f"{subject}\n\n{title}\n" if title else f"{subject}\n"
