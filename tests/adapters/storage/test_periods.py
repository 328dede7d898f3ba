"""A period cut into edges, hours and days is the period: every moment of it once, and none besides."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanbanai.adapters.storage.periods import ALL, DAY, HOUR, Buckets, Edge, cut
from kanbanai.domain.times import Timestamp, timestamp

FIRST = datetime(2026, 2, 26, 22, tzinfo=UTC)


def moments() -> st.SearchStrategy[Timestamp]:
    """Milliseconds of four days around the end of a month; whole hours and midnights are common."""
    milliseconds = st.integers(0, 4 * 86_400_000)
    hours = st.integers(0, 96).map(lambda hour: hour * 3_600_000)
    return st.one_of(milliseconds, hours, hours.map(lambda one: one + 1), hours.map(lambda one: one - 1)).map(
        lambda one: timestamp(FIRST + timedelta(milliseconds=one))
    )


def times_held(moment: Timestamp, edges: list[Edge], buckets: list[Buckets]) -> int:
    in_edges = sum(edge.low <= moment < edge.high for edge in edges)
    return in_edges + sum(one.low <= moment[: one.width] < one.high for one in buckets)


@given(st.none() | moments(), st.none() | moments(), moments())
def test_every_moment_of_a_period_is_held_once(
    since: Timestamp | None, until: Timestamp | None, moment: Timestamp
) -> None:
    if since is not None and until is not None and since >= until:
        since, until = until, since
    is_inside = (since is None or since <= moment) and (until is None or moment < until)
    edges, buckets = cut(since, until)
    assert times_held(moment, edges, buckets) == is_inside


@given(st.none() | moments(), st.none() | moments())
def test_attempts_are_looked_at_for_less_than_two_hours(
    since: Timestamp | None, until: Timestamp | None
) -> None:
    edges, buckets = cut(since, until)
    assert len(edges) <= 2
    assert len(buckets) <= 3
    for edge in edges:
        if edge.low < edge.high:
            assert len({edge.low[:HOUR], edge.high[:HOUR]}) <= 2


def test_all_of_time_is_one_bucket() -> None:
    assert cut(None, None) == ([], [Buckets(ALL, "", "~")])


def test_a_week_is_an_edge_some_hours_and_whole_days() -> None:
    edges, buckets = cut(Timestamp("2026-11-16T18:42:00.123Z"), None)
    assert edges == [Edge("2026-11-16T18:42:00.123Z", "2026-11-16T19")]
    assert buckets == [Buckets(HOUR, "2026-11-16T19", "2026-11-17"), Buckets(DAY, "2026-11-17", "~")]


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("9999-12-31T23:10:00.000Z", "9999-12-31T23:50:00.000Z"),
        ("9999-12-31T10:10:00.000Z", "9999-12-31T23:50:00.000Z"),
    ],
)
def test_the_end_of_the_calendar_is_no_special_case(since: str, until: str) -> None:
    edges, buckets = cut(Timestamp(since), Timestamp(until))
    assert times_held(Timestamp("9999-12-31T23:30:00.000Z"), edges, buckets) == 1
