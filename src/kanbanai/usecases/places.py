"""What may be done in an attempt's worktree besides the agent's work: looking at it in an editor, running it."""

from __future__ import annotations

import msgspec

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.errors import NoWorktree, Unprocessable
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.settings import AppSettings
from kanbanai.ports import Transaction
from kanbanai.usecases import queries, settings


class DevOrder(msgspec.Struct, frozen=True):
    """The project's dev script, and the worktree to run it in."""

    script: str
    cwd: str


def editing(tx: Transaction, attempt_id: AttemptId) -> tuple[str, AppSettings]:
    """The attempt's worktree, and the settings that say which editor is the user's. Raises NotFound, NoWorktree."""
    return _worktree(queries.attempt(tx, attempt_id)), settings.app(tx)


def dev_order(tx: Transaction, attempt_id: AttemptId) -> DevOrder:
    """What is run. Raises NotFound; Unprocessable when the project has no dev script; NoWorktree."""
    attempt = queries.attempt(tx, attempt_id)
    script = queries.project_settings(tx, attempt.board_id).dev_script
    if not script:
        raise Unprocessable("No automation script configured for stage dev")
    return DevOrder(script, _worktree(attempt))


def _worktree(attempt: Attempt) -> str:
    if attempt.worktree_path is None:
        raise NoWorktree("No worktree for attempt")
    return attempt.worktree_path
