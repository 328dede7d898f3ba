"""What can be done with attempts: their life, what they say, what becomes of them after a crash.

Who runs agents calls these; they decide what may happen and say that it did. Git, processes and worktrees are the
caller's business: what is recorded here has happened there already.
"""

from __future__ import annotations

from kanbanai.usecases.attempts.life import (
    NewAttempt,
    claim,
    fail,
    finish,
    queue,
    queue_again,
    set_status,
    start,
    stop,
)
from kanbanai.usecases.attempts.records import (
    Batch,
    append_logs,
    put_items,
    record,
    record_commit,
    record_git_status,
    record_merge,
    record_push,
    record_session,
    record_worktree,
    set_todos,
)
from kanbanai.usecases.attempts.recovery import reconcile, resume

__all__ = [
    "Batch",
    "NewAttempt",
    "append_logs",
    "claim",
    "fail",
    "finish",
    "put_items",
    "queue",
    "queue_again",
    "reconcile",
    "record",
    "record_commit",
    "record_git_status",
    "record_merge",
    "record_push",
    "record_session",
    "record_worktree",
    "resume",
    "set_status",
    "set_todos",
    "start",
    "stop",
]
