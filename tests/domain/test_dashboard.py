"""How a project is doing and what its cards count as; contract section 18."""

import pytest

from kanbanai.domain import dashboard
from kanbanai.domain.boards import Role
from kanbanai.domain.dashboard_rows import ColumnCards, Tally
from kanbanai.domain.periods import TimeRange, preset_range
from kanbanai.domain.times import Timestamp

NOW = Timestamp("2026-11-23T18:42:00.000Z")


@pytest.mark.parametrize(
    ("title", "bucket"),
    [
        ("Done", "done"),
        (" done ", "done"),
        ("Not done", "in_progress"),
        ("Code Review", "review"),
        ("PR open", "review"),
        ("PR", "review"),
        ("Sprint", "in_progress"),
        ("In Progress", "in_progress"),
        ("Doing", "in_progress"),
        ("Active", "in_progress"),
        ("In dev", "in_progress"),
        ("Backlog", "backlog"),
        ("Todo", "backlog"),
        ("To do", "backlog"),
        ("To-Do", "backlog"),
        ("Ready", "backlog"),
        ("", "backlog"),
        ("Anything", "in_progress"),
    ],
)
def test_a_column_without_a_role_counts_by_the_words_of_its_title(title: str, bucket: str) -> None:
    assert dashboard.bucket(None, title) == bucket


@pytest.mark.parametrize(
    ("role", "bucket"),
    [("backlog", "backlog"), ("inProgress", "in_progress"), ("review", "review"), ("done", "done")],
)
def test_a_role_says_what_a_column_counts_as_whatever_its_title(role: Role, bucket: str) -> None:
    assert dashboard.bucket(role, "Done, in review, todo") == bucket


def test_open_cards_are_all_but_the_done_ones() -> None:
    columns = [
        ColumnCards("done", "Shipped", 5),
        ColumnCards(None, "Done", 2),
        ColumnCards(None, "Ideas", 3),
        ColumnCards("review", "Done", 4),
        ColumnCards("backlog", "Later", 1),
    ]
    counts = dashboard.card_counts(columns)
    assert (counts.backlog, counts.in_progress, counts.review, counts.done, counts.open) == (1, 3, 4, 7, 8)


@pytest.mark.parametrize(
    ("open_cards", "active", "tally", "score", "high", "risk", "notes"),
    [
        (0, 0, Tally(), 0, False, False, "No cards or attempts in selected range"),
        (12, 0, Tally(), 12, True, False, "Open cards with no recent attempts"),
        (0, 4, Tally(), 12, False, False, "No cards or attempts in selected range"),
        (0, 0, Tally(5, 0, 5), 10, True, True, "High failure rate with sufficient recent attempts"),
        (0, 0, Tally(4, 0, 4), 8, False, False, "Moderate activity and low failure rate"),
        (1, 1, Tally(6, 4, 2), 16, True, False, "High activity with multiple open cards and attempts"),
        (1, 0, Tally(1, 1, 0), 3, False, False, "Moderate activity and low failure rate"),
        (0, 0, Tally(6, 3, 3), 12, True, True, "High failure rate with sufficient recent attempts"),
    ],
)
def test_a_projects_health(
    open_cards: int, active: int, tally: Tally, score: int, high: bool, risk: bool, notes: str
) -> None:
    health = dashboard.health(open_cards, active, tally)
    assert (health.activity_score, health.is_high_activity, health.is_at_risk, health.notes) == (
        score,
        high,
        risk,
        notes,
    )
    assert health.failure_rate_in_range == tally.failure_rate


def test_a_metric_has_one_point_over_the_period_and_none_over_all_time() -> None:
    series = dashboard.series("Projects", 3, preset_range("last_24h", NOW))
    (point,) = series.points
    assert (point.timestamp, point.value, point.bucket_size_seconds) == (
        "2026-11-22T18:42:00.000Z",
        3,
        86_400,
    )
    assert dashboard.series("Projects", 3, preset_range("all_time", NOW)).points == ()


def test_a_period_shorter_than_a_second_still_has_a_length() -> None:
    period = TimeRange(since=Timestamp("2026-11-23T18:42:00.000Z"), to=Timestamp("2026-11-23T18:42:00.001Z"))
    assert period.seconds == 1


def test_rates_are_shares_of_all_attempts() -> None:
    tally = Tally(4, 1, 2)
    assert (tally.success_rate, tally.failure_rate) == (0.25, 0.5)
    assert (Tally().success_rate, Tally().failure_rate) == (0, 0)
