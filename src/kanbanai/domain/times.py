"""Times as the wire and the tables spell them: ISO 8601 in UTC with milliseconds, `2026-11-23T18:42:00.123Z`.

The text sorts as the time does, so it is stored as it is sent and never converted on the way.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NewType

from kanbanai.domain.errors import Invalid

Timestamp = NewType("Timestamp", str)

_FIRST_YEAR = 1970
"""Before it there were no boards; and a year of four digits keeps the text sortable."""


def timestamp(moment: datetime) -> Timestamp:
    """The wire's spelling of an aware `moment`, cut (not rounded) to milliseconds."""
    return Timestamp(moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z")


def moment(text: str) -> datetime:
    """The aware time that an ISO 8601 `text` names; a text without a zone is taken as UTC.

    Raises ValueError when the text is not ISO 8601.
    """
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def later(stamp: Timestamp, delta: timedelta) -> Timestamp:
    """The time `delta` after `stamp` (before it when negative)."""
    return timestamp(moment(stamp) + delta)


def seconds_between(start: Timestamp, end: Timestamp) -> float:
    """Seconds from `start` to `end`; negative when `end` comes first."""
    return (moment(end) - moment(start)).total_seconds()


def imported(text: str, field: str) -> Timestamp:
    """The wire's spelling of a time written in any spelling of ISO 8601. Raises Invalid, naming `field`."""
    try:
        utc = moment(text).astimezone(UTC)
    except (ValueError, OverflowError):
        utc = None
    if utc is None or utc.year < _FIRST_YEAR:
        raise Invalid.field(
            field, f"{text!r} is not a time like 2026-11-23T18:42:00.000Z, from {_FIRST_YEAR} on"
        )
    return timestamp(utc)
