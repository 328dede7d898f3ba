"""The dashboard's overview, put together from what the store counts."""

from __future__ import annotations

from kanbanai.domain import dashboard as shapes
from kanbanai.domain import dashboard_series as curves
from kanbanai.domain import inbox, wire
from kanbanai.domain.dashboard import AgentStats, Metrics, Overview, ProjectSnapshot
from kanbanai.domain.dashboard_rows import Tallies, Tally
from kanbanai.domain.dashboard_series import DashboardSeries
from kanbanai.domain.ids import BoardId
from kanbanai.domain.inbox import Inbox
from kanbanai.domain.periods import DEFAULT_PRESET, TimeRange, preset_range, requested_range
from kanbanai.ports import Reading
from kanbanai.usecases import agents


def overview(tx: Reading, period: TimeRange) -> Overview:
    """Everything the dashboard shows, over a period. Active attempts and open cards are those of now in any case."""
    rows = tx.dashboard
    since, until = period.since, period.until
    tallies = rows.tallies(since, until)
    active = rows.active_by_board()
    total = sum(tallies.by_board.values(), Tally())
    items = _inbox(tx, period)
    metrics = Metrics(
        by_key={
            "projects.total": shapes.series("Projects", rows.project_count(), period),
            "attempts.active": shapes.series("Active Attempts", sum(active.values()), period),
            "attempts.completed": shapes.series("Attempts Completed", tallies.ended, period),
            "cards.open": shapes.series(
                "Open Cards", shapes.card_counts(rows.cards_by_column()).open, period
            ),
        },
        active_attempts=sum(active.values()),
        attempts_in_range=total.attempts,
        success_rate_in_range=total.success_rate,
        review_items_count=0 if items.meta is None else items.meta.total_review,
        projects_with_activity=len(tallies.by_board),
    )
    return Overview(
        time_range=period,
        generated_at=tx.now,
        updated_at=tx.now,
        metrics=metrics,
        active_attempts=tuple(map(shapes.active_attempt, rows.active(shapes.MAX_ACTIVE))),
        recent_attempt_activity=tuple(
            map(shapes.attempt_activity, rows.ended(since, until, shapes.MAX_RECENT))
        ),
        project_snapshots=_snapshots(tx, tallies, active),
        inbox_items=items,
        agent_stats=_agents(tx, period, tallies),
        attempts_in_range=total.attempts,
        success_rate_in_range=total.success_rate,
        projects_with_activity_in_range=len(tallies.by_board),
        meta=shapes.META,
    )


def requested(
    tx: Reading, *, since: str | None, to: str | None, preset: str | None, short: str | None
) -> Overview:
    """The overview over the period that a query names. Raises Invalid as `requested_range` does."""
    return overview(tx, requested_range(tx.now, since=since, to=to, preset=preset, short=short))


def series(
    tx: Reading, *, since: str | None, to: str | None, preset: str | None, short: str | None
) -> DashboardSeries:
    """The curves over the period that a query names. Raises Invalid as `requested_range` does."""
    period = requested_range(tx.now, since=since, to=to, preset=preset, short=short)
    width = curves.prefix(curves.bucket_seconds(period))
    made, ended = tx.dashboard.by_bucket(width, period.since, period.until)
    rows = tx.dashboard.took(period.since, period.until, curves.MAX_ENDED)
    names = {key: agent.label for key, agent in agents.known(tx).items()}
    return curves.series(period, made, ended, rows, names)


def encoded(tx: Reading) -> bytes:
    """The overview of the last seven days as the stream sends it (`dashboard_overview`)."""
    return wire.encode(overview(tx, preset_range(DEFAULT_PRESET, tx.now)))


def _inbox(tx: Reading, period: TimeRange) -> Inbox:
    rows = tx.dashboard.newest(period.since, period.until, inbox.SCANNED)
    found = inbox.findings(rows, tx.now)
    listed = found[: inbox.MAX_ITEMS]
    pending = tx.permissions.pending()
    asking = (one.attempt_id for one in pending[: inbox.MAX_ITEMS])
    named = tx.dashboard.named(list(dict.fromkeys((*(one.row.attempt_id for one in listed), *asking))))
    said = tx.dashboard.last_words([one.row.attempt_id for one in listed if one.kind == "failed"])
    return inbox.inbox(found, named, said, tx.now, pending)


def _snapshots(tx: Reading, tallies: Tallies, active: dict[BoardId, int]) -> tuple[ProjectSnapshot, ...]:
    projects = tx.dashboard.newest_projects(shapes.MAX_SNAPSHOTS)
    cards = tx.dashboard.cards_of_boards([project.board_id for project in projects])
    return tuple(
        shapes.project_snapshot(
            project,
            shapes.card_counts(cards.get(project.board_id, ())),
            active.get(project.board_id, 0),
            tallies.by_board.get(project.board_id, Tally()),
        )
        for project in projects
    )


def _agents(tx: Reading, period: TimeRange, tallies: Tallies) -> tuple[AgentStats, ...]:
    activity = tx.dashboard.agent_activity(period.since, period.until)
    ended = tx.dashboard.took(period.since, period.until, shapes.MAX_USAGES)
    return tuple(
        shapes.agent_stats(
            agent.key, agent.label, tallies.by_agent.get(agent.key, Tally()), activity.get(agent.key), ended
        )
        for agent in sorted(agents.known(tx).values(), key=lambda one: one.label.casefold())
    )
