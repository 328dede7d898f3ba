"""Cutting a period into the buckets of `attempt_counts`.

    since                                                                until
      ├─ edge ─┼─ hours ─┼──────────── days ────────────┼─ hours ─┼─ edge ─┤

Attempts themselves need to be looked at in the two edges only, each shorter than an hour. Times and buckets are
compared as text, where a prefix comes before everything that begins with it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from kanbanai.domain.times import Timestamp, later

ALL, DAY, HOUR = 0, 10, 13
"""The widths of a bucket: how much of a time's text it is."""
BEGINNING = ""
"""Comes before every time."""
END = "~"
"""Comes after every time."""

_ON_THE_HOUR = ":00:00.000Z"
_MIDNIGHT = "T00"


class Edge(NamedTuple):
    """Times from `low` on and before `high`."""

    low: str
    high: str


class Buckets(NamedTuple):
    """The buckets of one width from `low` on and before `high`."""

    width: int
    low: str
    high: str


def cut(since: Timestamp | None, until: Timestamp | None) -> tuple[list[Edge], list[Buckets]]:
    """The edges and buckets that together are the period, each moment of it exactly once."""
    if since is None and until is None:
        return [], [Buckets(ALL, BEGINNING, END)]
    if since is not None and until is not None and since[:HOUR] == until[:HOUR]:
        return [Edge(since, until)], []
    first = BEGINNING if since is None else _next_hour(since)
    last = END if until is None else until[:HOUR]
    edges = [Edge(low, high) for low, high in ((since, first), (last, until)) if low and high and low < high]
    return edges, [one for one in _hours_and_days(first, last) if one.low < one.high]


def _hours_and_days(first: str, last: str) -> list[Buckets]:
    if first[:DAY] == last[:DAY]:
        return [Buckets(HOUR, first, last)]
    first_day = BEGINNING if first == BEGINNING else _next_day(first)
    last_day = last[:DAY]
    return [
        Buckets(HOUR, first, first_day),
        Buckets(DAY, first_day, last_day),
        Buckets(HOUR, last_day, last),
    ]


def _next_hour(time: Timestamp) -> str:
    """The first hour that begins at the time or after it."""
    hour = time[:HOUR]
    return hour if time[HOUR:] == _ON_THE_HOUR else later(_beginning(hour), timedelta(hours=1))[:HOUR]


def _next_day(hour: str) -> str:
    """The first day that begins with the hour or after it."""
    day = hour[:DAY]
    if hour[DAY:] == _MIDNIGHT:
        return day
    return later(_beginning(day + _MIDNIGHT), timedelta(days=1))[:DAY]


def _beginning(hour: str) -> Timestamp:
    return Timestamp(hour + _ON_THE_HOUR)
