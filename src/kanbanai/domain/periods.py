"""Stretches of time that the dashboard can be asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, get_args

import msgspec

from kanbanai.domain.errors import Invalid
from kanbanai.domain.times import Timestamp, imported, later, seconds_between

Preset = Literal["last_24h", "last_7d", "last_30d", "last_90d", "all_time"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
DEFAULT_PRESET: Preset = "last_7d"
_LENGTHS: dict[Preset, timedelta] = {
    "last_24h": timedelta(hours=24),
    "last_7d": timedelta(days=7),
    "last_30d": timedelta(days=30),
    "last_90d": timedelta(days=90),
}
_SHORT: dict[str, Preset] = {
    "24h": "last_24h",
    "7d": "last_7d",
    "30d": "last_30d",
    "90d": "last_90d",
    "all": "all_time",
}


class TimeRange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of time, `from` included, `to` not. A preset ends now and goes on; `all_time` has no `from`."""

    preset: Preset | None = None
    since: Timestamp | None = msgspec.field(default=None, name="from")
    to: Timestamp

    @property
    def until(self) -> Timestamp | None:
        """Where to stop counting. None for a preset: what happens in this very millisecond belongs to it."""
        return self.to if self.preset is None else None

    @property
    def seconds(self) -> int | None:
        """How long it is; None when it has no beginning."""
        return None if self.since is None else max(1, int(seconds_between(self.since, self.to)))


def preset_range(preset: Preset, now: Timestamp) -> TimeRange:
    """The stretch of time that ends now."""
    length = _LENGTHS.get(preset)
    return TimeRange(preset=preset, since=None if length is None else later(now, -length), to=now)


def requested_range(
    now: Timestamp, *, since: str | None, to: str | None, preset: str | None, short: str | None
) -> TimeRange:
    """The stretch of time that a query means: `since` with `to`, else a preset, else a short name, else seven days.

    Raises Invalid when only one of `since` and `to` is given, one is no time, they are in the wrong order, or the short
    name is unknown. An unknown preset is passed over.
    """
    if since is not None or to is not None:
        if since is None or to is None:
            missing = "from" if since is None else "to"
            raise Invalid.field(missing, "is missing: from and to go together")
        beginning, end = imported(since, "from"), imported(to, "to")
        if beginning >= end:
            raise Invalid.field("to", f"is {end}; it must be later than from, which is {beginning}")
        return TimeRange(since=beginning, to=end)
    for known in PRESETS:
        if known == preset:
            return preset_range(known, now)
    if short is not None:
        if short not in _SHORT:
            raise Invalid.field("range", f"{short!r} is not one of {', '.join(_SHORT)}")
        return preset_range(_SHORT[short], now)
    return preset_range(DEFAULT_PRESET, now)
