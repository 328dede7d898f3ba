"""What an attempt said and did, and what became of its worktree: the records that its life leaves."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kanbanai.domain import usage as usages
from kanbanai.domain.attempts import Attempt, AttemptLog, LogLine, Todos
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.events import (
    AttemptSessionRecorded,
    AttemptTodosChanged,
    AttemptUsageChanged,
    GitCommitted,
    GitPushed,
)
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.usage import Usage
from kanbanai.ports import Transaction
from kanbanai.usecases.attempts.steps import log, say_git_status, say_items, taken


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent said and did in a short while. `usage` is what came on top of what was recorded before."""

    items: tuple[ConversationItem, ...] = ()
    todos: Todos | None = None
    usage: Usage | None = None
    logs: tuple[LogLine, ...] = ()
    session_id: str | None = None


# ── What it says ────────────────────────────────────────────────────────────────────────────────────────────────────


def record(tx: Transaction, attempt_id: AttemptId, batch: Batch) -> Attempt:
    """Records a batch, all in one transaction: session, items in order, plan, usage, log. Raises NotFound."""
    before = attempt = taken(tx, attempt_id)
    if batch.session_id is not None:
        attempt = _with_session(tx, attempt, batch.session_id)
    if batch.items:
        say_items(tx, attempt, batch.items)
    if batch.todos is not None:
        _set_todos(tx, attempt, batch.todos)
    if batch.usage is not None:
        usage = usages.added(attempt.usage, batch.usage)
        attempt = msgspec.structs.replace(attempt, usage=usage)
        tx.emit(attempt.board_id, AttemptUsageChanged(attempt_id=attempt_id, usage=usage))
    if attempt is not before:
        tx.attempts.save(attempt)
    if batch.logs:
        log(tx, attempt, batch.logs)
    return attempt


def append_logs(tx: Transaction, attempt_id: AttemptId, lines: Sequence[LogLine]) -> list[AttemptLog]:
    """Adds lines to the log, in order; each is cut at 32,768 characters. Raises NotFound."""
    return log(tx, taken(tx, attempt_id), lines)


def put_items(tx: Transaction, attempt_id: AttemptId, items: Sequence[ConversationItem]) -> None:
    """Adds items to the conversation, in order; one with a known id replaces it in its place. Raises NotFound."""
    say_items(tx, taken(tx, attempt_id), items)


def set_todos(tx: Transaction, attempt_id: AttemptId, todos: Todos) -> None:
    """The agent's plan is this now; the same plan is said again to nobody. Raises NotFound."""
    _set_todos(tx, taken(tx, attempt_id), todos)


def record_session(tx: Transaction, attempt_id: AttemptId, session_id: str) -> Attempt:
    """The agent's session has this name; the same name is said again to nobody. Raises NotFound."""
    before = taken(tx, attempt_id)
    after = _with_session(tx, before, session_id)
    if after is not before:
        tx.attempts.save(after)
    return after


# ── Its worktree ────────────────────────────────────────────────────────────────────────────────────────────────────


def record_worktree(
    tx: Transaction,
    attempt_id: AttemptId,
    path: str | None,
    branch: str | None = None,
    base_commit: str | None = None,
) -> Attempt:
    """The attempt works in this folder from now on; None: it was put away.

    `branch` and `base_commit`: what git made of the branch, and the commit that it begins at; None: as known. Raises
    NotFound.
    """
    attempt = taken(tx, attempt_id)
    after = msgspec.structs.replace(
        attempt,
        worktree_path=path,
        branch_name=branch or attempt.branch_name,
        base_commit=base_commit or attempt.base_commit,
    )
    if after == attempt:
        return attempt
    after = msgspec.structs.replace(after, updated_at=tx.now)
    tx.attempts.save(after)
    say_git_status(tx, after)
    return after


def record_git_status(tx: Transaction, attempt_id: AttemptId) -> None:
    """Files or commits of the attempt's worktree changed. Raises NotFound."""
    say_git_status(tx, taken(tx, attempt_id))


def record_commit(tx: Transaction, attempt_id: AttemptId, *, sha: str, subject: str) -> None:
    """A commit was made in the attempt's worktree; `sha` is its name, as short as people read it. Raises NotFound."""
    attempt = taken(tx, attempt_id)
    log(tx, attempt, [LogLine(f"[git] committed {sha} {subject}")])
    tx.emit(
        attempt.board_id,
        GitCommitted(attempt_id=attempt_id, short_sha=sha, subject=subject, ts=tx.now),
    )
    say_git_status(tx, attempt)


def record_push(tx: Transaction, attempt_id: AttemptId, *, remote: str, branch: str) -> None:
    """The attempt's branch was pushed. Raises NotFound."""
    attempt = taken(tx, attempt_id)
    log(tx, attempt, [LogLine(f"[git] pushed to {remote}/{branch}")])
    tx.emit(attempt.board_id, GitPushed(attempt_id=attempt_id, remote=remote, branch=branch, ts=tx.now))
    say_git_status(tx, attempt)


def record_merge(tx: Transaction, attempt_id: AttemptId, *, into: str) -> None:
    """The attempt's branch was merged. Raises NotFound."""
    attempt = taken(tx, attempt_id)
    log(tx, attempt, [LogLine(f"[git] merged {attempt.branch_name} into {into}")])
    say_git_status(tx, attempt)


# ── Shared by the above ─────────────────────────────────────────────────────────────────────────────────────────────


def _set_todos(tx: Transaction, attempt: Attempt, todos: Todos) -> None:
    if todos != tx.attempts.todos(attempt.id):
        tx.attempts.set_todos(attempt.id, todos)
        tx.emit(attempt.board_id, AttemptTodosChanged(attempt_id=attempt.id, todos=todos))


def _with_session(tx: Transaction, attempt: Attempt, session_id: str) -> Attempt:
    """The attempt with this session, not yet stored; the same one when it had it."""
    if session_id == attempt.session_id:
        return attempt
    tx.emit(attempt.board_id, AttemptSessionRecorded(attempt_id=attempt.id, session_id=session_id))
    return msgspec.structs.replace(attempt, session_id=session_id, updated_at=tx.now)
