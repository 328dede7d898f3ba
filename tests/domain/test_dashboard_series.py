"""The curves of the dashboard."""

from kanbanai.domain.attempts import AttemptStatus
from kanbanai.domain.dashboard_rows import EndedRow, Tally
from kanbanai.domain.dashboard_series import DAY, HOUR, MAX_POINTS, bucket_seconds, series
from kanbanai.domain.periods import TimeRange, preset_range
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage

NOW = Timestamp("2026-11-23T18:42:00.000Z")


def row(
    made: str,
    ended: str,
    status: AttemptStatus = "succeeded",
    agent: str = "DEMO",
    usage: Usage | None = None,
) -> EndedRow:
    return EndedRow(agent, status, Timestamp(made), Timestamp(ended), usage)


def test_hours_up_to_two_days_then_days() -> None:
    assert bucket_seconds(preset_range("last_24h", NOW)) == HOUR
    assert bucket_seconds(preset_range("last_7d", NOW)) == DAY
    assert bucket_seconds(preset_range("all_time", NOW)) == DAY


def test_every_bucket_of_the_period_has_a_point() -> None:
    found = series(preset_range("last_7d", NOW), {"2026-11-20": Tally(3, 2, 1)}, {"2026-11-21": 2}, [], {})
    assert [one.timestamp[:10] for one in found.points] == [f"2026-11-{day}" for day in range(16, 24)]
    assert [one.attempts for one in found.points] == [0, 0, 0, 0, 3, 0, 0, 0]
    assert [one.ended for one in found.points] == [0, 0, 0, 0, 0, 2, 0, 0]
    assert found.points[4].succeeded == 2
    assert found.points[4].failed == 1


def test_an_hour_is_a_point_of_its_own() -> None:
    found = series(preset_range("last_24h", NOW), {"2026-11-23T18": Tally(1)}, {}, [], {})
    assert len(found.points) == 25
    assert found.points[0].timestamp == "2026-11-22T18:00:00.000Z"
    assert found.points[-1].attempts == 1


def test_all_time_begins_with_the_first_attempt_and_is_a_year_at_most() -> None:
    always = preset_range("all_time", NOW)
    assert len(series(always, {}, {}, [], {}).points) == 1
    assert len(series(always, {"2026-11-20": Tally(1)}, {}, [], {}).points) == 4
    long = series(always, {"2020-01-01": Tally(1)}, {}, [], {})
    assert len(long.points) == MAX_POINTS
    assert long.points[-1].timestamp == "2026-11-23T00:00:00.000Z"


def test_the_time_to_review_is_the_median_of_those_that_succeeded() -> None:
    made = "2026-11-22T10:00:00.000Z"
    rows = [
        row(made, "2026-11-22T10:10:00.000Z"),
        row(made, "2026-11-22T10:02:00.000Z"),
        row(made, "2026-11-22T10:04:00.000Z"),
        row(made, "2026-11-22T10:00:01.000Z", "failed"),
    ]
    period = TimeRange(since=Timestamp("2026-11-22T00:00:00.000Z"), to=NOW)
    waits = {str(one.timestamp): one.review_seconds for one in series(period, {}, {}, rows, {}).points}
    assert waits["2026-11-22T10:00:00.000Z"] == 240
    assert waits["2026-11-22T11:00:00.000Z"] is None


def test_what_agents_took_is_added_up_by_currency() -> None:
    made, ended = "2026-11-22T10:00:00.000Z", "2026-11-22T10:10:00.000Z"
    rows = [
        row(made, ended, agent="B", usage=Usage(cost=1.5, currency="EUR", total_tokens=10, work_ms=500)),
        row(made, ended, agent="B", usage=Usage(cost=0.5, currency="EUR", work_ms=1_000)),
        row(made, ended, "failed", agent="B", usage=Usage(cost=2.0, currency="USD")),
        row(made, ended, "stopped", agent="A"),
    ]
    first, second = series(preset_range("last_7d", NOW), {}, {}, rows, {"A": "Zeta", "B": "Beta"}).agents
    assert (first.agent_name, first.cost, first.total_tokens) == ("Beta", {"EUR": 2.0, "USD": 2.0}, 10)
    assert (first.ended, first.succeeded, first.failed, first.work_seconds) == (3, 2, 1, 1.5)
    assert (second.agent_name, second.ended, second.cost, second.total_tokens) == ("Zeta", 1, {}, None)
