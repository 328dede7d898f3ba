"""Which stretch of time a query means; contract section 18."""

import pytest

from kanbanai.domain import wire
from kanbanai.domain.errors import Invalid
from kanbanai.domain.periods import DEFAULT_PRESET, PRESETS, TimeRange, preset_range, requested_range
from kanbanai.domain.times import Timestamp

NOW = Timestamp("2026-11-23T18:42:00.123Z")


def asked(
    since: str | None = None, to: str | None = None, preset: str | None = None, short: str | None = None
) -> TimeRange:
    return requested_range(NOW, since=since, to=to, preset=preset, short=short)


@pytest.mark.parametrize(
    ("preset", "short", "since"),
    [
        ("last_24h", "24h", "2026-11-22T18:42:00.123Z"),
        ("last_7d", "7d", "2026-11-16T18:42:00.123Z"),
        ("last_30d", "30d", "2026-10-24T18:42:00.123Z"),
        ("last_90d", "90d", "2026-08-25T18:42:00.123Z"),
        ("all_time", "all", None),
    ],
)
def test_a_preset_ends_now_under_either_name(preset: str, short: str, since: str | None) -> None:
    period = asked(preset=preset)
    assert (period.preset, period.since, period.to) == (preset, since, NOW)
    assert asked(short=short) == period


def test_nothing_asked_is_seven_days_and_an_unknown_preset_is_passed_over() -> None:
    assert asked() == asked(preset="last_2w") == preset_range(DEFAULT_PRESET, NOW)
    assert asked(preset="last_2w", short="24h").preset == "last_24h"


def test_from_and_to_win_over_a_preset_and_a_preset_over_a_short_name() -> None:
    period = asked("2026-11-01", "2026-11-02T12:00:00+02:00", "last_90d", "30d")
    assert period == TimeRange(
        since=Timestamp("2026-11-01T00:00:00.000Z"), to=Timestamp("2026-11-02T10:00:00.000Z")
    )
    assert asked(preset="last_90d", short="30d").preset == "last_90d"


@pytest.mark.parametrize(
    ("since", "to", "short", "field"),
    [
        ("2026-11-01", None, None, "to"),
        (None, "2026-11-01", None, "from"),
        ("yesterday", "2026-11-01", None, "from"),
        ("2026-11-01", "", None, "to"),
        ("2026-11-02", "2026-11-01", None, "to"),
        ("2026-11-01", "2026-11-01", None, "to"),
        ("0001-01-01T00:00:00+14:00", "2026-11-01", None, "from"),
        (None, None, "2w", "range"),
    ],
)
def test_what_is_no_period_is_refused_by_name(
    since: str | None, to: str | None, short: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        asked(since, to, short=short)
    assert [one.field for one in caught.value.fields] == [field]


def test_a_preset_counts_on_while_its_end_is_told_as_now() -> None:
    assert all(preset_range(preset, NOW).until is None for preset in PRESETS)
    assert asked("2026-11-01", "2026-11-02").until == "2026-11-02T00:00:00.000Z"


def test_the_wire_leaves_out_what_a_period_has_not() -> None:
    assert wire.encode(preset_range("all_time", NOW)) == b'{"preset":"all_time","to":"%s"}' % NOW.encode()
    assert b"preset" not in wire.encode(asked("2026-11-01", "2026-11-02"))
