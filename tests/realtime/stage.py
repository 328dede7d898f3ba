"""Where streams are made to act: time that passes only when all has been done, a log in memory, connections that
take as many bytes as the test allows, and readers that keep what an EventSource would."""

from __future__ import annotations

import asyncio
import contextlib
import json
import selectors
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, NamedTuple, Self

import jsonpatch

from kanbanai.adapters.brokers.local import LocalBroker
from kanbanai.domain import wire
from kanbanai.domain.actors import LOCAL_USER, Actor
from kanbanai.domain.boards import ColumnFields
from kanbanai.domain.cards import Card
from kanbanai.domain.channels import DASHBOARD, Channel, board_channel, board_of
from kanbanai.domain.cursors import Cursor
from kanbanai.domain.errors import NotFound
from kanbanai.domain.events import CardCreated, CardMoved, ColumnCreated, Event
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.domain.log import Entry
from kanbanai.domain.snapshots import BoardSnapshot, apply
from kanbanai.domain.times import Timestamp
from kanbanai.realtime.hub import Access, Hub, open_to_all
from kanbanai.realtime.joining import Joining
from kanbanai.realtime.subscriber import Subscriber
from kanbanai.realtime.texts import Coding
from kanbanai.realtime.variants import BARE, Envelope, Spelling, Variant

BOARD = BoardId("11111111-1111-4111-8111-111111111111")
CHANNEL = board_channel(BOARD)
NOW = Timestamp("2026-11-23T18:42:00.000Z")


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _InstantSelector(selectors.DefaultSelector):
    """Instead of waiting, lets the loop's time pass."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits for something that nobody is going to do")
            self.loop.moment += max(timeout, 0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer as soon as there is nothing else to do."""

    def __init__(self) -> None:
        self.moment = 1000.0
        selector = _InstantSelector()
        selector.loop = self
        super().__init__(selector)
        # Timers of the selector's own resolution would make time stand still a little before they are due.
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self.moment


async def turns(count: int = 20) -> None:
    """Lets what is ready run, without time passing."""
    for _ in range(count):
        await asyncio.sleep(0)


async def pass_(seconds: float) -> None:
    """Lets time pass; all that falls due meanwhile happens in order."""
    reached = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(seconds, reached.set_result, None)
    await reached
    await turns()


# ── the log ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Clock:
    def now(self) -> Timestamp:
        return NOW


class _Boards:
    def __init__(self, log: Log) -> None:
        self._log = log

    def snapshot(self, board_id: BoardId) -> BoardSnapshot:
        try:
            return self._log.snapshots[board_channel(board_id)]
        except KeyError:
            raise NotFound("Board not found") from None


class Log:
    """A store with nothing in it but a log, and boards as the log tells them. Every read can be held up by `gate`."""

    def __init__(self, epoch: str = "9f3c2a") -> None:
        self.epoch = epoch
        self.entries_of: dict[Channel, list[Entry]] = {DASHBOARD: []}
        self.everything: dict[Channel, list[Entry]] = {DASHBOARD: []}
        """The same, with what was pruned."""
        self.heads: dict[Channel, int] = {DASHBOARD: 0}
        self.snapshots: dict[Channel, BoardSnapshot] = {}
        self.boards = _Boards(self)
        self.reads = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None

    def create(self, channel: Channel) -> None:
        self.entries_of[channel] = []
        self.everything[channel] = []
        self.heads[channel] = 0
        self.snapshots[channel] = BoardSnapshot.empty()

    def append(self, channel: Channel, events: Iterable[Event]) -> list[Entry]:
        added = []
        for event in events:
            self.heads[channel] += 1
            entry = Entry(
                channel, self.heads[channel], event.kind, wire.encode(event), NOW, "user:local", event
            )
            self.entries_of[channel].append(entry)
            self.everything[channel].append(entry)
            added.append(entry)
            if channel in self.snapshots:
                self.snapshots[channel] = apply(self.snapshots[channel], event)
        return added

    def prune(self, channel: Channel, upto: int) -> None:
        self.entries_of[channel] = [entry for entry in self.entries_of[channel] if entry.seq > upto]

    # What queries touch.

    def head(self, channel: Channel) -> int:
        return self.heads[channel]

    def entries(self, channel: Channel, after: int, limit: int) -> list[Entry]:
        found = [entry for entry in self.entries_of[channel] if entry.seq > after][:limit]
        # As a database gives them: without the event itself.
        return [
            Entry(entry.channel, entry.seq, entry.kind, entry.body, entry.at, entry.actor) for entry in found
        ]

    # What the hub calls.

    async def read(self, query: Callable[..., Any], *args: Any) -> Any:
        self.reads += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        result = query(self, *args)
        await asyncio.sleep(0)  # the answer comes in a later turn than the view it was taken from
        return result


def board_view(tx: Any, board_id: BoardId) -> tuple[BoardSnapshot, int]:
    return tx.boards.snapshot(board_id), tx.head(board_channel(board_id))


# ── connections ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Line:
    """A connection: it takes everything, until the test sets `room`; then it keeps what is over, as a transport
    does."""

    HIGH_WATER = 1000

    def __init__(self, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self.arrived = bytearray()
        self.kept = bytearray()
        self.writes: list[bytes] = []
        self.room: int | None = None
        self.is_full = False
        self.is_closing = False
        self.is_closed = False
        self.prologue_size = 0
        self.was_live = False
        self.was_aborted = False

    def write(self, data: bytes) -> None:
        assert not self.is_closing, "written to after close"
        self.writes.append(data)
        self.kept += data
        self._send()
        if len(self.kept) > self.HIGH_WATER and not self.is_full:
            self.is_full = True
            self.subscriber.pause()

    def waiting(self) -> int:
        return len(self.kept)

    def close(self) -> None:
        self.is_closing = True
        self._send()

    def abort(self) -> None:
        self.was_aborted = True
        self.kept.clear()
        asyncio.get_running_loop().call_soon(self.cut)

    def take(self, size: int | None) -> None:
        """The client reads so many bytes more; None: whatever comes from now on."""
        self.room = size if size is None or self.room is None else self.room + size
        self._send()

    def stall(self) -> None:
        """The client reads nothing any more."""
        self.room = 0

    def cut(self) -> None:
        """The connection breaks."""
        if not self.is_closed:
            self.is_closed = True
            self.is_closing = True
            self.subscriber.lost()

    def _send(self) -> None:
        size = len(self.kept) if self.room is None else min(self.room, len(self.kept))
        self.arrived += self.kept[:size]
        del self.kept[:size]
        if self.room is not None:
            self.room -= size
        if not self.kept and self.is_closing and not self.is_closed:
            asyncio.get_running_loop().call_soon(self.cut)
        elif self.is_full and not self.kept:
            self.is_full = False
            self.subscriber.resume()


class DirectLine(Line):
    """A connection of the kind that is written to together with others: it keeps something only when it is full."""

    HIGH_WATER = 0

    @property
    def handle(self) -> Self:
        return self

    def offer(self, data: bytes) -> int:
        """What the connection takes at once; -1 when it is broken."""
        if self.is_closed:
            return -1
        assert not self.kept, "written past what is waiting"
        self.writes.append(data)
        size = len(data) if self.room is None else min(self.room, len(data))
        self.arrived += data[:size]
        if self.room is not None:
            self.room -= size
        return size

    def keep_rest(self, data: bytes, taken: int) -> None:
        if taken < 0:
            self.abort()
            return
        self.kept += data[taken:]
        self.is_full = True
        self.subscriber.pause()


def together(lines: list[DirectLine], data: bytes) -> list[tuple[int, int]]:
    """Writes to many at once, as `kanbanai.http.connections.write_together` does."""
    taken = [line.offer(data) for line in lines]
    return [(place, size) for place, size in enumerate(taken) if size != len(data)]


# ── readers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Frame(NamedTuple):
    event: str
    body: Any
    id: str | None
    text: bytes


def frames_in(stream: bytes) -> list[Frame]:
    """The whole frames of a stream; what was cut off in the middle of one does not count. Also checks their form."""
    found = []
    *blocks, _rest = stream.split(b"\n\n")
    for block in blocks:
        fields = [line.partition(b": ") for line in block.split(b"\n")]
        names = [name for name, _, _ in fields]
        values = {name.decode(): value for name, _, value in fields}
        if names[0] == b"retry":
            assert values["retry"] == b"1500"
            assert values["event"] == b"hello"
            del names[0]
        assert names in ([b"event", b"data"], [b"id", b"event", b"data"]), block
        cursor = values["id"].decode() if "id" in values else None
        found.append(Frame(values["event"].decode(), json.loads(values["data"]), cursor, block + b"\n\n"))
    return found


def unzipped(stream: bytes, *, is_whole: bool = False) -> bytes:
    """What a browser makes of a gzip stream so far; nothing is kept back for a later block.

    A whole one has to end as RFC 1952 says, with the right checksum and length.
    """
    decoder = zlib.decompressobj(31)
    plain = decoder.decompress(stream)
    assert not is_whole or (decoder.eof and not decoder.unused_data), "no proper end of the gzip stream"
    return plain


def unchunked(stream: bytes, *, is_whole: bool = False) -> bytes:
    """The body of an answer with chunked framing, as far as it has come."""
    body = b""
    while stream:
        size, found, rest = stream.partition(b"\r\n")
        if not found:
            break
        length = int(size, 16)
        body += rest[:length]
        if length == 0 or len(rest) < length + 2:
            break
        assert rest[length : length + 2] == b"\r\n"
        stream = rest[length + 2 :]
    assert not is_whole or stream == b"0\r\n\r\n", "no proper end of the chunks"
    return body


class Reader:
    """What an EventSource and a careful client make of a stream, over many connections."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.state: Any = None
        self.events: list[Frame] = []
        self.passed: list[tuple[str, Any]] = []
        """Pass-through events since the last snapshot, each once if all is well."""
        self.statuses: dict[tuple[str, str], str] = {}
        self.outcomes: list[str] = []
        self.hello: Any = None
        self.snapshot_seq = 0
        """The position of the last snapshot."""
        self._is_in_snapshot = False

    def read(self, stream: bytes, *, upto: int | None = None) -> Self:
        """Takes a connection's bytes, cut after so many if wanted."""
        for frame in frames_in(stream if upto is None else stream[:upto]):
            self.take(frame)
        return self

    def take(self, frame: Frame) -> None:
        self.events.append(frame)
        if frame.id is not None:
            if self.cursor is not None:
                assert _seq(frame.id) >= _seq(self.cursor), f"ids went back: {self.cursor} to {frame.id}"
            self.cursor = frame.id
        match frame.event:
            case "hello":
                self._greeted(frame)
            case "state":
                self.state = frame.body
            case "state_patch":
                self.state = jsonpatch.apply_patch(self.state, frame.body["ops"])
            case "heartbeat" | "bye" | "dashboard_overview" | "conversation_delta":
                pass
            case "attempt_status":
                self.statuses[frame.body["cardId"], frame.body["attemptId"]] = frame.body["status"]
                if not self._is_in_snapshot or frame.id not in (None, self.hello["cursor"]):
                    self.passed.append((frame.event, frame.body))
            case _:
                self.passed.append((frame.event, frame.body))
        if frame.id is not None:
            self._is_in_snapshot = False

    def _greeted(self, frame: Frame) -> None:
        self.hello = frame.body
        self.outcomes.append(frame.body["outcome"])
        if frame.body["outcome"] != "resumed":
            self.passed, self.statuses, self.state, self.cursor = [], {}, None, None
            self.snapshot_seq = _seq(frame.body["cursor"])
            self._is_in_snapshot = True


def _seq(cursor: str) -> int:
    return int(cursor.rpartition("-")[2])


# ── the stage ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Stage:
    """A hub on a log in memory. `faults` must be empty at the end, unless a test takes them out."""

    def __init__(self, log: Log | None = None, access: Access = open_to_all) -> None:
        self.log = log or Log()
        if CHANNEL not in self.log.heads:
            self.log.create(CHANNEL)
        self.faults: list[Exception] = []
        self.overviews = 0
        self.overview_gate = asyncio.Event()
        self.overview_gate.set()
        self.broker = LocalBroker(self.faults.append)
        self.hub = Hub(
            self.log,  # type: ignore[arg-type]  # as much of a store as streams need
            Clock(),
            board_view=board_view,
            overview=self._overview,
            report=self.faults.append,
            access=access,
        )
        self.hub.listen_to(self.broker)

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, access: Access = open_to_all) -> AsyncIterator[Stage]:
        stage = cls(access=access)
        yield stage
        assert stage.faults == []

    async def _overview(self) -> bytes:
        self.overviews += 1
        number = self.overviews
        await self.overview_gate.wait()
        return b'{"number":%d}' % number

    def commit(self, *events: Event, channel: Channel = CHANNEL) -> list[Entry]:
        """One transaction: into the log, then the doorbell."""
        entries = self.log.append(channel, events)
        self.broker.ring(entries)
        return entries

    async def open(
        self,
        channel: Channel = CHANNEL,
        *,
        view: str = "patch",
        attempts: Any = "all",
        coding: Coding = "identity",
        cursor: str | None = None,
        actor: Actor = LOCAL_USER,
    ) -> Joining:
        return await self.hub.open(
            channel,
            actor,
            variant=Variant(view, attempts),  # type: ignore[arg-type]
            coding=coding,
            cursor=Cursor.parse(cursor) if cursor else None,
        )

    async def watch(self, channel: Channel = CHANNEL, *, envelope: Envelope = BARE, **how: Any) -> Line:
        """Opens a stream and brings it to life; what came first has arrived already."""
        return await live(await self.open(channel, **how), envelope)

    @property
    def state(self) -> Any:
        """The board as the server has it, as JSON."""
        return json.loads(wire.encode(self.log.snapshots[CHANNEL].state))

    def log_state(self, at: int) -> Any:
        """The board as it was after that event."""
        snapshot = BoardSnapshot.empty()
        for entry in self.log.everything[CHANNEL][:at]:
            snapshot = apply(snapshot, entry.event)
        return json.loads(wire.encode(snapshot.state))


async def live(joining: Joining, envelope: Envelope = BARE, *, directly: bool = False) -> Line:
    """Takes a reader through its prologue."""
    line = (DirectLine if directly else Line)(joining.subscriber)
    while not joining.is_over:
        async for piece in joining.pieces():
            line.arrived += piece
        line.prologue_size = len(line.arrived)
        if joining.has_arrived:
            line.was_live = True
            kind = together if directly else None
            joining.subscriber.go_live(line, Spelling(joining.subscriber.coding, envelope, kind))
            return line
    line.cut()
    return line


# ── things to say ───────────────────────────────────────────────────────────────────────────────────────────────────


def column(name: str, index: int = 0) -> ColumnCreated:
    return ColumnCreated(column=ColumnFields(id=ColumnId(name), title=name), index=index)


def card(name: str, where: str = "todo", index: int = 0, title: str | None = None) -> CardCreated:
    return CardCreated(
        card=Card(
            id=CardId(name),
            title=title or name,
            disable_auto_close_on_pr_merge=False,
            disable_auto_close_on_issue_close=False,
            ticket_type=None,
            is_enhanced=False,
            created_at=NOW,
            updated_at=NOW,
        ),
        column_id=ColumnId(where),
        index=index,
    )


def moved(name: str, origin: str, target: str, index: int = 0) -> CardMoved:
    return CardMoved(
        card_id=CardId(name),
        from_column_id=ColumnId(origin),
        to_column_id=ColumnId(target),
        index=index,
        updated_at=NOW,
    )


def boards_of(channels: Iterable[Channel]) -> list[BoardId]:
    return [board for channel in channels if (board := board_of(channel)) is not None]
