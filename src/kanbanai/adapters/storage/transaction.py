"""One transaction: the repositories on one connection, and the events it says."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection, bindparam, insert, select, update

from kanbanai.adapters.storage.attempts import SqlAttempts
from kanbanai.adapters.storage.boards import SqlBoards, SqlColumns
from kanbanai.adapters.storage.cards import SqlCards
from kanbanai.adapters.storage.dashboard import SqlDashboardRows
from kanbanai.adapters.storage.documents import SqlDocuments, SqlIdempotency
from kanbanai.adapters.storage.enhancements import SqlEnhancements
from kanbanai.adapters.storage.profiles import SqlProfiles
from kanbanai.adapters.storage.projects import SqlProjects
from kanbanai.adapters.storage.tables import channels, events
from kanbanai.domain import wire
from kanbanai.domain.actors import Actor
from kanbanai.domain.channels import DASHBOARD, Channel, board_channel
from kanbanai.domain.events import BoardEvent, DashboardEvent, Event
from kanbanai.domain.ids import BoardId
from kanbanai.domain.log import Entry
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Ids

_HEAD = select(channels.c.head).where(channels.c.channel == bindparam("of"))
_ALL_HEADS = select(channels.c.channel, channels.c.head)
_SET_HEAD = update(channels).where(channels.c.channel == bindparam("of")).values(head=bindparam("to"))
_ADD = insert(events)
_AFTER = (
    select(events)
    .where(events.c.channel == bindparam("of"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
_OLDEST = select(events.c.seq).where(events.c.channel == bindparam("of")).order_by(events.c.seq).limit(1)


class SqlTransaction:
    """A `Transaction` (and so a `Reading`). Made for one use case and thrown away."""

    def __init__(self, connection: Connection, now: Timestamp, actor: Actor, ids: Ids) -> None:
        self._connection = connection
        self._ids = ids
        self._said: list[tuple[Channel, Event]] = []
        self._heads: dict[Channel, int] = {}
        self.now = now
        self.actor = actor

    @cached_property
    def projects(self) -> SqlProjects:
        return SqlProjects(self._connection)

    @cached_property
    def boards(self) -> SqlBoards:
        return SqlBoards(self._connection, self._heads)

    @cached_property
    def columns(self) -> SqlColumns:
        return SqlColumns(self._connection)

    @cached_property
    def cards(self) -> SqlCards:
        return SqlCards(self._connection)

    @cached_property
    def enhancements(self) -> SqlEnhancements:
        return SqlEnhancements(self._connection)

    @cached_property
    def attempts(self) -> SqlAttempts:
        return SqlAttempts(self._connection)

    @cached_property
    def profiles(self) -> SqlProfiles:
        return SqlProfiles(self._connection)

    @cached_property
    def documents(self) -> SqlDocuments:
        return SqlDocuments(self._connection)

    @cached_property
    def idempotency(self) -> SqlIdempotency:
        return SqlIdempotency(self._connection, self.now)

    @cached_property
    def dashboard(self) -> SqlDashboardRows:
        return SqlDashboardRows(self._connection)

    def new_id(self, prefix: str) -> str:
        return self._ids.new(prefix)

    def head(self, channel: Channel) -> int:
        known = self._heads.get(channel)
        if known is None:
            known = self._connection.execute(_HEAD, {"of": channel}).scalar() or 0
        return known + sum(said == channel for said, _ in self._said)

    def entries(self, channel: Channel, after: int, limit: int) -> list[Entry]:
        rows = self._connection.execute(_AFTER, {"of": channel, "after": after, "most": limit})
        return [Entry(Channel(of), seq, kind, body, at, actor) for of, seq, kind, body, at, actor in rows]

    def oldest(self, channel: Channel) -> int:
        oldest = self._connection.execute(_OLDEST, {"of": channel}).scalar()
        return self.head(channel) + 1 if oldest is None else oldest

    def emit(self, board_id: BoardId, event: BoardEvent) -> None:
        self._said.append((board_channel(board_id), event))  # type: ignore[arg-type]  # the union of all subclasses

    def emit_dashboard(self, event: DashboardEvent) -> None:
        self._said.append((DASHBOARD, event))  # type: ignore[arg-type]  # the union of all subclasses

    def emit_everywhere(self, event: Event) -> None:
        self._heads.update({Channel(of): head for of, head in self._connection.execute(_ALL_HEADS)})
        self._said.extend((channel, event) for channel in self._heads)

    def record(self) -> list[Entry]:
        """Writes what was said into the log, at the end of each channel, and answers with the entries."""
        if not self._said:
            return []
        heads = self._heads
        entries = []
        for channel, event in self._said:
            if channel not in heads:
                heads[channel] = self._connection.execute(_HEAD, {"of": channel}).scalar_one()
            heads[channel] += 1
            entries.append(
                Entry(
                    channel, heads[channel], event.kind, wire.encode(event), self.now, str(self.actor), event
                )
            )
        self._connection.execute(
            _ADD,
            [
                {
                    "channel": entry.channel,
                    "seq": entry.seq,
                    "kind": entry.kind,
                    "body": entry.body,
                    "at": entry.at,
                    "actor": entry.actor,
                }
                for entry in entries
            ],
        )
        spoken = {entry.channel for entry in entries}
        self._connection.execute(_SET_HEAD, [{"of": channel, "to": heads[channel]} for channel in spoken])
        self._said.clear()
        return entries
