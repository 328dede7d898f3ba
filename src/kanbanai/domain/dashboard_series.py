"""The dashboard's curves: attempts over time and how they went, and what each agent took.

buckets of attempt_counts (made then: how many, how they stand now) ─┐
attempts that ended (when, how long, what they used) ────────────────┴─► points, one a bucket, and agents
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import median

import msgspec

from kanbanai.domain.dashboard_rows import EndedRow, Tally
from kanbanai.domain.periods import TimeRange
from kanbanai.domain.times import Timestamp, later, seconds_between
from kanbanai.domain.usage import total_of

HOUR = 3_600
DAY = 86_400
HOURLY_UP_TO = 2 * DAY
"""Seconds of a period up to which its points are hours: 48 of them can still be told apart."""
MAX_POINTS = 366
"""Days that are shown at most, the last ones: a year."""
MAX_ENDED = 5_000
"""Attempts whose times and costs are looked at, the last ones: they are read one by one, 5,000 in about 20 ms."""


class AgentPoint(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the attempts of an agent that ended in a bucket took; `cost` and `totalTokens` as of `AgentSeries`."""

    agent_id: str
    cost: dict[str, float]
    total_tokens: int | None


class SeriesPoint(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened in `bucketSeconds` from `timestamp` on.

    Of the attempts made then: how many, and how they stand now. `ended`: how many ended then. `reviewSeconds`: of those
    that ended then with success, the median of the time from when they were made; null: there were none. `took`: what
    those that ended then took, by agent; an agent that told neither a cost nor tokens is left out.
    """

    timestamp: Timestamp
    attempts: int
    succeeded: int
    failed: int
    ended: int
    review_seconds: float | None
    took: tuple[AgentPoint, ...]


class AgentSeries(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the attempts of an agent that ended in the period took.

    `cost` by currency (ISO 4217), as agents reckon it; empty: none told. `totalTokens` null: none told. `workSeconds`
    is the time in which turns were going on.
    """

    agent_id: str
    agent_name: str
    ended: int
    succeeded: int
    failed: int
    cost: dict[str, float]
    total_tokens: int | None
    work_seconds: float


class DashboardSeries(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The curves over a period: a point for each hour or day of it, the oldest first, and the agents by name.

    `isPartial`: there were more attempts than are looked at one by one; then `reviewSeconds`, `took` and `agents` are
    of the last ones (5,000).
    """

    time_range: TimeRange
    bucket_seconds: int
    points: tuple[SeriesPoint, ...]
    agents: tuple[AgentSeries, ...]
    is_partial: bool


def bucket_seconds(period: TimeRange) -> int:
    """How long the points of a period are: an hour, or a day."""
    length = period.seconds
    return HOUR if length is not None and length <= HOURLY_UP_TO else DAY


def prefix(bucket: int) -> int:
    """How much of a time's text names its bucket."""
    return 13 if bucket == HOUR else 10  # 2026-11-23T18, 2026-11-23


def series(
    period: TimeRange,
    made: Mapping[str, Tally],
    ended: Mapping[str, int],
    rows: Sequence[EndedRow],
    names: Mapping[str, str],
) -> DashboardSeries:
    """The curves. `made` and `ended` are counted by bucket (the beginning of a time's text); `rows` the last first."""
    bucket = bucket_seconds(period)
    width = prefix(bucket)
    then: defaultdict[str, list[EndedRow]] = defaultdict(list)
    for row in rows:
        then[row.ended_at[:width]].append(row)
    points = tuple(
        _point(name, made.get(name, Tally()), ended.get(name, 0), then.get(name, ()))
        for name in _buckets(period, bucket, min((*made, *ended), default=None))
    )
    return DashboardSeries(
        time_range=period,
        bucket_seconds=bucket,
        points=points,
        agents=_agents(rows, names),
        is_partial=len(rows) >= MAX_ENDED,
    )


def _buckets(period: TimeRange, bucket: int, earliest: str | None) -> list[str]:
    """The names of all buckets of the period, those in which nothing happened too; at most the last `MAX_POINTS`."""
    width = prefix(bucket)
    first = earliest if period.since is None else period.since[:width]
    found: list[str] = []
    name = period.to[:width]
    while len(found) < MAX_POINTS and (not found or (first is not None and name >= first)):
        found.append(name)
        name = later(_beginning(name), -timedelta(seconds=bucket))[:width]
    return found[::-1]


def _beginning(name: str) -> Timestamp:
    return Timestamp(f"{name}:00:00.000Z" if "T" in name else f"{name}T00:00:00.000Z")


def _point(name: str, tally: Tally, ended: int, rows: Sequence[EndedRow]) -> SeriesPoint:
    waits = [seconds_between(row.created_at, row.ended_at) for row in rows if row.status == "succeeded"]
    return SeriesPoint(
        timestamp=_beginning(name),
        attempts=tally.attempts,
        succeeded=tally.succeeded,
        failed=tally.failed,
        ended=ended,
        review_seconds=median(waits) if waits else None,
        took=_took(rows),
    )


def _by_agent(rows: Iterable[EndedRow]) -> dict[str, list[EndedRow]]:
    found: defaultdict[str, list[EndedRow]] = defaultdict(list)
    for row in rows:
        found[row.agent].append(row)
    return found


def _took(rows: Iterable[EndedRow]) -> tuple[AgentPoint, ...]:
    totals = {key: total_of(row.usage for row in of) for key, of in sorted(_by_agent(rows).items())}
    return tuple(
        AgentPoint(agent_id=key, cost=took.cost, total_tokens=took.total_tokens)
        for key, took in totals.items()
        if took.cost or took.total_tokens is not None
    )


def _agents(rows: Iterable[EndedRow], names: Mapping[str, str]) -> tuple[AgentSeries, ...]:
    found = (_agent(key, names.get(key, key), of) for key, of in _by_agent(rows).items())
    return tuple(sorted(found, key=lambda one: one.agent_name.casefold()))


def _agent(key: str, name: str, rows: list[EndedRow]) -> AgentSeries:
    took = total_of(row.usage for row in rows)
    return AgentSeries(
        agent_id=key,
        agent_name=name,
        ended=len(rows),
        succeeded=sum(row.status == "succeeded" for row in rows),
        failed=sum(row.status == "failed" for row in rows),
        cost=took.cost,
        total_tokens=took.total_tokens,
        work_seconds=took.work_ms / 1_000,
    )
