"""What a careful client makes of a board's stream, over as many connections as it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import jsonpatch


class Frame(NamedTuple):
    """One event as an EventSource hands it out: `id` is the last one that was seen, also before this frame."""

    event: str
    id: str
    data: str

    @property
    def body(self) -> Any:
        return json.loads(self.data)


class FrameReader:
    """Frames from a stream's bytes, cut anywhere. It knows the one way in which our server writes them."""

    def __init__(self) -> None:
        self._rest = b""
        self._last_id = ""

    @property
    def is_between_frames(self) -> bool:
        return not self._rest

    def feed(self, data: bytes) -> list[Frame]:
        *blocks, self._rest = (self._rest + data).split(b"\n\n")
        return [frame for block in blocks for frame in self._frame(block.decode())]

    def _frame(self, block: str) -> Iterator[Frame]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        self._last_id = fields.get("id", self._last_id)
        if "data" in fields:
            yield Frame(fields["event"], self._last_id, fields["data"])


class Board:
    """The board as one reader knows it, and what it took to know it.

    Taking a frame checks the rules that hold for every stream of a log that nobody cuts or replaces: `hello` comes
    first, a cursor is resumed, ids never go back, and no change is told twice.
    """

    def __init__(self) -> None:
        self.cursor = ""
        self.frames: list[Frame] = []
        """All that came; of a whole state only that it came, for there may be many and they may be big."""
        self.changes: list[Any] = []
        """The operations of each `state_patch`."""
        self.outcomes: list[str] = []
        """What each `hello` said."""
        self.byes: list[Any] = []
        self._whole: str | None = None
        """The last whole state, while nobody has asked what is in it: to read a big one takes longer than all else."""
        self._state: Any = None
        self._is_greeted = False
        self._changed_at = 0

    @property
    def state(self) -> Any:
        """None before the first one has come."""
        if self._whole is not None:
            self._state, self._whole = json.loads(self._whole), None
        return self._state

    @property
    def seq(self) -> int:
        """The number of the last event that is known, with all before it."""
        return seq_of(self.cursor)

    def connected(self) -> None:
        """A new connection begins."""
        self._is_greeted = False

    def take(self, frame: Frame) -> None:
        self.frames.append(frame._replace(data="") if frame.event == "state" else frame)
        if frame.event == "hello":
            self._greeted(frame)
            return
        assert self._is_greeted, f"{frame.event} came before hello"
        self._counted(frame)
        match frame.event:
            case "state":
                self._whole = frame.data
            case "state_patch":
                self.changes.append(frame.body["ops"])
                jsonpatch.apply_patch(self.state, self.changes[-1], in_place=True)
            case "bye":
                self.byes.append(frame.body)
            case _:
                """Heartbeats, and what attempts do: no part of the board's state."""

    def _greeted(self, frame: Frame) -> None:
        assert not self._is_greeted, "a second hello"
        self._is_greeted = True
        outcome = frame.body["outcome"]
        self.outcomes.append(outcome)
        assert bool(self.cursor) or outcome == "snapshot", (
            f"no cursor was named, and the outcome is {outcome}"
        )

    def _counted(self, frame: Frame) -> None:
        if not frame.id:
            return
        assert not self.cursor or frame.id.rpartition("-")[0] == self.cursor.rpartition("-")[0], "another log"
        seq = seq_of(frame.id)
        assert seq >= self.seq, f"ids went back from {self.cursor} to {frame.id}"
        if frame.event == "state_patch":
            assert seq > self._changed_at, f"{frame.id} was told twice"
            self._changed_at = seq
        self.cursor = frame.id

    def titles(self) -> list[str]:
        """The titles that patches brought, in the order in which they came."""
        return [text for ops in self.changes for op in ops for text in _titles(op)]


def _titles(operation: Any) -> list[str]:
    value = operation.get("value")
    if operation["path"].endswith("/title"):
        return [value]
    if operation["path"].startswith("/cards/") and isinstance(value, dict):
        return [value["title"]]
    return []


def seq_of(cursor: str) -> int:
    return int(cursor.rpartition("-")[2] or 0)


class Shown(NamedTuple):
    """A board as plain HTTP shows it, and the stream's cursor at which it is so."""

    cursor: str
    state: Any


async def shown(client: httpx.AsyncClient, board_id: str) -> Shown:
    answer = await client.get(f"/boards/{board_id}")
    assert answer.status_code == 200, answer.text
    return Shown(answer.headers["ETag"].strip('"'), answer.json()["state"])
