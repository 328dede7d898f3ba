"""An attempt: one try of one agent on one card."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.ids import AttemptId, BoardId, CardId, LogId, ProfileId
from kanbanai.domain.times import Timestamp

AttemptStatus = Literal["queued", "running", "stopping", "succeeded", "failed", "stopped"]
ACTIVE: tuple[AttemptStatus, ...] = ("queued", "running", "stopping")
"""An agent is at work, or will be, or is being ended."""
LogLevel = Literal["info", "warn", "error"]


class Attempt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An attempt as the wire shows it."""

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


class AttemptBrief(msgspec.Struct, frozen=True, rename="camel"):
    """What a board shows of an attempt: the badge of its card."""

    attempt_id: AttemptId
    status: AttemptStatus


class AttemptLog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of an attempt's log."""

    id: LogId
    attempt_id: AttemptId
    ts: Timestamp
    level: LogLevel
    message: str


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
