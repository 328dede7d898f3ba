"""This machine's clock and its source of identifiers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from kanbanai.domain.times import Timestamp, timestamp


class SystemClock:
    """The time of day, as the system knows it."""

    def now(self) -> Timestamp:
        return timestamp(datetime.now(UTC))


class RandomIds:
    """Random UUIDs (version 4)."""

    def new(self, prefix: str) -> str:
        return f"{prefix}{uuid.uuid4()}"
