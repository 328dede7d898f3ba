"""Times as the wire spells them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies

from kanbanai.domain.errors import Invalid
from kanbanai.domain.times import Timestamp, imported, later, moment, seconds_between, timestamp

ZONES = strategies.integers(min_value=-14, max_value=14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = strategies.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - the zone is another strategy's
    max_value=datetime(9000, 1, 1),  # noqa: DTZ001
    timezones=ZONES,
)


@given(MOMENTS)
def test_a_time_is_cut_to_milliseconds_in_utc(when: datetime) -> None:
    text = timestamp(when)
    assert len(text) == len("2026-11-23T18:42:00.123Z")
    assert timedelta(0) <= when - moment(text) < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_the_texts_sort_as_the_times_do(one: datetime, two: datetime) -> None:
    first, second = timestamp(one), timestamp(two)
    assert (first < second) == (moment(first) < moment(second))


@given(MOMENTS)
def test_a_time_in_any_spelling_comes_in_as_the_wires(when: datetime) -> None:
    assert imported(when.isoformat(), "createdAt") == timestamp(when)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-13-01", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z"]
)
def test_what_is_no_time_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        imported(text, "createdAt")
    assert caught.value.fields[0].field == "createdAt"


def test_times_can_be_reckoned_with() -> None:
    start = Timestamp("2026-11-23T18:42:00.000Z")
    end = later(start, timedelta(minutes=-1, milliseconds=500))
    assert end == "2026-11-23T18:41:00.500Z"
    assert seconds_between(start, end) == -59.5
    assert moment("2026-11-23T18:42") == datetime(2026, 11, 23, 18, 42, tzinfo=UTC)
