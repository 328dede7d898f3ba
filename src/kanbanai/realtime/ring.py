"""The last events of a channel, ready to be told again (RT4, RT5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice

from kanbanai.domain import events
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.log import Entry
from kanbanai.realtime import frames

RING_ENTRIES = 4096
"""Four seconds of the heaviest traffic we promise (1,000 events a second), hours of the usual."""
RING_BYTES = 4 * 1024 * 1024
"""Per watched channel; an event takes some 400 bytes, so the count is reached first unless tool output is long."""

STATE_KINDS = frozenset(cls.kind for cls in events.StateEvent.__args__)
"""Kinds that are told as `state` or `state_patch`."""
DETAIL_KINDS = frozenset(
    cls.kind
    for cls in (
        events.AttemptLogged,
        events.ConversationItemAdded,
        events.AttemptTodosChanged,
        events.AttemptSessionRecorded,
        events.GitStatusChanged,
    )
)
"""What one attempt does, step by step; a reader may narrow it down (RT7). What a card's badge shows is told to all."""


class Told:
    """An event as a stream tells it.

    `tail` is its frame without the id line; empty for a change of the board whose patch nobody computed
    (`changes_state`, and read back from the log). `attempt` is set for details of an attempt only.
    """

    __slots__ = ("attempt", "changes_state", "seq", "tail")

    def __init__(self, entry: Entry, patch: bytes = b"") -> None:
        self.seq = entry.seq
        self.changes_state = entry.kind in STATE_KINDS
        self.tail = patch if self.changes_state else frames.frame(entry.kind, entry.body)
        self.attempt: AttemptId | None = None
        if entry.kind in DETAIL_KINDS:
            self.attempt = getattr(entry.event, "attempt_id", None)


class Ring:
    """Events `start` to `head` of a channel without a gap; bounded in number and bytes."""

    def __init__(self, head: int) -> None:
        self._told: deque[Told] = deque()
        self._bytes = 0
        self.head = head

    @property
    def start(self) -> int:
        """The first event here; head + 1 when there is none."""
        return self.head - len(self._told) + 1

    def reaches(self, cursor: int) -> bool:
        """Whether every event after `cursor` is here."""
        return self.start - 1 <= cursor <= self.head

    def add(self, told: Told) -> None:
        """Puts the event that follows the head."""
        self._told.append(told)
        self._bytes += len(told.tail)
        self.head = told.seq

    @property
    def is_full(self) -> bool:
        """Whether a bound is exceeded."""
        return len(self._told) > RING_ENTRIES or self._bytes > RING_BYTES

    def trim(self, keep_after: int) -> None:
        """Drops the oldest events until the bounds are met, but none after `keep_after`: somebody waits for those."""
        told = self._told
        while self.is_full and told[0].seq <= keep_after:
            self._bytes -= len(told.popleft().tail)

    def after(self, cursor: int) -> list[Told]:
        """The events after `cursor`, in order.

        Raises LookupError when the ring does not reach it: nothing is left out.
        """
        if not self.reaches(cursor):
            raise LookupError(f"the ring holds {self.start} to {self.head}, not what follows {cursor}")
        found = list(self._backwards(cursor))
        found.reverse()
        return found

    def size_after(self, cursor: int) -> int:
        """Bytes of the events after `cursor`."""
        return sum(len(told.tail) for told in self._backwards(cursor))

    def _backwards(self, cursor: int) -> Iterator[Told]:
        return islice(reversed(self._told), self.head - cursor)
