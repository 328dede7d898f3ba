"""This machine's clock and its source of identifiers."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime

from kanbanai.domain.times import Timestamp, timestamp


class SystemClock:
    """The time of day, as the system knows it."""

    def __init__(self) -> None:
        self._last = (0, timestamp(datetime.fromtimestamp(0, UTC)))

    def now(self) -> Timestamp:
        # Many ask within the same millisecond, and spelling it takes ten times as long as looking at it.
        millisecond = time.time_ns() // 1_000_000
        last, spelled = self._last
        if millisecond != last:
            spelled = timestamp(datetime.fromtimestamp(millisecond / 1000, UTC))
            self._last = (millisecond, spelled)
        return spelled


class RandomIds:
    """Random UUIDs (version 4)."""

    def new(self, prefix: str) -> str:
        return f"{prefix}{uuid.uuid4()}"
