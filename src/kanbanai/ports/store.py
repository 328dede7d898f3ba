"""What the core asks of the place where state and log live, and of the clock.

A use case gets a `Transaction` and nothing else: the repositories below, one time, one actor, fresh ids, and `emit`.
The store runs it, commits what it wrote together with what it said, and only then lets the news out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Concatenate, Literal, NamedTuple, ParamSpec, Protocol, TypeVar

import msgspec

from kanbanai.domain.actors import Actor
from kanbanai.domain.attempts import Attempt, AttemptLog, AttemptStatus, Todos
from kanbanai.domain.boards import ColumnFields, Role
from kanbanai.domain.cards import Card, Image, Placement, PullRequestBadge, TicketType
from kanbanai.domain.channels import Channel
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
from kanbanai.domain.enhancements import Enhancement
from kanbanai.domain.events import BoardEvent, DashboardEvent, Event
from kanbanai.domain.ids import (
    AttemptId,
    BoardId,
    CardId,
    ColumnId,
    IssueLinkId,
    ItemId,
    LogId,
    MessageId,
    PermissionId,
    ProfileId,
    ProjectId,
)
from kanbanai.domain.issues import IssueStats, IssueSync, LinkedIssue
from kanbanai.domain.log import Entry
from kanbanai.domain.messages import QueuedMessage
from kanbanai.domain.permissions import Permission
from kanbanai.domain.profiles import Profile
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class Clock(Protocol):
    """The time of day."""

    def now(self) -> Timestamp: ...


class Ids(Protocol):
    """Where new identifiers come from."""

    def new(self, prefix: str) -> str:
        """An id that was never given before: `prefix` and a random UUID."""
        ...


class PlacedCard(msgspec.Struct, frozen=True):
    """A card and the column it stands in."""

    card: Card
    column_id: ColumnId


CardOrder = Literal["board", "updated", "created", "key"]
"""As they stand on the board; the last changed, or the newest, first; by the number of the ticket key, 1 first."""
MAX_PAGE = 500
"""Cards on one page: some 200 KB of JSON."""
MAX_SEARCH_TEXT = 200
"""Characters."""


class CardQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which cards of a board to list. Every filter left out lets all pass.

    `text`: each of its words stands in the title, the description or the ticket key, the last one perhaps only begins
    there; case and accents do not matter. `blocked`: some dependency is not done. `updated_since` includes that time.
    `after` is the `next` of the page before, `limit` is 1 to 500.
    """

    column_ids: tuple[ColumnId, ...] = ()
    roles: tuple[Role, ...] = ()
    ticket_types: tuple[TicketType, ...] = ()
    text: str | None = None
    enhanced: bool | None = None
    blocked: bool | None = None
    has_pull_request: bool | None = None
    updated_since: Timestamp | None = None
    order: CardOrder = "board"
    after: str | None = None
    limit: int = 100


class CardPage(msgspec.Struct, frozen=True):
    """Cards in the order asked for. `next` goes into the next query's `after`; None: this was the last page."""

    cards: tuple[PlacedCard, ...]
    next: str | None


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


class Projects(Protocol):
    """Projects with their settings."""

    def get(self, project_id: ProjectId) -> Project | None: ...
    def all(self) -> list[Project]:
        """Every project, the newest first."""
        ...

    def add(self, project: Project, settings: ProjectSettings) -> None: ...
    def save(self, project: Project) -> None: ...
    def remove(self, project_id: ProjectId) -> None:
        """Removes the project and all that belongs to it: columns, cards, attempts, profiles, its part of the log."""
        ...

    def settings(self, project_id: ProjectId) -> ProjectSettings | None: ...
    def save_settings(self, project_id: ProjectId, settings: ProjectSettings) -> None: ...
    def next_ticket_number(self, project_id: ProjectId) -> int:
        """The number that the next card will get."""
        ...

    def take_ticket_number(self, project_id: ProjectId) -> int:
        """The next number, used up."""
        ...

    def set_next_ticket_number(self, project_id: ProjectId, number: int) -> None:
        """Goes on counting from here: an import brings its cards' keys along."""
        ...


class Boards(Protocol):
    """Boards as a whole."""

    def take(self, board_id: BoardId) -> None:
        """Takes the board for this transaction, so that the order of its events is the order of commit (RT1).

        Every use case that writes to a board calls it first. Raises NotFound (`Board not found`).
        """
        ...

    def snapshot(self, board_id: BoardId) -> BoardSnapshot:
        """All that the board shows now. Raises NotFound."""
        ...

    def ids(self) -> list[BoardId]: ...


class Columns(Protocol):
    """The columns of a board, in order."""

    def of_board(self, board_id: BoardId) -> list[ColumnFields]: ...
    def get(self, board_id: BoardId, column_id: ColumnId) -> ColumnFields | None: ...
    def insert(self, board_id: BoardId, column: ColumnFields, index: int) -> int:
        """Puts a new column at `index` (cut to the end) and answers with where it stands."""
        ...

    def move(self, board_id: BoardId, column_id: ColumnId, index: int) -> int:
        """Puts the column at `index` of the order without it and answers with where it stands."""
        ...

    def save(self, board_id: BoardId, column: ColumnFields) -> None: ...
    def remove(self, board_id: BoardId, column_id: ColumnId) -> None: ...
    def count_cards(self, column_id: ColumnId) -> int: ...


class Cards(Protocol):
    """The cards of a board."""

    def get(self, board_id: BoardId, card_id: CardId) -> PlacedCard | None: ...
    def insert(self, board_id: BoardId, card: Card, column_id: ColumnId, index: int | None = None) -> int:
        """Puts a new card at `index` of the column (None: the end; cut to the end) and answers with where it stands.

        Its dependencies are stored with it.
        """
        ...

    def append(self, board_id: BoardId, column_id: ColumnId, added: Sequence[Card]) -> None:
        """Puts many new cards at the end of a column, in this order: what `insert` does, at a tenth of the cost.

        Their dependencies are stored with them, and may be cards that come in later in the same transaction.
        """
        ...

    def move(self, board_id: BoardId, card_id: CardId, to: Placement) -> int:
        """Puts the card at the place, counted without it, and answers with the index where it stands."""
        ...

    def save(self, before: Card, after: Card) -> None:
        """Stores what differs between the two states of one card, its dependencies too."""
        ...

    def remove(self, board_id: BoardId, card_id: CardId) -> None: ...
    def board_of(self, card_id: CardId) -> BoardId | None: ...
    def known(self, board_id: BoardId, card_ids: Iterable[CardId]) -> set[CardId]:
        """Those of the ids that are cards of the board."""
        ...

    def depends_on(self, card_id: CardId) -> tuple[CardId, ...]: ...
    def dependants(self, card_id: CardId) -> list[CardId]:
        """The cards that depend on this one."""
        ...

    def not_done(self, board_id: BoardId, card_ids: Sequence[CardId]) -> list[CardId]:
        """Those of the ids that are missing or stand outside the columns whose role is `done`."""
        ...

    def card_ids(self, column_id: ColumnId) -> tuple[CardId, ...]:
        """The cards of a column from top to bottom."""
        ...

    def images(self, card_id: CardId) -> tuple[Image, ...]: ...
    def set_images(self, card_id: CardId, images: tuple[Image, ...]) -> None: ...
    def find(self, board_id: BoardId, query: CardQuery) -> CardPage:
        """A page of the cards that fit. Raises Invalid for a limit, a text, a column or an `after` that cannot be."""
        ...


class Enhancements(Protocol):
    """Proposals for better ticket texts, one per card at most."""

    def of_board(self, board_id: BoardId) -> dict[CardId, Enhancement]: ...
    def get(self, card_id: CardId) -> Enhancement | None: ...
    def put(self, board_id: BoardId, card_id: CardId, enhancement: Enhancement) -> None: ...
    def remove(self, card_id: CardId) -> None: ...


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


class LinkedCard(NamedTuple):
    """A card with a pull request, as far as a look at GitHub needs it. `badge` None: nothing is known of it yet."""

    board_id: BoardId
    card_id: CardId
    role: Role | None
    pr_url: str
    badge: PullRequestBadge | None


class Pulls(Protocol):
    """What is kept of pull requests beside what cards show of them."""

    def linked(self) -> list[LinkedCard]:
        """The cards of all boards whose pull request may still change: those in review first.

        Left out are those that are merged, and those that are closed and whose card is done.
        """
        ...

    def with_url(self, board_id: BoardId, url: str) -> list[CardId]:
        """The board's cards that name this pull request."""
        ...

    def attempt_on(self, board_id: BoardId, branch: str) -> AttemptId | None:
        """The board's newest attempt on a branch of that name."""
        ...

    def merged(self, board_id: BoardId) -> list[tuple[CardId, int]]:
        """Cards whose pull request was merged and that were not closed for it.

        With each where its board stood when the merge was heard of.
        """
        ...

    def note_merged(self, card_id: CardId, seq: int | None) -> None:
        """The merge was heard of when the board stood there; None: what follows from it has been decided."""
        ...

    def heard(self, attempt_id: AttemptId) -> frozenset[str]:
        """What reviewers said and the attempt's agent has been told; see `kanbanai.domain.pulls.keys_of`."""
        ...

    def note_heard(self, attempt_id: AttemptId, keys: frozenset[str]) -> None: ...


class Profiles(Protocol):
    """Agent profiles, global (`project_id` None) and per project."""

    def of_project(self, project_id: ProjectId | None) -> list[Profile]: ...
    def get(self, profile_id: ProfileId) -> Profile | None: ...
    def put(self, profile: Profile) -> None:
        """Stores a new profile or the new state of a known one."""
        ...

    def remove(self, profile_id: ProfileId) -> None: ...


class Issues(Protocol):
    """Issues of GitHub that cards stand for, and how far projects have come with theirs."""

    def of_card(self, card_id: CardId) -> LinkedIssue | None: ...
    def numbered(
        self, board_id: BoardId, repository: str, numbers: Collection[int]
    ) -> dict[int, LinkedIssue]:
        """Those of these issues that a card of the board stands for, or stood for before it was deleted."""
        ...

    def unlinked(self, board_id: BoardId, urls: Collection[str]) -> dict[str, CardId]:
        """The cards that show one of these issues without being linked to it, by its address: they came from a file."""
        ...

    def waiting(self) -> list[LinkedIssue]:
        """Those of any board of which something is still to be told to GitHub, the one that waits longest first."""
        ...

    def put(self, links: Sequence[LinkedIssue]) -> None:
        """Stores new links, or the new state of known ones."""
        ...

    def remove(self, link_id: IssueLinkId) -> None: ...
    def stats(self, board_id: BoardId) -> IssueStats:
        """How many cards of the board stand for issues."""
        ...

    def sync(self, board_id: BoardId) -> IssueSync: ...
    def put_sync(self, board_id: BoardId, sync: IssueSync) -> None: ...


class Documents(Protocol):
    """Things there is one of: the application's settings, how far the onboarding went, the GitHub app."""

    def read(self, name: str, kind: type[S]) -> S | None: ...
    def write(self, name: str, value: msgspec.Struct) -> None: ...


class Reply(msgspec.Struct, frozen=True):
    """An answer as it was first given: HTTP status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Idempotency(Protocol):
    """Answers given under an idempotency key, kept for a day."""

    def find(self, key: str) -> tuple[str, Reply] | None:
        """The fingerprint of the request that used the key, and its answer."""
        ...

    def keep(self, key: str, fingerprint: str, reply: Reply) -> None: ...
    def forget(self, before: Timestamp) -> int:
        """Removes the answers given before that time and says how many they were."""
        ...


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


class Reading(Protocol):
    """What a query may touch: one consistent view of the store."""

    @property
    def now(self) -> Timestamp:
        """The one time of this transaction."""
        ...

    @property
    def actor(self) -> Actor: ...
    @property
    def projects(self) -> Projects: ...
    @property
    def boards(self) -> Boards: ...
    @property
    def columns(self) -> Columns: ...
    @property
    def cards(self) -> Cards: ...
    @property
    def enhancements(self) -> Enhancements: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def permissions(self) -> Permissions: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def pulls(self) -> Pulls: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def issues(self) -> Issues: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def idempotency(self) -> Idempotency: ...
    @property
    def dashboard(self) -> DashboardRows: ...
    def head(self, channel: Channel) -> int:
        """The sequence number of the channel's last event; 0 before the first."""
        ...

    def entries(self, channel: Channel, after: int, limit: int) -> list[Entry]:
        """At most `limit` events of the channel that follow `after`, in order."""
        ...

    def oldest(self, channel: Channel) -> int:
        """The sequence number of the oldest event still kept; head + 1 when none is."""
        ...

    def reacted(self, channel: Channel, reaction: str) -> int | None:
        """Up to which event of the channel a reaction has come; None: it has never looked."""
        ...


class Transaction(Reading, Protocol):
    """What a use case may touch: a view that it can write to, and the one door for events."""

    def new_id(self, prefix: str) -> str:
        """A fresh id with this prefix (see `kanbanai.domain.ids`)."""
        ...

    def emit(self, board_id: BoardId, event: BoardEvent) -> None:
        """Says a fact to the viewers of a board, if and when this transaction commits. Only use cases call it."""
        ...

    def emit_dashboard(self, event: DashboardEvent) -> None:
        """Says a fact to the viewers of the dashboard."""
        ...

    def emit_everywhere(self, event: Event) -> None:
        """Says a fact to everybody: it is logged in every channel there is."""
        ...

    def note_reacted(self, channel: Channel, reaction: str, seq: int) -> None:
        """The reaction has come up to this event of the channel."""
        ...

    def forget_events(self, *, keep: int, before: Timestamp, most: int) -> int:
        """Removes events from the beginning of channels, at most `most` of them, and says how many.

        Those of the last `keep` (at least 1) of a channel stay, and those that were said at or after `before`.
        """
        ...


class Store(Protocol):
    """Where state and log live. Each call is one transaction, carried whole to a thread of the store's own."""

    @property
    def epoch(self) -> str:
        """Which log this is; see `kanbanai.domain.cursors`."""
        ...

    async def run(
        self, use_case: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs a use case and commits. When it raises, nothing is stored and nothing said.

        Returning means: on disk, and it survives the end of this process. Raises what the use case raises, Unavailable
        when the database cannot be written, StorageFull when there is no room.
        """
        ...

    async def read(self, query: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answers a query from one consistent view. It waits for no writer and holds none up."""
        ...

    async def tidy(self) -> None:
        """Lets the database put its files in order: quick, and nothing at all when nothing has changed since.

        Raises as `run` does.
        """
        ...

    def acting_as(self, actor: Actor) -> Store:
        """The same store, whose transactions are this actor's."""
        ...


Listener = Callable[[Sequence[Entry]], None]


class Broker(Protocol):
    """Carries the doorbell between nodes: "this was committed".

    The log stays the truth: a listener that finds a gap reads the log, and a ring that is lost costs a delay, nothing
    else.
    """

    def ring(self, entries: Sequence[Entry]) -> None:
        """Tells every listener of committed entries, in order of commit. Called on the event loop."""
        ...

    def listen(self, listener: Listener) -> None:
        """From now on `listener` hears every ring; it must not block."""
        ...
