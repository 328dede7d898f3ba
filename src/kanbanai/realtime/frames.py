"""Frames of an event stream as bytes (RT5, RT6, RT10). Encoded once, shared by all who get them.

    id: 9f3c2a-1842
    event: state_patch
    data: {"ops":[…]}

A frame without `id` leaves the reader's cursor where it is.
"""

from __future__ import annotations

import msgspec

from kanbanai.domain import wire
from kanbanai.domain.cursors import Cursor, Outcome
from kanbanai.domain.snapshots import Operation
from kanbanai.domain.times import Timestamp
from kanbanai.realtime.reasons import Reason

RETRY_MS = 1500
"""How long a browser waits before it comes back: long enough to let a restart finish, short enough to go unnoticed."""
PREAMBLE = b"retry: %d\n" % RETRY_MS
"""Stands before the first frame's own lines; alone between empty lines, some clients would take it for an event."""


class _Hello(msgspec.Struct, rename="camel"):
    server_time: Timestamp
    outcome: Outcome
    cursor: str


class _Patch(msgspec.Struct):
    ops: list[Operation]


def frame(event: str, body: bytes) -> bytes:
    """A frame without an id. `body` is one line: JSON as `wire.encode` writes it."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), body)


def id_line(epoch: bytes, seq: int) -> bytes:
    """The line that, put before a frame, says: with this one, everything up to `seq` has been said."""
    return b"id: %b-%d\n" % (epoch, seq)


def hello(now: Timestamp, outcome: Outcome, cursor: Cursor) -> bytes:
    """The first frame: what became of the reader's cursor, and the position that the frames after it lead to."""
    return frame("hello", wire.encode(_Hello(now, outcome, str(cursor))))


def patch(operations: list[Operation]) -> bytes:
    """A change of the board as JSON Patch."""
    return frame("state_patch", wire.encode(_Patch(operations)))


def heartbeat(now: Timestamp) -> bytes:
    """A sign of life."""
    return frame("heartbeat", wire.encode({"ts": now}))


def bye(reason: Reason) -> bytes:
    """The last frame of a stream that the server ends."""
    return frame("bye", wire.encode({"reason": reason.code, "reconnect": reason.reconnect}))
