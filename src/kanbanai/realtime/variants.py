"""In what ways one and the same channel is told.

*What* is told depends on the view and the filter (a `Variant`: one feed each); *how* it is written down depends on the
reader's coding and on what carries it (a `Spelling`: one group of a feed each). Whoever shares both shares every byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from kanbanai.domain.ids import AttemptId
from kanbanai.realtime.ring import Told
from kanbanai.realtime.texts import Coding

View = Literal["state", "patch"]
"""How changes of the board are told: as the whole `state`, or as a `state_patch` each (RT7)."""
VIEWS: tuple[View, ...] = ("state", "patch")

AttemptFilter = Literal["all", "none"] | frozenset[AttemptId]
"""Of which attempts the fine-grained events are told (RT7)."""


class Variant(NamedTuple):
    """What a reader is told."""

    view: View = "state"
    attempts: AttemptFilter = "all"

    def hears(self, told: Told) -> bool:
        """Whether an event passes the filter."""
        return self.hears_of(told.attempt)

    def hears_of(self, attempt: AttemptId | None) -> bool:
        """Whether what an attempt is doing is told; None: it concerns no single attempt, or is no detail."""
        if attempt is None or self.attempts == "all":
            return True
        return self.attempts != "none" and attempt in self.attempts


class Envelope(NamedTuple):
    """What the carrier puts around the bytes: one `wrap` per write, and one `end` when there is no more."""

    wrap: Callable[[bytes], bytes]
    end: bytes


def _unwrapped(data: bytes) -> bytes:
    return data


BARE = Envelope(_unwrapped, b"")
"""For a carrier that frames by itself."""


Together = Callable[[list[Any], bytes], Iterable[tuple[int, int]]]
"""Gives the same bytes to many carriers at once, each named by its `handle`. Answers with the place of each that
did not take all, and how many bytes it took (-1: its connection is broken). Carriers are handed over here with
nothing waiting."""


class Spelling(NamedTuple):
    """How it is written down, and by what kind of carrier.

    One kind has a way to write to many at once; without it they are written to one by one.
    """

    coding: Coding
    envelope: Envelope
    together: Together | None = None
