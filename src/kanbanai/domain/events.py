"""Everything that can happen: one class, one name, one module.

A class *is* its wire name: `kind` stands in the log's column and on the stream's `event:` line, and nowhere else. Its
fields are the `data:` line. Two bases say where an event is told:

* `BoardEvent` goes into one board's channel;
* `DashboardEvent` goes into the dashboard's;
* an event that is both (`AgentProfileChanged`) goes into every channel there is.

Kinds with a dot (`card.moved`) change what the board looks like. The stream tells them as a `state` or a `state_patch`
(`kanbanai.domain.snapshots` says how); the log keeps them as they are. All others go out as they are written here.

To add one: `docs/guides/add-an-event.md`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from kanbanai.domain.attempts import AttemptStatus, LogLevel, Todos
from kanbanai.domain.boards import ColumnChanges, ColumnFields
from kanbanai.domain.cards import Card, CardChanges
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.enhancements import EnhancementStatus, Suggestion
from kanbanai.domain.ids import AttemptId, CardId, ColumnId, ProfileId, ProjectId
from kanbanai.domain.issues import IssueCounts
from kanbanai.domain.messages import QueuedBrief
from kanbanai.domain.permissions import Permission
from kanbanai.domain.pulls import PullRequest
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage


class _Event(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename="camel",
    forbid_unknown_fields=True,
):
    kind: ClassVar[str]


class BoardEvent(_Event, frozen=True):
    """A fact that the viewers of one board learn."""


class DashboardEvent(_Event, frozen=True):
    """A fact that the viewers of the dashboard learn."""


# ── The board itself ────────────────────────────────────────────────────────────────────────────────────────────────


class ColumnCreated(BoardEvent, frozen=True, kw_only=True):
    """A column was put at `index` of the board's order, empty."""

    kind = "column.created"
    column: ColumnFields
    index: int


class ColumnUpdated(BoardEvent, frozen=True, kw_only=True):
    """A column's title, role or limit changed."""

    kind = "column.updated"
    column_id: ColumnId
    changes: ColumnChanges


class ColumnMoved(BoardEvent, frozen=True, kw_only=True):
    """A column stands at `index` of the board's order now."""

    kind = "column.moved"
    column_id: ColumnId
    index: int


class ColumnDeleted(BoardEvent, frozen=True, kw_only=True):
    """An empty column is gone."""

    kind = "column.deleted"
    column_id: ColumnId


class CardCreated(BoardEvent, frozen=True, kw_only=True):
    """A card was put at `index` of a column."""

    kind = "card.created"
    card: Card
    column_id: ColumnId
    index: int


class CardUpdated(BoardEvent, frozen=True, kw_only=True):
    """Fields of a card changed; where it stands did not."""

    kind = "card.updated"
    card_id: CardId
    changes: CardChanges


class CardMoved(BoardEvent, frozen=True, kw_only=True):
    """A card left one place and stands at `index` of `toColumnId` now (the index once it has left its old place)."""

    kind = "card.moved"
    card_id: CardId
    from_column_id: ColumnId
    to_column_id: ColumnId
    index: int
    updated_at: Timestamp


class CardDeleted(BoardEvent, frozen=True, kw_only=True):
    """A card is gone, and with it its attempts. Cards that depended on it say so in events of their own."""

    kind = "card.deleted"
    card_id: CardId
    column_id: ColumnId


class CardEnhancement(BoardEvent, frozen=True, kw_only=True):
    """The rewriting of a card's text by an agent began, is ready, failed, or was put away (`status` null).

    `failure` is a sentence that says why it failed.
    """

    kind = "card_enhancement"
    card_id: CardId
    status: EnhancementStatus | None
    suggestion: Suggestion | None = None
    failure: str | None = None


class GithubSync(BoardEvent, frozen=True, kw_only=True):
    """The board's issues come in from GitHub, or have come in: an import (`cause`), or the project's own sync.

    While it runs it is said after each page of the list: `page` of `pages`, as far as GitHub tells how many there are.
    `counts` are of the run so far. `error` says why it failed; what came before stays.
    """

    kind = "github_sync"
    status: Literal["running", "succeeded", "failed"]
    cause: Literal["import", "sync"]
    repository: str
    counts: IssueCounts
    page: int = 0
    pages: int | None = None
    error: str | None = None
    at: Timestamp


# ── Attempts ────────────────────────────────────────────────────────────────────────────────────────────────────────


class AttemptStatusChanged(BoardEvent, frozen=True, kw_only=True):
    """An attempt entered `status`; the first one of an attempt, `queued`, says that it exists.

    It is said again with the same status when `waiting` changes: how many permission requests wait for a person.
    """

    kind = "attempt_status"
    attempt_id: AttemptId
    card_id: CardId
    status: AttemptStatus
    waiting: int = 0


class AttemptStarted(BoardEvent, frozen=True, kw_only=True):
    """An agent begins to work: a first run or a follow-up."""

    kind = "attempt_started"
    attempt_id: AttemptId
    card_id: CardId


class AttemptLogged(BoardEvent, frozen=True, kw_only=True):
    """A line of an attempt's log."""

    kind = "attempt_log"
    attempt_id: AttemptId
    level: LogLevel
    message: str
    ts: Timestamp


class ConversationItemAdded(BoardEvent, frozen=True, kw_only=True):
    """An item of a conversation, whole. One with a known id replaces the one before."""

    kind = "conversation_item"
    attempt_id: AttemptId
    item: ConversationItem


class AttemptTodosChanged(BoardEvent, frozen=True, kw_only=True):
    """The agent's plan, whole."""

    kind = "attempt_todos"
    attempt_id: AttemptId
    todos: Todos


class AttemptSessionRecorded(BoardEvent, frozen=True, kw_only=True):
    """The agent's own name for its session is known; a follow-up resumes it."""

    kind = "attempt_session"
    attempt_id: AttemptId
    session_id: str


class AttemptPermission(BoardEvent, frozen=True, kw_only=True):
    """An agent asks for a permission, or what it asked was answered or lapsed; whole, by its id."""

    kind = "attempt_permission"
    attempt_id: AttemptId
    permission: Permission


class AttemptQueueChanged(BoardEvent, frozen=True, kw_only=True):
    """The messages that wait for the agent, whole, in the order in which they will be sent."""

    kind = "attempt_queue"
    attempt_id: AttemptId
    messages: tuple[QueuedBrief, ...]


class AttemptUsageChanged(BoardEvent, frozen=True, kw_only=True):
    """What the attempt has used so far, whole."""

    kind = "attempt_usage"
    attempt_id: AttemptId
    usage: Usage


class AttemptPullRequest(BoardEvent, frozen=True, kw_only=True):
    """A pull request was made for, or found of, an attempt's branch (`attemptId` is empty when it belongs to none)."""

    kind = "attempt_pr"
    attempt_id: AttemptId | Literal[""]
    pr: PullRequest


class GitStatusChanged(BoardEvent, frozen=True, kw_only=True):
    """Files or commits of some worktree of the board changed; `attemptId` says whose, when it is known."""

    kind = "git_status"
    attempt_id: AttemptId | None = None


class GitCommitted(BoardEvent, frozen=True, kw_only=True):
    """A commit was made in an attempt's worktree."""

    kind = "git_commit"
    attempt_id: AttemptId
    short_sha: str
    subject: str
    ts: Timestamp


class GitPushed(BoardEvent, frozen=True, kw_only=True):
    """An attempt's branch was pushed."""

    kind = "git_push"
    attempt_id: AttemptId
    remote: str
    branch: str
    ts: Timestamp


class TerminalOpened(BoardEvent, frozen=True, kw_only=True):
    """A terminal was opened in an attempt's worktree."""

    kind = "terminal_opened"
    card_id: CardId
    attempt_id: AttemptId


class TerminalClosed(BoardEvent, frozen=True, kw_only=True):
    """A terminal was closed; `reason` says why."""

    kind = "terminal_closed"
    card_id: CardId
    attempt_id: AttemptId
    reason: str


# ── Everywhere ──────────────────────────────────────────────────────────────────────────────────────────────────────


class AgentProfileChanged(BoardEvent, DashboardEvent, frozen=True, kw_only=True):
    """A profile, of a project or of all, was created, updated or deleted."""

    kind = "agent_profile"
    change: Literal["created", "updated", "deleted"] = msgspec.field(name="kind")
    profile_id: ProfileId
    agent: str
    label: str | None


class AgentRegistered(BoardEvent, DashboardEvent, frozen=True, kw_only=True):
    """An agent was found that was not there before."""

    kind = "agent_registered"
    agent: str
    label: str | None


# ── Above the boards ────────────────────────────────────────────────────────────────────────────────────────────────


class ProjectCreated(DashboardEvent, frozen=True, kw_only=True):
    """There is a new project."""

    kind = "project_created"
    project_id: ProjectId
    name: str


class ProjectUpdated(DashboardEvent, frozen=True, kw_only=True):
    """A project has another name."""

    kind = "project_updated"
    project_id: ProjectId
    name: str


class ProjectDeleted(DashboardEvent, frozen=True, kw_only=True):
    """A project, its board and its board's channel are gone."""

    kind = "project_deleted"
    project_id: ProjectId


StateEvent = (
    ColumnCreated
    | ColumnUpdated
    | ColumnMoved
    | ColumnDeleted
    | CardCreated
    | CardUpdated
    | CardMoved
    | CardDeleted
)
"""What changes the board's state; told as `state` or `state_patch`."""

AttemptEvent = (
    AttemptStatusChanged
    | AttemptStarted
    | AttemptLogged
    | ConversationItemAdded
    | AttemptTodosChanged
    | AttemptSessionRecorded
    | AttemptPermission
    | AttemptQueueChanged
    | AttemptUsageChanged
    | AttemptPullRequest
    | GitStatusChanged
    | GitCommitted
    | GitPushed
    | TerminalOpened
    | TerminalClosed
)
EverywhereEvent = AgentProfileChanged | AgentRegistered
ProjectEvent = ProjectCreated | ProjectUpdated | ProjectDeleted
Event = StateEvent | CardEnhancement | GithubSync | AttemptEvent | EverywhereEvent | ProjectEvent
"""Any event at all."""
