"""What the streams of this node amount to."""

from __future__ import annotations

import msgspec

from kanbanai.realtime.reasons import REASONS, Reason


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """One moment's view. Counters begin with the process; bytes are those handed to the carrier after the prologue."""

    channels: int
    feeds: int
    subscribers: dict[str, int]
    """By condition: prologue, joining, live, paused, ending."""
    frames: int
    bytes: int
    flushes: int
    states_encoded: int
    overviews_computed: int
    log_reads: int
    faults: int
    ended: dict[str, int]
    """By the code of the reason."""
    disconnected: int


class Tally:
    """The counters, written by everybody in this package."""

    __slots__ = (
        "bytes", "disconnected", "ended", "faults", "flushes", "frames", "log_reads", "overviews", "states",
    )  # fmt: skip

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0
        self.flushes = 0
        self.states = 0
        self.overviews = 0
        self.log_reads = 0
        self.faults = 0
        self.disconnected = 0
        self.ended: dict[Reason, int] = dict.fromkeys(REASONS, 0)
