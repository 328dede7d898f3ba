"""One transaction: the repositories on one connection, and the events it says."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage import retention
from kanbanai.adapters.storage.attempts import SqlAttempts
from kanbanai.adapters.storage.boards import SqlBoards, SqlColumns
from kanbanai.adapters.storage.cards import SqlCards
from kanbanai.adapters.storage.dashboard import SqlDashboardRows
from kanbanai.adapters.storage.documents import SqlDocuments, SqlIdempotency
from kanbanai.adapters.storage.enhancements import SqlEnhancements
from kanbanai.adapters.storage.issues import SqlIssues
from kanbanai.adapters.storage.messages import SqlMessages
from kanbanai.adapters.storage.permissions import SqlPermissions
from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.profiles import SqlProfiles
from kanbanai.adapters.storage.projects import SqlProjects
from kanbanai.adapters.storage.pulls import SqlPulls
from kanbanai.adapters.storage.tables import channels, events, reaction_cursors
from kanbanai.domain import wire
from kanbanai.domain.actors import Actor
from kanbanai.domain.channels import DASHBOARD, Channel, board_channel
from kanbanai.domain.events import BoardEvent, DashboardEvent, Event
from kanbanai.domain.ids import BoardId
from kanbanai.domain.log import Entry
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Ids

_HEAD = Prepared(select(channels.c.head).where(channels.c.channel == bindparam("of")))
_HEADS = Prepared(select(channels.c.channel, channels.c.head))
_SET_HEAD = Prepared(
    update(channels).where(channels.c.channel == bindparam("of")).values(head=bindparam("to"))
)
_ADD = Prepared(insert(events))
_AFTER = Prepared(
    select(events)
    .where(events.c.channel == bindparam("of"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
_REACTED = Prepared(
    select(reaction_cursors.c.seq).where(
        reaction_cursors.c.channel == bindparam("of"), reaction_cursors.c.reaction == bindparam("reaction")
    )
)
_CURSOR = upsert(reaction_cursors).values(
    channel=bindparam("channel"), reaction=bindparam("reaction"), seq=bindparam("seq")
)
_NOTE_REACTED = Prepared(
    _CURSOR.on_conflict_do_update(index_elements=["channel", "reaction"], set_={"seq": _CURSOR.excluded.seq})
)
_OLDEST = Prepared(select(func.min(events.c.seq)).where(events.c.channel == bindparam("of")))


class SqlReading:
    """A `Reading`: the repositories on one connection. Made for one query and thrown away."""

    def __init__(self, connection: Connection, now: Timestamp, actor: Actor) -> None:
        self._connection = connection
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
    def permissions(self) -> SqlPermissions:
        return SqlPermissions(self._connection)

    @cached_property
    def messages(self) -> SqlMessages:
        return SqlMessages(self._connection)

    @cached_property
    def pulls(self) -> SqlPulls:
        return SqlPulls(self._connection)

    @cached_property
    def profiles(self) -> SqlProfiles:
        return SqlProfiles(self._connection)

    @cached_property
    def issues(self) -> SqlIssues:
        return SqlIssues(self._connection)

    @cached_property
    def documents(self) -> SqlDocuments:
        return SqlDocuments(self._connection)

    @cached_property
    def idempotency(self) -> SqlIdempotency:
        return SqlIdempotency(self._connection, self.now)

    @cached_property
    def dashboard(self) -> SqlDashboardRows:
        return SqlDashboardRows(self._connection)

    def head(self, channel: Channel) -> int:
        known = self._heads.get(channel)
        return known if known is not None else _HEAD.value(self._connection, of=channel) or 0

    def entries(self, channel: Channel, after: int, limit: int) -> list[Entry]:
        return [Entry(*row) for row in _AFTER.all(self._connection, of=channel, after=after, most=limit)]

    def oldest(self, channel: Channel) -> int:
        oldest: int | None = _OLDEST.value(self._connection, of=channel)
        return self.head(channel) + 1 if oldest is None else oldest

    def reacted(self, channel: Channel, reaction: str) -> int | None:
        seq: int | None = _REACTED.value(self._connection, of=channel, reaction=reaction)
        return seq


class SqlTransaction(SqlReading):
    """A `Transaction`. Made for one use case and thrown away."""

    def __init__(self, connection: Connection, now: Timestamp, actor: Actor, ids: Ids) -> None:
        super().__init__(connection, now, actor)
        self._ids = ids
        self._said: list[tuple[Channel, Event]] = []

    def new_id(self, prefix: str) -> str:
        return self._ids.new(prefix)

    def head(self, channel: Channel) -> int:
        return super().head(channel) + sum(said == channel for said, _ in self._said)

    def emit(self, board_id: BoardId, event: BoardEvent) -> None:
        self._said.append((board_channel(board_id), event))  # type: ignore[arg-type]  # the union of all subclasses

    def emit_dashboard(self, event: DashboardEvent) -> None:
        self._said.append((DASHBOARD, event))  # type: ignore[arg-type]  # the union of all subclasses

    def emit_everywhere(self, event: Event) -> None:
        self._said.extend((channel, event) for channel, _ in _HEADS.all(self._connection))

    def note_reacted(self, channel: Channel, reaction: str, seq: int) -> None:
        _NOTE_REACTED.run(self._connection, channel=channel, reaction=reaction, seq=seq)

    def forget_events(self, *, keep: int, before: Timestamp, most: int) -> int:
        return retention.forget(self._connection, keep=keep, before=before, most=most)

    def record(self) -> list[Entry]:
        """Writes what was said into the log, at the end of each channel, and answers with the entries."""
        if not self._said:
            return []
        ends: dict[Channel, int] = {}
        entries = []
        actor = str(self.actor)
        for channel, event in self._said:
            seq = ends[channel] = (ends[channel] if channel in ends else self._end(channel)) + 1
            entries.append(Entry(channel, seq, event.kind, wire.encode(event), self.now, actor, event))
        self._said.clear()
        _ADD.run_each(self._connection, [_row(entry) for entry in entries])
        _SET_HEAD.run_each(self._connection, [{"of": channel, "to": seq} for channel, seq in ends.items()])
        return entries

    def _end(self, channel: Channel) -> int:
        head = self._heads.get(channel)
        if head is None:
            head = _HEAD.value(self._connection, of=channel)
        if head is None:
            raise RuntimeError(f"an event was said in {channel}, which does not exist")
        return head


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "channel": entry.channel,
        "seq": entry.seq,
        "kind": entry.kind,
        "body": entry.body,
        "at": entry.at,
        "actor": entry.actor,
    }
