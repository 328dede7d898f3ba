"""How a watching client is connected, as it tells its user."""

from __future__ import annotations

from typing import Literal

import msgspec

Phase = Literal["connecting", "live", "reconnecting", "refreshing", "closed"]


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a watch is doing.

    connecting    for the first time
    live          every change arrives as it happens
    reconnecting  the stream broke; what is shown was true at the cursor. Try `attempt` follows in `next_in` seconds
    refreshing    all tries failed; the state is asked for over plain HTTP from time to time, and tries go on
    closed        it is over; `reason` says why
    """

    phase: Phase
    attempt: int = 0
    next_in: float | None = None
    """Seconds from the moment this was said to the next try; None: it is being made, or there is none."""
    reason: str | None = None
    """What ended the last connection, or made the last try fail."""
