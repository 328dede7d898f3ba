"""What the core asks of the store for attempts, what waits for them, and how they look from afar; see `store`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from kanbanai.domain.attempts import Attempt, AttemptLog, AttemptStatus, Todos
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.dashboard_rows import (
    AgentActivity,
    AttemptRow,
    ColumnCards,
    EndedRow,
    InboxRow,
    Tallies,
    Tally,
)
from kanbanai.domain.ids import (
    AttemptId,
    BoardId,
    CardId,
    ItemId,
    LogId,
    MessageId,
    PermissionId,
)
from kanbanai.domain.messages import QueuedMessage
from kanbanai.domain.permissions import Permission
from kanbanai.domain.projects import Project
from kanbanai.domain.times import Timestamp


class AttemptQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which attempts to list, the newest first. Every filter left out lets all pass.

    `after` is the last attempt of the page before, `limit` is 1 to 500.
    """

    board_id: BoardId | None = None
    card_id: CardId | None = None
    statuses: tuple[AttemptStatus, ...] = ()
    agents: tuple[str, ...] = ()
    after: AttemptId | None = None
    limit: int = 100


class Attempts(Protocol):
    """Attempts with what they said."""

    def get(self, attempt_id: AttemptId) -> Attempt | None: ...
    def latest(self, card_id: CardId) -> Attempt | None:
        """The card's newest attempt."""
        ...

    def of_card(self, card_id: CardId) -> list[Attempt]:
        """The card's attempts, the newest first."""
        ...

    def of_board(self, board_id: BoardId, *, limit: int) -> list[Attempt]:
        """The board's attempts, the newest first."""
        ...

    def find(self, query: AttemptQuery) -> list[Attempt]:
        """The attempts that fit. Raises Invalid when `after` is no attempt."""
        ...

    def active(self) -> list[Attempt]:
        """Every attempt of any board that is active, the one longest in its status first: the order of the queue."""
        ...

    def with_worktree(self) -> list[Attempt]:
        """Every attempt of any board that has a worktree, the one longest untouched first."""
        ...

    def is_branch_taken(self, repository_path: str, branch: str) -> bool:
        """Whether an attempt of any project on that repository has this branch."""
        ...

    def add(self, attempt: Attempt) -> None:
        """Stores a new attempt, the newest of its card from now on."""
        ...

    def save(self, attempt: Attempt) -> None:
        """Stores what may change of an attempt: status, profile, worktree, session, times."""
        ...

    def logs(
        self, attempt_id: AttemptId, *, before: LogId | None = None, limit: int
    ) -> list[AttemptLog] | None:
        """The last `limit` lines (before the one named), oldest first. None: `before` is no line of this attempt."""
        ...

    def add_logs(self, lines: Sequence[AttemptLog]) -> None: ...
    def conversation(
        self, attempt_id: AttemptId, *, before: ItemId | None = None, limit: int
    ) -> list[ConversationItem] | None:
        """The last `limit` items (before the one named), oldest first. None: `before` is no item of this attempt."""
        ...

    def item(self, attempt_id: AttemptId, item_id: ItemId) -> ConversationItem | None: ...
    def put_items(self, attempt_id: AttemptId, items: Sequence[ConversationItem]) -> None:
        """Adds items at the end; one with a known id takes the place of the one before."""
        ...

    def todos(self, attempt_id: AttemptId) -> Todos | None: ...
    def set_todos(self, attempt_id: AttemptId, todos: Todos) -> None: ...


class Permissions(Protocol):
    """Permission requests."""

    def get(self, permission_id: PermissionId) -> Permission | None: ...
    def of_attempt(self, attempt_id: AttemptId) -> list[Permission]:
        """Those of one attempt, the oldest first."""
        ...

    def pending(self, board_id: BoardId | None = None) -> list[Permission]:
        """Those that wait for a person, of one board or of all, the oldest first."""
        ...

    def put(self, permission: Permission) -> None:
        """Stores a new request, or the new state of a known one."""
        ...


class Messages(Protocol):
    """Messages that wait for an agent."""

    def of_attempt(self, attempt_id: AttemptId) -> list[QueuedMessage]:
        """In the order in which they will be sent."""
        ...

    def put(self, message: QueuedMessage) -> None:
        """Adds a message at the end, or changes a known one in its place."""
        ...

    def remove(self, message_id: MessageId) -> None: ...


class DashboardRows(Protocol):
    """The counts and lists that the dashboard is made of; their cost does not grow with old attempts.

    A period is `since` (inclusive; None: from the beginning of time) to `until` (exclusive; None: no end).
    """

    def project_count(self) -> int: ...
    def newest_projects(self, limit: int) -> list[Project]: ...
    def cards_by_column(self) -> list[ColumnCards]:
        """How many cards all boards together hold in columns of one role and title."""
        ...

    def cards_of_boards(self, board_ids: Sequence[BoardId]) -> dict[BoardId, list[ColumnCards]]:
        """How many cards each of the boards holds, column by column."""
        ...

    def tallies(self, since: Timestamp | None, until: Timestamp | None) -> Tallies:
        """The attempts that were made in the period, and how many ended in it."""
        ...

    def by_bucket(
        self, width: int, since: Timestamp | None, until: Timestamp | None
    ) -> tuple[dict[str, Tally], dict[str, int]]:
        """The attempts made, and how many ended, by the first `width` characters of the time (10: days, 13: hours).

        Whole buckets: the first is the one that `since` lies in, the last the one of `until`. Empty ones are missing.
        """
        ...

    def took(self, since: Timestamp | None, until: Timestamp | None, limit: int) -> list[EndedRow]:
        """What attempts took that ended in the period, the last first."""
        ...

    def active_by_board(self) -> dict[BoardId, int]:
        """How many attempts are active now, for each board that has any."""
        ...

    def active(self, limit: int) -> list[AttemptRow]:
        """Active attempts, the last updated first."""
        ...

    def ended(self, since: Timestamp | None, until: Timestamp | None, limit: int) -> list[AttemptRow]:
        """Attempts that ended in the period, the last first."""
        ...

    def newest(self, since: Timestamp | None, until: Timestamp | None, limit: int) -> list[InboxRow]:
        """Attempts that were made in the period, the newest first."""
        ...

    def named(self, attempt_ids: Sequence[AttemptId]) -> dict[AttemptId, AttemptRow]:
        """These attempts, a few, with the names of what they belong to."""
        ...

    def agent_activity(self, since: Timestamp | None, until: Timestamp | None) -> dict[str, AgentActivity]:
        """When the agents that ever made an attempt last did something."""
        ...

    def last_words(self, attempt_ids: Sequence[AttemptId]) -> dict[AttemptId, str]:
        """Each attempt's last error in the log, or else its last line; attempts without a log are missing."""
        ...
