"""The dashboard: what goes on in all projects over a period, and how each of them is doing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kanbanai.domain.attempts import AttemptStatus
from kanbanai.domain.boards import Role
from kanbanai.domain.dashboard_rows import AgentActivity, AttemptRow, ColumnCards, EndedRow, Tally
from kanbanai.domain.ids import AttemptId, CardId, ProjectId
from kanbanai.domain.inbox import Inbox
from kanbanai.domain.periods import PRESETS, Preset, TimeRange
from kanbanai.domain.projects import Project
from kanbanai.domain.times import Timestamp, seconds_between
from kanbanai.domain.usage import total_of

MAX_ACTIVE = 200
"""Active attempts listed; a machine runs a handful."""
MAX_RECENT = 40
"""Ended attempts listed: two screens."""
MAX_USAGES = 500
"""Ended attempts of which it is added up what they took: read one by one, in 2 ms. The curves look at more."""
MAX_SNAPSHOTS = 6
"""Projects shown one by one: what fits side by side."""

HIGH_ACTIVITY = 10
"""An activity score from which a project counts as busy."""
RISK_ATTEMPTS = 5
"""Attempts in the period from which on a rate of failure means something."""
RISK_RATE = 0.5
"""The rate of failure from which on a project is at risk."""


class _Wire(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What goes out; a field with a default is left out when it has nothing to say."""


class Point(_Wire, frozen=True, kw_only=True):
    """A value over `bucketSizeSeconds` from `timestamp` on."""

    timestamp: Timestamp
    value: int
    bucket_size_seconds: int


class Series(_Wire, frozen=True, kw_only=True):
    """A metric: its total, and as one point when the period has a beginning."""

    label: str
    unit: str
    points: tuple[Point, ...]
    total: int


class Metrics(_Wire, frozen=True, kw_only=True):
    """The headline numbers."""

    by_key: dict[str, Series]
    active_attempts: int
    attempts_in_range: int
    success_rate_in_range: float
    review_items_count: int
    projects_with_activity: int


class ActiveAttempt(_Wire, frozen=True, kw_only=True):
    """An attempt that an agent is at work on."""

    attempt_id: AttemptId
    project_id: ProjectId
    project_name: str
    card_id: CardId
    card_title: str
    ticket_key: str | None
    agent_id: str
    status: AttemptStatus
    started_at: Timestamp | None
    updated_at: Timestamp


class AttemptActivity(_Wire, frozen=True, kw_only=True):
    """An attempt that ended; `durationSeconds` of its last run, absent when it never ran."""

    attempt_id: AttemptId
    project_id: ProjectId
    project_name: str
    card_id: CardId
    card_title: str
    ticket_key: str | None
    agent_id: str
    status: AttemptStatus
    occurred_at: Timestamp
    duration_seconds: int | None = None


class CardCounts(_Wire, frozen=True, kw_only=True):
    """A board's cards by what their columns are for."""

    backlog: int
    in_progress: int
    review: int
    done: int

    @property
    def open(self) -> int:
        """All that are not done."""
        return self.backlog + self.in_progress + self.review


class Health(_Wire, frozen=True, kw_only=True):
    """How busy a project is and how well its attempts go."""

    activity_score: int
    failure_rate_in_range: float
    is_high_activity: bool
    is_at_risk: bool
    notes: str


class ProjectSnapshot(_Wire, frozen=True, kw_only=True):
    """One project at a glance."""

    project_id: ProjectId
    id: ProjectId
    name: str
    status: Literal["healthy"]
    repository_slug: str | None
    repository_path: str
    created_at: Timestamp
    active_attempts: int
    active_attempts_count: int
    open_cards: int
    total_cards: int
    column_card_counts: CardCounts
    attempts_in_range: int
    failed_attempts_in_range: int
    failure_rate_in_range: float
    health: Health


class AgentUsage(_Wire, frozen=True, kw_only=True):
    """What `attempts` attempts of an agent took that ended in the period.

    `cost` by currency (ISO 4217), as the agent reckons it; empty: it told none. `totalTokens` null: it told none.
    `workSeconds` is the time in which turns were going on.
    """

    attempts: int
    cost: dict[str, float]
    total_tokens: int | None
    work_seconds: float


class AgentStats(_Wire, frozen=True, kw_only=True):
    """What an agent did in the period. `usage` is of the attempts among the 500 that ended last."""

    agent_id: str
    agent_name: str
    status: Literal["online"]
    attempts_started: int
    attempts_succeeded: int
    attempts_failed: int
    success_rate: float | None = None
    attempts_in_range: int
    success_rate_in_range: float | None
    last_active_at: Timestamp | None = None
    last_activity_at: Timestamp | None
    has_activity_in_range: bool
    usage: AgentUsage


class OverviewMeta(_Wire, frozen=True, kw_only=True):
    """Which version of this document it is, and what can be asked for."""

    version: str
    available_time_range_presets: tuple[Preset, ...]


class Overview(_Wire, frozen=True, kw_only=True):
    """The whole dashboard."""

    time_range: TimeRange
    generated_at: Timestamp
    updated_at: Timestamp
    metrics: Metrics
    active_attempts: tuple[ActiveAttempt, ...]
    recent_attempt_activity: tuple[AttemptActivity, ...]
    project_snapshots: tuple[ProjectSnapshot, ...]
    inbox_items: Inbox
    agent_stats: tuple[AgentStats, ...]
    attempts_in_range: int
    success_rate_in_range: float
    projects_with_activity_in_range: int
    meta: OverviewMeta


META = OverviewMeta(version="v1", available_time_range_presets=PRESETS)


def series(label: str, total: int, period: TimeRange) -> Series:
    """A count over the whole period."""
    points: tuple[Point, ...] = ()
    if period.since is not None and period.seconds is not None:
        points = (Point(timestamp=period.since, value=total, bucket_size_seconds=period.seconds),)
    return Series(label=label, unit="count", points=points, total=total)


Bucket = Literal["backlog", "in_progress", "review", "done"]
_OF_ROLE: dict[Role, Bucket] = {
    "backlog": "backlog",
    "inProgress": "in_progress",
    "review": "review",
    "done": "done",
}
_TITLE_WORDS: tuple[tuple[Bucket, tuple[str, ...]], ...] = (
    ("review", ("review", "pr ")),
    ("in_progress", ("progress", "doing", "active", "in dev")),
    ("backlog", ("backlog", "todo", "to do", "to-do", "ready")),
)


def bucket(role: Role | None, title: str) -> Bucket:
    """What the cards of a column count as: its role says it, or of a column without one its title, word by word."""
    if role is not None:
        return _OF_ROLE[role]
    text = title.strip().lower()
    if not text:
        return "backlog"
    if text == "done":
        return "done"
    # The space stands for the end of a word: "PR" alone is one, "print" is not.
    spaced = f"{text} "
    return next(
        (name for name, words in _TITLE_WORDS if any(word in spaced for word in words)), "in_progress"
    )


def card_counts(columns: Sequence[ColumnCards]) -> CardCounts:
    """Cards counted by what their columns are for."""
    counts: dict[Bucket, int] = dict.fromkeys(_OF_ROLE.values(), 0)
    for column in columns:
        counts[bucket(column.role, column.title)] += column.cards
    return CardCounts(
        backlog=counts["backlog"],
        in_progress=counts["in_progress"],
        review=counts["review"],
        done=counts["done"],
    )


def health(open_cards: int, active: int, tally: Tally) -> Health:
    """How busy a project is, and how its attempts go.

    The score: open cards, three times the active attempts, twice the attempts of the period.
    """
    score = open_cards + 3 * active + 2 * tally.attempts
    is_high = score >= HIGH_ACTIVITY and (open_cards > 0 or tally.attempts > 0)
    is_at_risk = tally.attempts >= RISK_ATTEMPTS and tally.failure_rate >= RISK_RATE
    if not tally.attempts:
        notes = (
            "Open cards with no recent attempts" if open_cards else "No cards or attempts in selected range"
        )
    elif is_at_risk:
        notes = "High failure rate with sufficient recent attempts"
    elif is_high:
        notes = "High activity with multiple open cards and attempts"
    else:
        notes = "Moderate activity and low failure rate"
    return Health(
        activity_score=score,
        failure_rate_in_range=tally.failure_rate,
        is_high_activity=is_high,
        is_at_risk=is_at_risk,
        notes=notes,
    )


def project_snapshot(project: Project, cards: CardCounts, active: int, tally: Tally) -> ProjectSnapshot:
    """A project at a glance."""
    return ProjectSnapshot(
        project_id=project.id,
        id=project.id,
        name=project.name,
        status="healthy",
        repository_slug=project.repository_slug,
        repository_path=project.repository_path,
        created_at=project.created_at,
        active_attempts=active,
        active_attempts_count=active,
        open_cards=cards.open,
        total_cards=cards.open + cards.done,
        column_card_counts=cards,
        attempts_in_range=tally.attempts,
        failed_attempts_in_range=tally.failed,
        failure_rate_in_range=tally.failure_rate,
        health=health(cards.open, active, tally),
    )


def active_attempt(row: AttemptRow) -> ActiveAttempt:
    """An active attempt as it is listed."""
    return ActiveAttempt(
        attempt_id=row.attempt_id,
        project_id=row.project_id,
        project_name=row.project_name,
        card_id=row.card_id,
        card_title=row.card_title,
        ticket_key=row.ticket_key,
        agent_id=row.agent,
        status=row.status,
        started_at=row.started_at,
        updated_at=row.updated_at,
    )


def attempt_activity(row: AttemptRow) -> AttemptActivity:
    """An ended attempt as it is listed."""
    ended_at = row.ended_at or row.updated_at
    return AttemptActivity(
        attempt_id=row.attempt_id,
        project_id=row.project_id,
        project_name=row.project_name,
        card_id=row.card_id,
        card_title=row.card_title,
        ticket_key=row.ticket_key,
        agent_id=row.agent,
        status=row.status,
        occurred_at=ended_at,
        duration_seconds=None
        if row.started_at is None
        else max(0, int(seconds_between(row.started_at, ended_at))),
    )


def agent_stats(
    key: str, label: str, tally: Tally, activity: AgentActivity | None, ended: Sequence[EndedRow]
) -> AgentStats:
    """What an agent did in the period; `activity` None: it never did anything. `ended`: all agents' attempts."""
    mine = [row.usage for row in ended if row.agent == key]
    took = total_of(mine)
    rate = tally.success_rate if tally.attempts else None
    return AgentStats(
        agent_id=key,
        agent_name=label,
        status="online",
        attempts_started=tally.attempts,
        attempts_succeeded=tally.succeeded,
        attempts_failed=tally.failed,
        success_rate=rate,
        attempts_in_range=tally.attempts,
        success_rate_in_range=rate,
        last_active_at=None if activity is None else activity.last_active_at,
        last_activity_at=None if activity is None else activity.last_attempt_at,
        has_activity_in_range=tally.attempts > 0,
        usage=AgentUsage(
            attempts=len(mine),
            cost=took.cost,
            total_tokens=took.total_tokens,
            work_seconds=took.work_ms / 1_000,
        ),
    )
