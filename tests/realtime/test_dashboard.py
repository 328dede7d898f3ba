"""RT16: the dashboard's channel and its overview."""

from __future__ import annotations

import asyncio

import pytest

from kanbanai.domain.channels import DASHBOARD
from kanbanai.domain.events import AgentRegistered, AttemptLogged, ProjectCreated
from kanbanai.domain.ids import AttemptId, ProjectId
from kanbanai.realtime import overview
from tests.realtime.stage import NOW, Line, Stage, card, frames_in, pass_, turns

pytestmark = pytest.mark.anyio


def created(number: int) -> ProjectCreated:
    return ProjectCreated(project_id=ProjectId(f"project-{number}"), name="A project")


def told(line: Line) -> list[tuple[str, str | None]]:
    return [(frame.event, frame.id) for frame in frames_in(bytes(line.arrived))]


async def test_rt6_on_the_dashboard_hello_is_followed_by_a_fresh_overview(stage: Stage) -> None:
    stage.commit(created(1), channel=DASHBOARD)
    line = await stage.watch(DASHBOARD)
    assert told(line) == [("hello", None), ("dashboard_overview", "9f3c2a-1")]
    assert frames_in(bytes(line.arrived))[1].body == {"number": 1}


async def test_rt16_a_change_on_any_board_brings_a_new_overview_after_the_window(stage: Stage) -> None:
    line = await stage.watch(DASHBOARD)
    await pass_(1)
    stage.commit(card("card-2"))
    await pass_(overview.WINDOW - 0.01)
    assert len(told(line)) == 2
    await pass_(0.02)
    assert frames_in(bytes(line.arrived))[-1].body == {"number": 2}


async def test_rt16_one_computation_per_window_however_many_changes_and_viewers(stage: Stage) -> None:
    lines = [await stage.watch(DASHBOARD) for _ in range(20)]
    assert stage.overviews == 1
    for number in range(100):
        stage.commit(card(f"card-{number + 2}"))
        await pass_(0.01)
    await pass_(1)
    assert 6 <= stage.overviews - 1 <= 8
    assert all(len(told(line)) == 1 + stage.overviews for line in lines)
    assert stage.hub.statistics().overviews_computed == stage.overviews


async def test_rt16_nothing_is_computed_while_nobody_watches(stage: Stage) -> None:
    await stage.watch()
    for number in range(5):
        stage.commit(card(f"card-{number + 2}"))
        await pass_(1)
    assert stage.overviews == 0
    line = await stage.watch(DASHBOARD)
    line.cut()
    stage.commit(card("card-20"))
    await pass_(1)
    assert stage.overviews == 1


async def test_rt16_details_of_an_attempt_do_not_bring_an_overview(stage: Stage) -> None:
    await stage.watch(DASHBOARD)
    stage.commit(AttemptLogged(attempt_id=AttemptId("att-1"), level="info", message="x", ts=NOW))
    await pass_(1)
    assert stage.overviews == 1


async def test_rt16_changes_during_a_computation_are_shown_by_the_next(stage: Stage) -> None:
    line = await stage.watch(DASHBOARD)
    await pass_(1)
    stage.overview_gate.clear()
    stage.commit(card("card-2"))
    await pass_(0.2)
    stage.commit(card("card-3"))
    stage.overview_gate.set()
    await pass_(1)
    assert [frame.body for frame in frames_in(bytes(line.arrived))[1:]] == [
        {"number": 1},
        {"number": 2},
        {"number": 3},
    ]


async def test_viewers_who_come_together_share_one_overview_and_never_a_stale_one(stage: Stage) -> None:
    stage.overview_gate.clear()
    opening = [asyncio.ensure_future(stage.watch(DASHBOARD)) for _ in range(5)]
    await turns()
    stage.commit(card("card-2"))  # after the computation began
    stage.overview_gate.set()
    lines = await asyncio.gather(*opening)
    await pass_(1)
    assert stage.overviews == 2
    assert all(frames_in(bytes(line.arrived))[-1].body == {"number": 2} for line in lines)


async def test_rt5_the_dashboard_resumes_with_the_missed_events_and_a_fresh_overview(stage: Stage) -> None:
    first = await stage.watch(DASHBOARD)
    stage.commit(created(1), channel=DASHBOARD)
    await pass_(1)
    assert told(first)[2:] == [("project_created", "9f3c2a-1"), ("dashboard_overview", "9f3c2a-1")]
    first.cut()
    stage.commit(created(2), AgentRegistered(agent="CODEX", label=None), channel=DASHBOARD)
    again = await stage.watch(DASHBOARD, cursor="9f3c2a-1")
    await pass_(1)
    assert told(again) == [
        ("hello", None),
        ("project_created", "9f3c2a-2"),
        ("agent_registered", "9f3c2a-3"),
        ("dashboard_overview", "9f3c2a-3"),
    ]


async def test_views_are_one_where_there_is_no_state(stage: Stage) -> None:
    await stage.watch(DASHBOARD, view="state")
    await stage.watch(DASHBOARD, view="patch", attempts="none")
    assert stage.hub.statistics().feeds == 1


async def test_an_overview_that_fails_is_reported_and_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await stage.watch(DASHBOARD)
    await pass_(1)
    compute = stage.hub._overview._compute

    async def failing() -> bytes:
        raise OSError("the disk is gone")

    monkeypatch.setattr(stage.hub._overview, "_compute", failing)
    stage.commit(card("card-2"))
    await pass_(1)
    assert [str(fault) for fault in stage.faults] == ["the disk is gone"]
    with pytest.raises(OSError, match="the disk is gone"):
        await stage.watch(DASHBOARD)
    stage.faults.clear()
    monkeypatch.setattr(stage.hub._overview, "_compute", compute)
    await pass_(overview.RETRY_AFTER + 1)
    assert frames_in(bytes(line.arrived))[-1].body == {"number": 2}


async def test_a_reader_that_stalled_is_given_the_latest_overview_when_it_reads_on(stage: Stage) -> None:
    line = await stage.watch(DASHBOARD)
    line.stall()
    line.HIGH_WATER = 10
    stage.commit(card("card-2"))
    await pass_(1)
    assert line.subscriber.is_paused
    stage.commit(card("card-3"))
    await pass_(1)
    line.take(None)
    await pass_(1)
    assert [frame.body["number"] for frame in frames_in(bytes(line.arrived))[1:]] == [1, 2, 3]
