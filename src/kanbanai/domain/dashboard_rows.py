"""What the store counts and lists for the dashboard."""

from __future__ import annotations

import msgspec

from kanbanai.domain.attempts import AttemptStatus
from kanbanai.domain.boards import Role
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ProjectId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage


class Tally(msgspec.Struct, frozen=True):
    """How many attempts were made, and how many of these stand as succeeded or failed now."""

    attempts: int = 0
    succeeded: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.attempts + other.attempts, self.succeeded + other.succeeded, self.failed + other.failed
        )

    @property
    def success_rate(self) -> float:
        """The share of all attempts that succeeded, 0 to 1; 0 when there were none."""
        return self.succeeded / self.attempts if self.attempts else 0.0

    @property
    def failure_rate(self) -> float:
        """The share of all attempts that failed, 0 to 1; 0 when there were none."""
        return self.failed / self.attempts if self.attempts else 0.0


class Tallies(msgspec.Struct, frozen=True):
    """The attempts made in a period, once by agent and once by board, and the number of those that ended in it."""

    by_agent: dict[str, Tally]
    by_board: dict[BoardId, Tally]
    ended: int


class ColumnCards(msgspec.Struct, frozen=True):
    """How many cards stand in columns of this role and title."""

    role: Role | None
    title: str
    cards: int


class AttemptRow(msgspec.Struct, frozen=True):
    """An attempt with the names of what it belongs to."""

    attempt_id: AttemptId
    project_id: ProjectId
    project_name: str
    card_id: CardId
    card_title: str
    ticket_key: str | None
    agent: str
    status: AttemptStatus
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None


class InboxRow(msgspec.Struct, frozen=True):
    """What decides whether an attempt needs a person.

    `has_success` of one that failed or was stopped: whether another attempt of the card succeeded.
    """

    has_success: bool
    attempt_id: AttemptId
    card_id: CardId
    status: AttemptStatus
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None
    pr_url: str | None
    column_title: str
    column_role: Role | None


class AgentActivity(msgspec.Struct, frozen=True):
    """When an agent's attempts last changed at all, and when the last one of the period was made."""

    last_active_at: Timestamp
    last_attempt_at: Timestamp | None


class EndedRow(msgspec.Struct, frozen=True):
    """An attempt that ended: when it was made and ended, and what it used."""

    agent: str
    status: AttemptStatus
    created_at: Timestamp
    ended_at: Timestamp
    usage: Usage | None
