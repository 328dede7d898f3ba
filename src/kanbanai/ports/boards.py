"""What the core asks of the store for projects, boards, cards and what belongs to them; see `store`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from kanbanai.domain.boards import ColumnFields, Role
from kanbanai.domain.cards import Card, Image, Placement, PullRequestBadge, TicketType
from kanbanai.domain.enhancements import Enhancement
from kanbanai.domain.ids import (
    AttemptId,
    BoardId,
    CardId,
    ColumnId,
    IssueLinkId,
    ProfileId,
    ProjectId,
)
from kanbanai.domain.issues import IssueStats, IssueSync, LinkedIssue
from kanbanai.domain.profiles import Profile
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp


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
    def get_many(self, board_id: BoardId, card_ids: Iterable[CardId]) -> dict[CardId, PlacedCard]:
        """Those of the cards that are on the board, by their ids."""
        ...

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

    def move_many(self, moved: Sequence[PlacedCard], to: Placement, at: Timestamp) -> None:
        """Puts cards of one board one after the other at a place, counted without them, as changed `at` that time."""
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
