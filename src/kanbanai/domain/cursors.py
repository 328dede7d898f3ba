"""Positions in a channel: which log (`epoch`) and how far (`seq`).

    id: 9f3c2a-1842        epoch 9f3c2a, everything up to and including event 1842 has been said

A sequence number means nothing without the log it counts in. A database that was restored from a copy or made anew
has another epoch, and a reader who comes with a cursor of the old one is told so instead of being given wrong events.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal["resumed", "snapshot", "epoch"]
"""What became of a reader's cursor: resumed exactly; given a snapshot because it named none, or one older than what is
kept; given a snapshot because it named another log."""


class Cursor(msgspec.Struct, frozen=True, order=True):
    """Everything of log `epoch` up to and including event `seq` is known. `seq` 0 is the empty beginning."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor that `text` spells, or None when it spells none (a foreign id is no error: it is no cursor)."""
        epoch, dash, seq = text.rpartition("-")
        if not dash or not epoch or not seq.isascii() or not seq.isdigit() or len(seq) > MAX_SEQ_DIGITS:
            return None
        return cls(epoch, int(seq))


MAX_SEQ_DIGITS = 18
"""Keeps a hostile `Last-Event-ID` of a million digits from costing a bignum; 10**18 still fits a 64-bit column."""
