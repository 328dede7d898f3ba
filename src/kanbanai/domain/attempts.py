"""An attempt: one try of one agent on one card."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.errors import Conflict
from kanbanai.domain.ids import AttemptId, BoardId, CardId, LogId, ProfileId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage

AttemptStatus = Literal["queued", "running", "stopping", "succeeded", "failed", "stopped"]
ACTIVE: tuple[AttemptStatus, ...] = ("queued", "running", "stopping")
"""An agent is at work, or will be, or is being ended."""
AT_WORK: tuple[AttemptStatus, ...] = ("running", "stopping")
"""A run is going on: with an agent, processes, files that change."""
LogLevel = Literal["info", "warn", "error"]

NEXT: dict[AttemptStatus, tuple[AttemptStatus, ...]] = {
    "queued": ("running", "failed", "stopped"),
    # Back to the queue: for what was said meanwhile, or after the server was stopped under its agent.
    "running": ("queued", "stopping", "succeeded", "failed", "stopped"),
    # Who asked for the end gets it: an agent that is done a moment later has been stopped, too.
    "stopping": ("failed", "stopped"),
    # A follow-up wakes an attempt that has ended.
    "succeeded": ("queued", "running"),
    "failed": ("queued", "running"),
    "stopped": ("queued", "running"),
}
"""Which status may follow which."""

MAX_LOG_MESSAGE = 32_768
"""Characters of one log line; as much as is kept of what a script printed."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An attempt as the wire shows it.

    `startedAt` and `endedAt` are those of its last run: a follow-up begins a new one. `updatedAt` is when its status,
    session or worktree last changed. `baseCommit` is the commit that its branch began at. `failure` is the sentence
    that says why the last run failed. `waiting` is how many permission requests wait for a person. `prUrl` is its
    pull request.
    """

    id: AttemptId
    board_id: BoardId
    card_id: CardId
    agent: str
    profile_id: ProfileId | None = None
    status: AttemptStatus
    base_branch: str
    branch_name: str
    worktree_path: str | None
    session_id: str | None
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None
    base_commit: str | None = None
    failure: str | None = None
    waiting: int = 0
    usage: Usage | None = None
    pr_url: str | None = None


class AttemptBrief(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What a board shows of an attempt: the badge of its card."""

    attempt_id: AttemptId
    status: AttemptStatus
    waiting: int = 0


class AttemptLog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of an attempt's log."""

    id: LogId
    attempt_id: AttemptId
    ts: Timestamp
    level: LogLevel
    message: str


class LogLine(msgspec.Struct, frozen=True):
    """A line to be logged. `at` None: now."""

    message: str
    level: LogLevel = "info"
    at: Timestamp | None = None


class Todo(msgspec.Struct, frozen=True):
    """One line of an agent's plan."""

    id: str
    text: str
    status: Literal["open", "done"]


class Todos(msgspec.Struct, frozen=True):
    """An agent's plan as a whole."""

    total: int
    completed: int
    items: tuple[Todo, ...]

    @classmethod
    def of(cls, items: tuple[Todo, ...]) -> Todos:
        """The plan of these lines, counted."""
        return cls(total=len(items), completed=sum(item.status == "done" for item in items), items=items)


def shown(briefs: tuple[AttemptBrief, ...]) -> tuple[AttemptBrief, ...]:
    """Of a card's attempts, oldest first, those that its board shows: the latest, and every one still active.

    The latest comes last, so that a client that keeps one status per card ends up with the right one.
    """
    return tuple(brief for brief in briefs[:-1] if brief.status in ACTIVE) + briefs[-1:]


def entered(
    attempt: Attempt, status: AttemptStatus, now: Timestamp, *, failure: str | None = None
) -> Attempt:
    """The attempt in its next status, where nobody waits for an answer yet. Raises Conflict when it cannot follow."""
    if status not in NEXT[attempt.status]:
        raise Conflict(f"The attempt is {attempt.status}; it cannot become {status}")
    started_at, ended_at = attempt.started_at, None
    if status == "running":
        started_at = now
    elif status == "queued":
        started_at = None
    elif status not in ACTIVE:
        ended_at = now
    return msgspec.structs.replace(
        attempt,
        status=status,
        started_at=started_at,
        ended_at=ended_at,
        updated_at=now,
        failure=failure,
        waiting=0,
    )


def log_message(text: str) -> str:
    """`text` as a log line: cut, and saying so, when it is over 32,768 characters."""
    if len(text) <= MAX_LOG_MESSAGE:
        return text
    return f"{text[:MAX_LOG_MESSAGE]}… ({len(text) - MAX_LOG_MESSAGE} characters more)"
