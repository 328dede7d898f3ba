"""What a watch knows of what it watches, kept up to date frame by frame.

While the stream is away a view may be refreshed over plain HTTP. The refreshed copy is shown, but the one that the
stream led to is kept beside it, because only that one fits the stream's cursor: when the stream resumes, the missed
events are folded into it, told as far as they are news, and once it has caught up the refreshed copy is dropped. So
nothing is missed, nothing is told twice, and what is shown never goes back in time.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import msgspec

from kanbanai.client.changes import difference
from kanbanai.client.frames import Frame
from kanbanai.client.patches import Json, Operation, PatchFailed, patched
from kanbanai.domain import snapshots, wire
from kanbanai.domain.attempts import AttemptBrief, AttemptStatus
from kanbanai.domain.boards import BoardState, Column
from kanbanai.domain.cards import Card
from kanbanai.domain.cursors import Cursor, Outcome
from kanbanai.domain.dashboard import Overview
from kanbanai.domain.events import AttemptStatusChanged, Event
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot

K = TypeVar("K", bound=str)
V = TypeVar("V")


class Update(msgspec.Struct, frozen=True):
    """What one frame of the stream, or one refresh, brought.

    `name` is the frame's event (`state_patch`, `attempt_log`, `heartbeat`), or `refresh`. `cursor` is how far the
    stream has come with it, `body` its JSON as it came. `changes` are the domain's events that it amounts to: those of
    the board's state are worked out from the difference, all others are what the frame says; empty when it tells no
    news.
    """

    name: str
    cursor: str
    body: str
    changes: tuple[Event, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """A body fetched over plain HTTP, and its entity tag."""

    body: bytes
    etag: str


class View(Protocol):
    """The part of a watch that knows what the frames mean."""

    @property
    def parameters(self) -> dict[str, str]:
        """What to ask the stream for."""
        ...

    @property
    def cursor(self) -> str:
        """Up to where the stream was heard; "" for nowhere."""
        ...

    @property
    def source(self) -> str:
        """The address below the API's base that has the same over plain HTTP."""
        ...

    @property
    def etag(self) -> str:
        """The entity tag of what was last fetched from there; "" for none."""
        ...

    def take(self, frame: Frame) -> Update:
        """Folds a frame in. Raises PatchFailed or msgspec.DecodeError when it does not fit or cannot be read."""
        ...

    def refresh(self, answer: Answer) -> Update:
        """Takes over what was fetched over plain HTTP. Raises msgspec.DecodeError."""
        ...

    def forget(self) -> None:
        """The cursor is of no use any more: the next connection shall begin with the whole."""
        ...


_NOTHING = BoardSnapshot.empty()


class _Hello(msgspec.Struct):
    outcome: Outcome = "snapshot"
    cursor: str = ""


class _Patch(msgspec.Struct):
    ops: list[Operation]


class _Copy(msgspec.Struct, frozen=True):
    """A board as it came, and the same typed."""

    document: dict[str, Json]
    state: BoardState

    @classmethod
    def of(cls, document: Json) -> _Copy:
        return cls(document, msgspec.convert(document, BoardState))

    def patched(self, operations: list[Operation]) -> tuple[_Copy, set[CardId] | None]:
        """The copy after a patch, and the cards that the patch touched; None: it may have touched any."""
        document = patched(self.document, operations)
        if not isinstance(document, dict) or document.keys() != self.document.keys():
            raise PatchFailed("what comes out is no board")
        touched = _touched(operations)
        if touched is None:
            return _Copy.of(document), None
        old = self.state
        state = BoardState(
            columns=_retyped(old.columns, document["columns"], _of("columns", touched), Column),
            column_order=msgspec.convert(document["columnOrder"], tuple[ColumnId, ...]),
            cards=_retyped(old.cards, document["cards"], _of("cards", touched), Card),
        )
        return _Copy(document, state), {CardId(name) for name in _of("cards", touched)}


def _touched(operations: list[Operation]) -> set[tuple[str, str]] | None:
    """The members that operations write to, as `("cards", id)`; None when one writes to more than a member."""
    pointers = [operation.path for operation in operations]
    pointers += [operation.from_ for operation in operations if isinstance(operation.from_, str)]
    found = set()
    for pointer in pointers:
        _, part, *rest = *pointer.split("/", 3), ""
        if part != "columnOrder" and (not rest or not rest[0] or "~" in rest[0]):
            return None
        found.add((part, rest[0]))
    return found


def _of(part: str, touched: set[tuple[str, str]]) -> list[Any]:
    """The ids of those members of a part of the board."""
    return [name for where, name in touched if where == part]


def _retyped(typed: dict[K, V], document: dict[K, Json], touched: list[K], kind: type[V]) -> dict[K, V]:
    """The typed members with those that were touched made anew."""
    if not touched:
        return typed
    result = typed.copy()
    for name in touched:
        if name in document:
            result[name] = msgspec.convert(document[name], kind)
        else:
            result.pop(name, None)
    return result


class BoardView:
    """A board. `attempts` is the filter of RT7: `all`, `none`, or ids with commas between."""

    def __init__(self, board_id: BoardId, *, attempts: str = "all") -> None:
        self._board_id = board_id
        self._attempts = attempts
        self._streamed: _Copy | None = None
        self._refreshed: _Copy | None = None
        self._refreshed_at = ""
        self._cursor = ""
        self._begins_anew = True
        self._greeted_to = ""
        """While the whole is being told: the cursor of its last frame."""
        self._known: dict[AttemptId, AttemptStatus] | None = None
        """The attempts' statuses as they were told before; None: there was no before."""
        self._briefs: dict[CardId, tuple[AttemptBrief, ...]] = {}
        self._snapshot: BoardSnapshot | None = None
        self.etag = ""

    @property
    def parameters(self) -> dict[str, str]:
        """The patch view (RT7): bytes in proportion to the change."""
        return {"boardId": self._board_id, "view": "patch", "attempts": self._attempts}

    @property
    def cursor(self) -> str:
        """Up to where the stream was heard."""
        return self._cursor

    @property
    def source(self) -> str:
        """The board itself."""
        return f"/boards/{self._board_id}"

    @property
    def state(self) -> BoardState | None:
        """The board, as new as it is known; None before anything came. It is replaced, never changed."""
        shown = self._shown
        return shown.state if shown else None

    @property
    def snapshot(self) -> BoardSnapshot:
        """The board with the attempts that its cards show; empty before anything came. Replaced, never changed."""
        state = self.state
        if state is None:
            return _NOTHING
        if self._snapshot is None or self._snapshot.state is not state:
            self._snapshot = BoardSnapshot(state, self._briefs.copy())
        return self._snapshot

    @property
    def _shown(self) -> _Copy | None:
        return self._refreshed or self._streamed

    def take(self, frame: Frame) -> Update:
        """Folds a frame in."""
        if frame.event == "hello":
            self._hear_greeting(msgspec.json.decode(frame.data, type=_Hello))
            return Update(frame.event, self._cursor, frame.data)
        before, cursor = self._shown, frame.id or self._cursor
        among: set[CardId] | None = None
        changes: list[Event] = []
        if frame.event == "state":
            self._streamed_to(_Copy.of(msgspec.json.decode(frame.data)))
        elif frame.event == "state_patch":
            if self._streamed is None or self._begins_anew:
                raise PatchFailed("a change came before the board that it changes")
            patch = msgspec.json.decode(frame.data, type=_Patch)
            is_shown = before is self._streamed
            copy, touched = self._streamed.patched(patch.ops)
            self._streamed_to(copy)
            among = touched if is_shown else None
        elif (event := said(frame)) is not None:
            if not isinstance(event, AttemptStatusChanged) or self._is_news(event):
                changes.append(event)
            if isinstance(event, AttemptStatusChanged):
                self._hear_status(event)
        self._cursor = cursor
        if frame.id and frame.id == self._greeted_to:
            self._greeted_to = ""
        if not self._begins_anew and _reaches(cursor, self._refreshed_at):
            self._refreshed = None
        if before is not None and (after := self._shown) is not None and after is not before:
            changes += difference(before.state, after.state, among=among)
        return Update(frame.event, cursor, frame.data, tuple(changes))

    def _hear_greeting(self, hello: _Hello) -> None:
        # Its cursor is where the frames to come will lead, not where we are.
        self._begins_anew = hello.outcome != "resumed"
        self._greeted_to = hello.cursor if self._begins_anew else ""
        if self._streamed is not None:
            briefs = (brief for shown in self._briefs.values() for brief in shown)
            self._known = {brief.attempt_id: brief.status for brief in briefs}

    def _is_news(self, event: AttemptStatusChanged) -> bool:
        """Whether a status says something new. With the whole board the statuses of all attempts are told (RT6)."""
        if not self._greeted_to:
            return True
        return self._known is not None and self._known.get(event.attempt_id) != event.status

    def _hear_status(self, event: AttemptStatusChanged) -> None:
        # Folded into the one card's part: there may be thousands, each of which is told when the whole is.
        known = {event.card_id: self._briefs[event.card_id]} if event.card_id in self._briefs else {}
        folded = snapshots.apply(BoardSnapshot(_NOTHING.state, known), event)
        self._briefs |= folded.attempts
        self._snapshot = None

    def _streamed_to(self, copy: _Copy) -> None:
        if self._begins_anew:
            self._briefs = {}
        elif not self._briefs.keys() <= copy.state.cards.keys():  # they go with their card
            self._briefs = {one: shown for one, shown in self._briefs.items() if one in copy.state.cards}
        self._streamed, self._snapshot = copy, None
        self._begins_anew = False

    def refresh(self, answer: Answer) -> Update:
        """Shows what was fetched; the stream's own copy waits for the stream."""
        document = msgspec.json.decode(answer.body, type=dict[str, dict[str, Json]])
        before = self._shown
        self._refreshed = copy = _Copy.of(document.get("state"))
        self._refreshed_at, self.etag = answer.etag.removeprefix("W/").strip('"'), answer.etag
        changes = difference(before.state, copy.state) if before else []
        return Update("refresh", self._cursor, answer.body.decode(), tuple(changes))

    def forget(self) -> None:
        """The next connection begins with the whole board; until then the old one is shown."""
        self._cursor = ""


class DashboardView:
    """The dashboard: an overview that always comes whole."""

    parameters: dict[str, str] = {}  # noqa: RUF012  (empty, and the protocol's)
    source = "/dashboard"
    etag = ""

    def __init__(self) -> None:
        self._cursor = ""
        self.overview: Overview | None = None

    @property
    def cursor(self) -> str:
        """Up to where the stream was heard."""
        return self._cursor

    def take(self, frame: Frame) -> Update:
        """Takes over an overview; says what else is told."""
        if frame.event == "hello":
            return Update(frame.event, self._cursor, frame.data)
        event = None
        if frame.event == "dashboard_overview":
            self.overview = msgspec.json.decode(frame.data, type=Overview)
        else:
            event = said(frame)
        self._cursor = frame.id or self._cursor
        return Update(frame.event, self._cursor, frame.data, () if event is None else (event,))

    def refresh(self, answer: Answer) -> Update:
        """Takes over what was fetched."""
        self.overview = msgspec.json.decode(answer.body, type=Overview)
        return Update("refresh", self._cursor, answer.body.decode())

    def forget(self) -> None:
        """The next connection begins with the overview anyway."""
        self._cursor = ""


def said(frame: Frame) -> Event | None:
    """The domain's event that a frame is; None for one that is no event (`heartbeat`), or one of a newer server."""
    if frame.event not in wire.CLASSES:
        return None
    try:
        return wire.decode(frame.event, frame.data.encode())
    except (
        msgspec.ValidationError
    ):  # a field more than this version knows; whoever wants it has the frame's data
        return None


def _reaches(cursor: str, goal: str) -> bool:
    """Whether one who is at `cursor` knows all that was true at `goal`.

    Cursors of different logs cannot be compared; then the stream is believed.
    """
    here, there = Cursor.parse(cursor), Cursor.parse(goal)
    return here is None or there is None or here.epoch != there.epoch or here.seq >= there.seq
