"""The dashboard's overview from what is stored; contract section 18."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kanbanai.adapters.storage.connections import driver
from kanbanai.domain import wire
from kanbanai.domain.agents import CATALOGUE
from kanbanai.domain.attempts import Attempt, AttemptStatus, LogLine
from kanbanai.domain.boards import ColumnChanges
from kanbanai.domain.cards import CardChanges, Placement
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.dashboard import MAX_ACTIVE, MAX_RECENT, MAX_SNAPSHOTS, AgentUsage, Overview
from kanbanai.domain.dashboard_series import AgentPoint
from kanbanai.domain.ids import AttemptId, BoardId, CardId
from kanbanai.domain.inbox import SCANNED
from kanbanai.domain.periods import Preset, preset_range
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.times import Timestamp, later, timestamp
from kanbanai.domain.usage import Usage
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import attempts, cards, columns, dashboard, permissions
from kanbanai.usecases.attempts import NewAttempt
from kanbanai.usecases.permissions import Asked
from tests.world import World

BACKLOG, IN_PROGRESS, REVIEW, DONE = range(4)
START = datetime(2026, 11, 23, 18, 42, tzinfo=UTC)


class Office:
    """A world whose clock is set by hand, with a project to work in."""

    def __init__(self, world: World, board: BoardId) -> None:
        self.world = world
        self.board = board

    def at(self, **before_now: float) -> None:
        """It is so long before the time at which the tests look."""
        self.world.clock.moment = START - timedelta(**before_now)

    async def card(self, column: int = BACKLOG, board: BoardId | None = None, **fields: Any) -> CardId:
        return await self.world.card(board or self.board, column=column, **fields)

    async def queued(
        self, card: CardId | None = None, agent: str = "CODEX", board: BoardId | None = None
    ) -> Attempt:
        board = board or self.board
        card = card or await self.card(board=board)
        return await self.world.run(attempts.queue, board, card, NewAttempt(agent=agent, branch_name="b"))

    async def running(self, **where: Any) -> Attempt:
        return await self.world.run(attempts.start, (await self.queued(**where)).id)

    async def ended(self, status: AttemptStatus = "succeeded", minutes: float = 5, **where: Any) -> Attempt:
        """An attempt that begins at the clock's time and runs for so long; then the clock stands there."""
        attempt = await self.running(**where)
        self.world.clock.moment += timedelta(minutes=minutes)
        return await self.world.run(attempts.set_status, attempt.id, status)

    async def overview(self, preset: Preset = "last_7d", **before_now: float) -> Overview:
        self.at(**before_now)
        return await self.world.read(lambda tx: dashboard.overview(tx, preset_range(preset, tx.now)))

    async def between(self, since: str, to: str) -> Overview:
        return await self.world.read(dashboard.requested, since=since, to=to, preset=None, short=None)


@pytest.fixture
async def office() -> AsyncGenerator[Office]:
    async with World.opened() as world:
        world.clock.moment = START - timedelta(days=200)
        yield Office(world, (await world.project("Shop")).board_id)


# ── The document ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_empty_dashboard_has_everything_a_page_needs() -> None:
    async with World.opened() as world:
        world.clock.moment = START
        body = json.loads(await world.read(dashboard.encoded))
    now, since = "2026-11-23T18:42:00.001Z", "2026-11-16T18:42:00.001Z"
    agents = body.pop("agentStats")
    metrics = {"projects.total": "Projects", "attempts.active": "Active Attempts"}
    metrics |= {"attempts.completed": "Attempts Completed", "cards.open": "Open Cards"}
    point = {"timestamp": since, "value": 0, "bucketSizeSeconds": 604_800}
    assert body == {
        "timeRange": {"preset": "last_7d", "from": since, "to": now},
        "generatedAt": now,
        "updatedAt": now,
        "metrics": {
            "byKey": {
                key: {"label": label, "unit": "count", "points": [point], "total": 0}
                for key, label in metrics.items()
            },
            "activeAttempts": 0,
            "attemptsInRange": 0,
            "successRateInRange": 0,
            "reviewItemsCount": 0,
            "projectsWithActivity": 0,
        },
        "activeAttempts": [],
        "recentAttemptActivity": [],
        "projectSnapshots": [],
        "inboxItems": {"review": [], "failed": [], "stuck": []},
        "attemptsInRange": 0,
        "successRateInRange": 0,
        "projectsWithActivityInRange": 0,
        "meta": {
            "version": "v1",
            "availableTimeRangePresets": ["last_24h", "last_7d", "last_30d", "last_90d", "all_time"],
        },
    }
    assert {one["agentId"] for one in agents} == CATALOGUE.keys()
    assert agents[0] == {
        "agentId": "CLAUDE_CODE",
        "agentName": "Claude Code",
        "status": "online",
        "attemptsStarted": 0,
        "attemptsSucceeded": 0,
        "attemptsFailed": 0,
        "attemptsInRange": 0,
        "successRateInRange": None,
        "lastActivityAt": None,
        "hasActivityInRange": False,
        "usage": {"attempts": 0, "cost": {}, "totalTokens": None, "workSeconds": 0},
    }


async def test_what_the_stream_sends_is_the_overview_of_seven_days(office: Office) -> None:
    await office.ended()
    office.at(seconds=0)
    body = await office.world.read(dashboard.encoded)
    assert body == wire.encode(await office.overview("last_7d"))


async def test_all_of_time_has_no_beginning_and_no_points(office: Office) -> None:
    office.at(days=150)
    await office.ended()
    body = json.loads(wire.encode(await office.overview("all_time")))
    assert body["timeRange"].keys() == {"preset", "to"}
    assert all(series["points"] == [] for series in body["metrics"]["byKey"].values())
    assert body["metrics"]["byKey"]["attempts.completed"]["total"] == 1


# ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_attempts_count_by_when_they_were_made_and_ends_by_when_they_came(office: Office) -> None:
    office.at(days=7, minutes=2)
    await office.ended("succeeded", minutes=5)  # made before the period, ended in it
    office.at(days=3)
    await office.ended("failed")
    office.at(days=2)
    await office.ended("stopped")
    office.at(hours=25)
    await office.ended("succeeded")
    office.at(minutes=1)
    await office.running()

    overview = await office.overview("last_7d")
    assert overview.attempts_in_range == overview.metrics.attempts_in_range == 4
    assert overview.success_rate_in_range == overview.metrics.success_rate_in_range == 0.25
    assert overview.metrics.by_key["attempts.completed"].total == 4
    assert overview.metrics.by_key["attempts.active"].total == overview.metrics.active_attempts == 1
    assert (await office.overview("last_24h")).attempts_in_range == 1
    assert (await office.overview("last_30d")).attempts_in_range == 5


async def test_a_period_holds_its_beginning_and_not_its_end(office: Office) -> None:
    office.at(days=3)
    attempt = await office.ended()
    made, ended = attempt.created_at, attempt.ended_at
    assert ended is not None
    millisecond = timedelta(milliseconds=1)

    found = await office.between(made, ended)
    assert (found.attempts_in_range, found.metrics.by_key["attempts.completed"].total) == (1, 0)
    assert found.recent_attempt_activity == ()
    assert found.agent_stats[1].last_activity_at == made
    found = await office.between(later(made, millisecond), later(ended, millisecond))
    assert (found.attempts_in_range, found.metrics.by_key["attempts.completed"].total) == (0, 1)
    assert [one.attempt_id for one in found.recent_attempt_activity] == [attempt.id]
    assert (await office.between(later(made, -millisecond), made)).attempts_in_range == 0


async def test_a_preset_holds_what_was_made_in_this_very_millisecond(office: Office) -> None:
    office.at(seconds=0)
    attempt = await office.queued()
    office.world.clock.moment = datetime.fromisoformat(attempt.created_at) - timedelta(milliseconds=1)
    overview = await office.world.read(lambda tx: dashboard.overview(tx, preset_range("last_24h", tx.now)))
    assert overview.generated_at == attempt.created_at
    assert overview.attempts_in_range == 1


async def test_open_cards_are_those_of_now_by_the_role_of_their_column(office: Office) -> None:
    for column in (BACKLOG, BACKLOG, REVIEW, DONE):
        await office.card(column)
    first = (await office.world.columns(office.board))[BACKLOG]
    await office.world.run(columns.edit, office.board, first, ColumnChanges(title="Done"))
    untitled = await office.world.run(columns.create, office.board, title="Shipping, ready")
    await office.world.run(
        cards.create, office.board, cards.NewCard(column_id=untitled.id, title="Of a column without a role")
    )

    overview = await office.overview("last_24h")
    assert overview.metrics.by_key["cards.open"].total == 4
    (snapshot,) = overview.project_snapshots
    counts = snapshot.column_card_counts
    assert (counts.backlog, counts.in_progress, counts.review, counts.done) == (3, 0, 1, 1)
    assert (snapshot.open_cards, snapshot.total_cards) == (4, 5)
    assert snapshot.health.notes == "Open cards with no recent attempts"


async def test_projects_with_activity_are_those_with_attempts_in_the_period(office: Office) -> None:
    other = (await office.world.project("Other")).board_id
    await office.world.project("Quiet")
    office.at(days=20)
    await office.ended(board=other)
    office.at(days=1)
    await office.ended()
    await office.ended()
    overview = await office.overview("last_7d")
    assert (overview.projects_with_activity_in_range, overview.metrics.projects_with_activity) == (1, 1)
    assert (await office.overview("last_30d")).projects_with_activity_in_range == 2
    assert overview.metrics.by_key["projects.total"].total == 3


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_active_attempts_come_last_updated_first_whatever_the_period(office: Office) -> None:
    office.at(days=100)
    old = await office.running()
    office.at(hours=2)
    queued = await office.queued(agent="DROID")
    office.at(hours=1)
    started = await office.world.run(attempts.start, (await office.queued()).id)
    await office.ended()
    await office.world.run(attempts.set_status, old.id, "stopping")

    overview = await office.overview("last_24h")
    assert [(one.attempt_id, one.status) for one in overview.active_attempts] == [
        (old.id, "stopping"),
        (started.id, "running"),
        (queued.id, "queued"),
    ]
    last = overview.active_attempts[-1]
    assert (last.agent_id, last.project_name, last.card_title, last.ticket_key) == (
        "DROID",
        "Shop",
        "A card",
        "S-2",
    )
    assert (last.started_at, last.updated_at) == (None, queued.updated_at)
    assert last.project_id == office.board


async def test_recent_activity_tells_when_an_attempt_ended_and_how_long_it_ran(office: Office) -> None:
    office.at(days=9)
    await office.ended()
    office.at(hours=5)
    longer = await office.ended("failed", minutes=61.5)
    office.at(hours=1)
    never_ran = await office.queued()
    await office.world.run(attempts.set_status, never_ran.id, "stopped")

    first, second = (await office.overview("last_7d")).recent_attempt_activity
    assert (first.attempt_id, first.status, first.duration_seconds) == (never_ran.id, "stopped", None)
    assert b"durationSeconds" not in wire.encode(first)
    assert (second.attempt_id, second.status, second.duration_seconds) == (longer.id, "failed", 61 * 60 + 30)
    assert second.occurred_at == longer.ended_at
    assert second.occurred_at.startswith("2026-11-23")


async def test_a_follow_up_takes_an_attempt_back_from_the_ended_ones(office: Office) -> None:
    office.at(hours=5)
    attempt = await office.ended("failed", minutes=60)
    office.at(hours=1)
    await office.world.run(attempts.start, attempt.id)
    overview = await office.overview()
    assert overview.recent_attempt_activity == ()
    assert overview.metrics.by_key["attempts.completed"].total == 0
    office.at(minutes=30)
    await office.world.run(attempts.set_status, attempt.id, "succeeded")
    (activity,) = (await office.overview()).recent_attempt_activity
    assert (activity.status, activity.duration_seconds) == ("succeeded", 30 * 60)


async def test_the_six_newest_projects_are_shown_with_their_own_numbers(office: Office) -> None:
    boards = [(await office.world.project(f"Project {n}")).board_id for n in range(MAX_SNAPSHOTS)]
    office.at(days=1)
    for n in range(6):
        await office.ended("failed" if n < 4 else "succeeded", board=boards[0])
    await office.running(board=boards[0])

    snapshots = (await office.overview()).project_snapshots
    assert [one.name for one in snapshots] == [f"Project {n}" for n in reversed(range(MAX_SNAPSHOTS))]
    busy = snapshots[-1]
    assert (busy.id, busy.project_id) == (boards[0], boards[0])
    assert (busy.active_attempts, busy.active_attempts_count, busy.attempts_in_range) == (1, 1, 7)
    assert (busy.failed_attempts_in_range, busy.failure_rate_in_range) == (4, 4 / 7)
    assert busy.health.is_at_risk
    assert busy.health.activity_score == 7 + 3 + 14
    assert snapshots[0].health.notes == "No cards or attempts in selected range"
    assert (snapshots[0].status, snapshots[0].repository_path) == ("healthy", "/repository")


async def test_every_agent_has_its_numbers_in_the_order_of_labels(office: Office) -> None:
    office.at(days=20)
    old = await office.ended(agent="OPENCODE")
    office.at(days=1)
    await office.ended("failed", agent="DROID")
    last = await office.ended("succeeded", agent="DROID")
    overview = await office.overview()
    assert [one.agent_name for one in overview.agent_stats] == sorted(
        (agent.label for agent in CATALOGUE.values()), key=str.casefold
    )
    of = {one.agent_id: one for one in overview.agent_stats}
    droid, opencode = of["DROID"], of["OPENCODE"]
    assert (droid.attempts_started, droid.attempts_succeeded, droid.attempts_failed) == (2, 1, 1)
    assert (droid.success_rate, droid.success_rate_in_range, droid.attempts_in_range) == (0.5, 0.5, 2)
    assert (droid.last_active_at, droid.last_activity_at) == (last.updated_at, last.created_at)
    assert droid.has_activity_in_range
    assert (opencode.attempts_in_range, opencode.last_active_at) == (0, old.updated_at)
    assert (opencode.success_rate, opencode.last_activity_at) == (None, None)
    assert not opencode.has_activity_in_range
    assert of["CODEX"].last_active_at is None


async def test_what_an_agents_attempts_took_is_added_up(office: Office) -> None:
    office.at(days=20)
    await spends(office, "DROID", Usage(cost=100.0, total_tokens=1, work_ms=1_000))
    office.at(days=1)
    await spends(office, "DROID", Usage(cost=0.25, currency="EUR", total_tokens=100, work_ms=1_500))
    await spends(office, "DROID", Usage(cost=0.5, work_ms=500))
    await spends(office, "DROID", Usage(cost=0.5, currency="USD", total_tokens=7, work_ms=500))
    await spends(office, "OPENCODE", None)
    of = {one.agent_id: one.usage for one in (await office.overview()).agent_stats}
    cost = {"EUR": 0.25, "USD": 1.0}
    assert of["DROID"] == AgentUsage(attempts=3, cost=cost, total_tokens=107, work_seconds=2.5)
    assert of["OPENCODE"] == AgentUsage(attempts=1, cost={}, total_tokens=None, work_seconds=0)
    assert of["CODEX"] == AgentUsage(attempts=0, cost={}, total_tokens=None, work_seconds=0)


async def spends(office: Office, agent: str, usage: Usage | None) -> None:
    """An attempt of the agent that took that and ended."""
    attempt = await office.ended(agent=agent)
    if usage is not None:
        await office.world.run(attempts.record, attempt.id, attempts.Batch(usage=usage))


# ── Inbox ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_inbox_says_what_needs_a_person(office: Office) -> None:
    office.at(days=30)
    await office.ended("failed")
    office.at(hours=3)
    stuck = await office.running()
    office.at(hours=2)
    good = await office.ended("succeeded", card=await office.card(REVIEW))
    office.at(hours=1)
    bad = await office.ended("failed")
    await office.ended("succeeded", card=await office.card(BACKLOG))
    office.at(minutes=1)
    await office.running()

    overview = await office.overview()
    inbox = overview.inbox_items
    assert [one.attempt_id for one in inbox.stuck] == [stuck.id]
    assert inbox.stuck[0].stuck_for_seconds == 3 * 3600 - 1
    assert [one.attempt_id for one in inbox.failed] == [bad.id]
    assert [one.card_status for one in inbox.review] == ["Backlog", "Review"]
    assert inbox.review[1].attempt_id == good.id
    assert inbox.meta is not None
    assert (inbox.meta.total_items, inbox.meta.total_review) == (4, 2)
    assert overview.metrics.review_items_count == 2


async def test_what_agents_ask_is_in_the_inbox_until_it_is_answered(office: Office) -> None:
    office.at(hours=2)
    first = await office.running()
    tool = ToolUse(name="command", action="exec", command="make", status="created")
    options = (PermissionOption("yes", "allow_once", "Yes"),)
    asked = [
        await office.world.run(permissions.ask, one.id, Asked(title=f"Run {n}", tool=tool, options=options))
        for n, one in enumerate([first, await office.running()])
    ]
    inbox = (await office.overview()).inbox_items
    assert [(one.id, one.title, one.attempt_id) for one in inbox.waiting] == [
        (one.id, one.title, one.attempt_id) for one in asked
    ]
    assert inbox.waiting[0].project_name == "Shop"
    assert inbox.meta is not None
    assert (inbox.meta.total_waiting, inbox.meta.total_stuck, inbox.meta.total_items) == (2, 2, 4)
    for one in asked:
        await office.world.run(permissions.answer, one.attempt_id, one.id, decision="allow")
    assert (await office.overview()).inbox_items.waiting == ()


async def test_a_failure_is_summed_up_by_its_last_error_or_its_last_line(office: Office) -> None:
    office.at(hours=1)
    said = [
        [LogLine("first", "error"), LogLine("no\nroom ", "error"), LogLine("done")],
        [LogLine("first"), LogLine("last", "warn")],
        [],
    ]
    for lines in said:
        attempt = await office.ended("failed", minutes=1)
        await office.world.run(attempts.append_logs, attempt.id, lines)
    failed = (await office.overview()).inbox_items.failed
    assert [one.error_summary for one in reversed(failed)] == [
        "no room",
        "last",
        "The attempt failed and logged nothing",
    ]


async def test_a_card_that_ever_succeeded_has_not_failed(office: Office) -> None:
    """Also when the success lies before the period."""
    office.at(days=20)
    card = await office.card()
    await office.ended("succeeded", card=card)
    office.at(days=1)
    await office.ended("failed", card=card)
    assert (await office.overview()).inbox_items.failed == ()


async def test_a_pull_request_keeps_a_done_card_in_the_inbox(office: Office) -> None:
    office.at(days=1)
    card = await office.card()
    await office.ended("succeeded", card=card)
    done = (await office.world.columns(office.board))[DONE]
    await office.world.run(cards.move, office.board, card, Placement(done, 0))
    assert (await office.overview()).inbox_items.review == ()
    url = "https://github.com/o/r/pull/1"
    await office.world.run(cards.edit, office.board, card, cards.CardEdit(changes=CardChanges(pr_url=url)))
    (item,) = (await office.overview()).inbox_items.review
    assert (item.pr_url, item.card_status, item.reason) == (url, "Done", "PR is still open or pending review")


# ── Limits and cost ─────────────────────────────────────────────────────────────────────────────────────────────────


async def crowd(office: Office, count: int, status: AttemptStatus, made: Timestamp, name: str) -> None:
    """So many attempts at once, a card each, put straight into the store."""
    card_ids = [await office.card() for _ in range(10)]

    def add(tx: Transaction) -> None:
        for number in range(count):
            moment = later(made, timedelta(seconds=number))
            tx.attempts.add(
                Attempt(
                    id=AttemptId(f"att-{name}-{number:04d}"),
                    board_id=office.board,
                    card_id=card_ids[number % len(card_ids)],
                    agent="CODEX",
                    status=status,
                    base_branch="main",
                    branch_name="b",
                    worktree_path=None,
                    session_id=None,
                    created_at=moment,
                    updated_at=moment,
                    started_at=moment,
                    ended_at=moment if status in {"succeeded", "failed", "stopped"} else None,
                )
            )

    await office.world.run(add)


HOUR_AGO = timestamp(START - timedelta(hours=1))


async def test_lists_are_bounded_and_counts_are_not(office: Office) -> None:
    await crowd(office, MAX_ACTIVE + 5, "running", HOUR_AGO, "running")
    await crowd(office, MAX_RECENT + 5, "failed", HOUR_AGO, "failed")
    overview = await office.overview()
    assert len(overview.active_attempts) == MAX_ACTIVE
    assert overview.metrics.active_attempts == MAX_ACTIVE + 5
    assert len(overview.recent_attempt_activity) == MAX_RECENT
    assert overview.recent_attempt_activity[0].attempt_id == f"att-failed-{MAX_RECENT + 4:04d}"
    assert overview.metrics.by_key["attempts.completed"].total == MAX_RECENT + 5


async def test_the_inbox_looks_at_the_500_newest_attempts(office: Office) -> None:
    office.at(days=2)
    lost = await office.ended("failed")
    await crowd(office, SCANNED - 1, "succeeded", HOUR_AGO, "good")
    assert [one.attempt_id for one in (await office.overview()).inbox_items.failed] == [lost.id]
    await crowd(office, 1, "succeeded", HOUR_AGO, "one-more")
    assert (await office.overview()).inbox_items.failed == ()


def steps(tx: Any, preset: Preset) -> int:
    """The instructions that SQLite's machine takes for an overview: its cost, whatever else the computer does."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection = driver(tx._connection)
    connection.set_progress_handler(step, 1)
    try:
        dashboard.overview(tx, preset_range(preset, tx.now))
    finally:
        connection.set_progress_handler(None, 0)
    return taken


@pytest.mark.parametrize("preset", ["last_24h", "last_7d", "all_time"])
async def test_rt16_the_cost_of_an_overview_does_not_grow_with_old_attempts(
    office: Office, preset: Preset
) -> None:
    await crowd(office, SCANNED, "failed", timestamp(START - timedelta(days=1, hours=12)), "recent")

    async def cost() -> int:
        office.at(seconds=0)
        return await office.world.read(steps, preset)

    before = await cost()
    await crowd(office, 3_000, "succeeded", timestamp(START - timedelta(days=120)), "old")
    assert await cost() < before * 1.1


def reads_only(tx: Reading) -> Overview:
    return dashboard.overview(tx, preset_range("last_7d", tx.now))


async def test_an_overview_says_nothing_and_changes_nothing(office: Office) -> None:
    await office.ended()
    async with office.world.unchanged(office.board):
        await office.world.run(reads_only)


# ── Curves ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_curves_count_what_the_overview_counts(office: Office) -> None:
    office.at(days=3)
    await office.ended(minutes=10)
    await office.ended("failed", minutes=1)
    office.at(hours=1)
    await office.queued()
    office.at()
    week = {"since": None, "to": None, "preset": "last_7d", "short": None}
    curves = await office.world.read(dashboard.series, **week)
    overview = await office.overview()
    assert sum(point.attempts for point in curves.points) == overview.attempts_in_range == 3
    busy = [point for point in curves.points if point.attempts]
    assert [(point.timestamp[:10], point.succeeded, point.failed, point.ended) for point in busy] == [
        ("2026-11-20", 1, 1, 2),
        ("2026-11-23", 0, 0, 0),
    ]
    assert busy[0].review_seconds == pytest.approx(600, abs=0.1)
    (agent,) = curves.agents
    assert (agent.agent_id, agent.ended, agent.succeeded, agent.failed) == ("CODEX", 2, 1, 1)
    assert not curves.is_partial


async def test_curves_of_a_day_are_by_the_hour(office: Office) -> None:
    office.at(hours=2)
    await office.ended(minutes=10)
    office.at()
    day = {"since": None, "to": None, "preset": None, "short": "24h"}
    curves = await office.world.read(dashboard.series, **day)
    assert curves.bucket_seconds == 3_600
    assert [point.timestamp for point in curves.points if point.attempts] == ["2026-11-23T16:00:00.000Z"]


async def test_curves_tell_what_each_agent_took_and_when(office: Office) -> None:
    office.at(days=3)
    await spends(office, "DROID", Usage(cost=0.25, currency="EUR", total_tokens=100))
    await spends(office, "DROID", Usage(cost=0.5, total_tokens=7))
    await spends(office, "CODEX", Usage(total_tokens=40))
    await spends(office, "OPENCODE", None)
    office.at(days=1)
    await spends(office, "DROID", Usage(cost=1.5))
    office.at()
    week = {"since": None, "to": None, "preset": "last_7d", "short": None}
    curves = await office.world.read(dashboard.series, **week)
    took = {point.timestamp[:10]: point.took for point in curves.points if point.took}
    assert took == {
        "2026-11-20": (
            AgentPoint(agent_id="CODEX", cost={}, total_tokens=40),
            AgentPoint(agent_id="DROID", cost={"EUR": 0.25, "USD": 0.5}, total_tokens=107),
        ),
        "2026-11-22": (AgentPoint(agent_id="DROID", cost={"USD": 1.5}, total_tokens=None),),
    }
    droid = next(one for one in curves.agents if one.agent_id == "DROID")
    assert (droid.cost, droid.total_tokens) == ({"EUR": 0.25, "USD": 2.0}, 107)
