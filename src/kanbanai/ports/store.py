"""What the core asks of the place where state and log live, and of the clock.

A use case gets a `Transaction` and nothing else: the repositories of `boards` and `attempts`, one time, one actor,
fresh ids, and `emit`. The store runs it, commits what it wrote together with what it said, and only then lets the news
out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import msgspec

from kanbanai.domain.actors import Actor
from kanbanai.domain.channels import Channel
from kanbanai.domain.events import BoardEvent, DashboardEvent, Event
from kanbanai.domain.ids import BoardId
from kanbanai.domain.log import Entry
from kanbanai.domain.times import Timestamp
from kanbanai.ports.attempts import Attempts, DashboardRows, Messages, Permissions
from kanbanai.ports.boards import Boards, Cards, Columns, Enhancements, Issues, Profiles, Projects, Pulls

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
