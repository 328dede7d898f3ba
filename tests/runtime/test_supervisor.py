"""The supervisor: limits, restarts, ends; nothing at work without somebody who works on it, and nobody left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.errors import Conflict, GitFailed, Unavailable
from kanbanai.domain.permissions import Permission, PermissionOption
from kanbanai.runtime import recovery
from kanbanai.runtime.lapsing import AT_MOST, Lapsing
from kanbanai.runtime.putting_away import put_away
from kanbanai.runtime.supervisor import LOST
from kanbanai.usecases import attempts, messages, permissions, queries
from kanbanai.usecases.attempts import NewAttempt
from kanbanai.usecases.permissions import Asked
from tests.runtime.stage import Stage, never_ends


@pytest.fixture
async def stage() -> AsyncGenerator[Stage]:
    async with Stage.opened(limit=2) as stage:
        yield stage


async def test_as_many_run_as_the_limit_says_and_the_others_wait_in_order(stage: Stage) -> None:
    stage.driver.turns = [never_ends] * 4
    started = [await stage.start(parallel=True) for _ in range(4)]
    for one in started[:2]:
        await stage.becomes(one, "running")
    assert [(await stage.becomes(one, "queued")).status for one in started[2:]] == ["queued", "queued"]
    assert stage.supervisor.statistics().queued == 2
    await stage.stop(started[1])
    await stage.becomes(started[2], "running")
    assert (await stage.world.read(queries.attempt, started[3].id)).status == "queued"
    for one in (started[0], started[2], started[3]):
        await stage.stop(one)
    for one in started:
        await stage.ends(one, "stopped")


async def test_an_attempt_that_is_stopped_in_the_queue_never_runs(stage: Stage) -> None:
    stage.driver.turns = [never_ends] * 2
    running = [await stage.start(parallel=True) for _ in range(2)]
    for number in range(2):
        await stage.session(number)
    waiting = await stage.start(parallel=True)
    await stage.stop(waiting)
    assert (await stage.becomes(waiting, "stopped")).started_at is None
    for one in running:
        await stage.stop(one)
        await stage.ends(one, "stopped")
    assert len(stage.driver.sessions) == 2


async def test_ten_attempts_at_once_end_well_one_beside_the_other() -> None:
    async with Stage.opened(limit=10) as stage:
        started = [await stage.start(parallel=True) for _ in range(10)]
        for one in started:
            await stage.ends(one, "succeeded")
        assert len({session.launch.cwd for session in stage.driver.sessions}) == 10
        assert stage.supervisor.statistics().running == 0


async def test_a_follow_up_waits_until_the_run_before_has_cleaned_up(stage: Stage) -> None:
    await stage.setting(cleanup_script="wait")
    attempt = await stage.start()
    await stage.becomes(attempt, "succeeded")
    await stage.scripts.started.wait()
    await stage.world.run(messages.say, attempt.id, "More")
    await stage.becomes(attempt, "running")
    assert len(stage.driver.sessions) == 1, "it does not work in a worktree that is being cleaned up"
    stage.scripts.release.set()
    await stage.session(1)
    await stage.ends(attempt, "succeeded")


async def test_a_follow_up_is_stopped_while_it_waits_for_the_run_before(stage: Stage) -> None:
    await stage.setting(cleanup_script="wait")
    attempt = await stage.start()
    await stage.becomes(attempt, "succeeded")
    await stage.scripts.started.wait()
    await stage.world.run(messages.say, attempt.id, "More")
    await stage.becomes(attempt, "running")
    await stage.stop(attempt)
    await stage.becomes(attempt, "stopped")
    stage.scripts.release.set()
    await stage.over(attempt)


# ── clearing ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_clearing_stops_what_runs_and_waits_and_puts_worktrees_away(stage: Stage) -> None:
    stage.driver.turns = [never_ends] * 2
    started = [await stage.start(parallel=True) for _ in range(3)]
    for number in range(2):
        await stage.session(number)
    await stage.supervisor.clear([one.id for one in started])
    for one in started:
        found = await stage.world.read(queries.attempt, one.id)
        assert (found.status, found.worktree_path) == ("stopped", None)
    assert stage.worktrees.there == {}
    assert all(session.closed.is_set() for session in stage.driver.sessions)
    assert {one.id for one in started[:2]} <= set(stage.processes.ended)


async def test_clearing_ends_a_cleanup_too(stage: Stage) -> None:
    await stage.setting(cleanup_script="wait")
    attempt = await stage.start()
    await stage.becomes(attempt, "succeeded")
    await stage.scripts.started.wait()
    await stage.supervisor.clear([attempt.id])
    assert stage.worktrees.there == {}
    assert (await stage.becomes(attempt, "succeeded")).worktree_path is None


async def test_a_run_whose_card_is_deleted_ends_quietly(stage: Stage) -> None:
    stage.driver.turns = [never_ends]
    await stage.start()
    session = await stage.session()
    await stage.world.run(lambda tx: tx.cards.remove(stage.board, stage.card))
    session.cancelled.set()
    await session.closed.wait()
    for run in [*stage.supervisor._all]:
        await run.ended.wait()


# ── putting away, while others would work there ─────────────────────────────────────────────────────────────────────


async def all_else_goes_on(stage: Stage) -> None:
    """Whatever waits for nothing but the store has gone on when this returns: each of these waits in its line."""
    for _ in range(50):
        await stage.world.run(lambda _: None)


async def test_a_follow_up_does_not_begin_in_a_worktree_that_is_being_put_away(stage: Stage) -> None:
    attempt = await stage.ends(await stage.start(), "succeeded")
    stage.worktrees.may_put_away.clear()
    putting = asyncio.create_task(put_away(stage.equipment, attempt.id))
    await stage.worktrees.putting_away.wait()
    await stage.world.run(messages.say, attempt.id, "More")
    await stage.becomes(attempt, "running")
    await all_else_goes_on(stage)
    assert len(stage.driver.sessions) == 1
    stage.worktrees.may_put_away.set()
    await putting
    session = await stage.session(1)
    assert session.launch.cwd in stage.worktrees.there, "it has a new one"
    await stage.ends(attempt, "succeeded")


async def test_a_worktree_that_is_committed_or_cleaned_up_is_put_away_afterwards(stage: Stage) -> None:
    await stage.setting(cleanup_script="wait")
    attempt = await stage.start()
    await stage.becomes(attempt, "succeeded")
    await stage.scripts.started.wait()
    putting = asyncio.create_task(put_away(stage.equipment, attempt.id))
    await all_else_goes_on(stage)
    assert stage.worktrees.there, "the script still works in it"
    assert attempt.id not in stage.processes.ended
    stage.scripts.release.set()
    await putting
    assert stage.worktrees.there == {}


async def test_a_worktree_in_which_an_agent_is_at_work_stays(stage: Stage) -> None:
    stage.driver.turns = [never_ends]
    attempt = await stage.start()
    session = await stage.session()
    with pytest.raises(Conflict, match="is at work in"):
        await put_away(stage.equipment, attempt.id)
    assert not session.closed.is_set()
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")


# ── the end of the server, and what it leaves ───────────────────────────────────────────────────────────────────────


async def test_a_shutdown_closes_agents_and_leaves_the_attempts_to_the_next_start(stage: Stage) -> None:
    stage.driver.turns = [never_ends]
    attempt = await stage.start()
    async with stage.restarted():
        session = stage.driver.sessions[0]
        assert session.closed.is_set()
        assert (await stage.world.read(queries.attempt, attempt.id)).status == "running"
        stage.processes.carried = {f"{attempt.id}/run", f"{attempt.id}/dev", "att-of-another-server/run"}
        stage.processes.ended.clear()
        found = await recovery.recover(stage.equipment)
        assert [one.status for one in found.reconciled] == ["failed"]
        assert stage.processes.ended == [attempt.id]


async def test_an_attempt_goes_on_after_a_restart_where_its_profile_says_so(stage: Stage) -> None:
    profile = await stage.profile(resumeOnRestart=True)
    stage.driver.turns = [never_ends]
    attempt = await stage.start(profile_id=profile)
    async with stage.restarted():
        await recovery.recover(stage.equipment)
    await stage.ends(attempt, "succeeded")
    resumed = await stage.session(1)
    assert resumed.session_id == "session-1"
    assert "interrupted" in resumed.prompts[0].text


async def test_a_worktree_that_was_half_made_is_put_away_at_the_next_start(stage: Stage) -> None:
    stage.worktrees.may_create.clear()
    attempt = await stage.start()
    async with stage.restarted():
        path = stage.planned(attempt)
        stage.worktrees.there[await path] = "wc/wc-1"
        found = await recovery.recover(stage.equipment)
        assert found.half_made == (await stage.planned(attempt),)
        assert stage.worktrees.there == {}
        stage.worktrees.may_create.set()


async def test_a_branch_without_its_worktree_is_taken_away_at_the_next_start(stage: Stage) -> None:
    stage.worktrees.may_create.clear()
    attempt = await stage.start()
    async with stage.restarted():
        path = await stage.planned(attempt)
        stage.worktrees.unfinished = {path, "/worktrees/of/another/server"}
        found = await recovery.recover(stage.equipment)
        assert found.half_made == (path,)
        assert stage.worktrees.unfinished == {"/worktrees/of/another/server"}
        stage.worktrees.may_create.set()


async def test_what_cannot_be_put_away_is_told_and_left(stage: Stage) -> None:
    stage.worktrees.may_create.clear()
    attempt = await stage.start()
    async with stage.restarted():
        stage.worktrees.there[await stage.planned(attempt)] = "wc/wc-1"
        stage.worktrees.stubborn = GitFailed("It is no worktree of ours")
        found = await recovery.recover(stage.equipment)
        assert (found.half_made, len(stage.worktrees.there)) == ((), 1)
        assert [str(fault) for fault in stage.faults] == ["It is no worktree of ours"]
        stage.faults.clear()
        stage.worktrees.may_create.set()


async def test_an_attempt_that_nobody_works_on_is_ended_by_the_second_sweep(stage: Stage) -> None:
    def behind_its_back(tx: object) -> str:
        new = NewAttempt(agent="DEMO", branch_name="lost")
        attempt = attempts.queue(tx, stage.board, stage.card, new)  # type: ignore[arg-type]
        attempts.start(tx, attempt.id)  # type: ignore[arg-type]
        return attempt.id

    attempt_id = await stage.world.run(behind_its_back)
    await stage.supervisor.sweep()
    found = await stage.world.read(queries.attempt, attempt_id)  # type: ignore[arg-type]
    assert found.status == "running", "it may just be about to be run"
    await stage.supervisor.sweep()
    found = await stage.world.read(queries.attempt, attempt_id)  # type: ignore[arg-type]
    assert (found.status, found.failure) == ("failed", LOST)


async def test_a_store_that_is_locked_for_a_moment_loses_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refused = attempts.record, 3

    def locked(*args: object) -> object:
        nonlocal refused
        if refused:
            refused -= 1
            raise Unavailable("The database is locked")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(attempts, "record", locked)
    attempt = await stage.ends(await stage.start(), "succeeded")
    assert refused == 0
    assert (await stage.texts(attempt))[-1] == "assistant: Done 1"


# ── expiry ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_requests_expire_when_their_time_has_come(stage: Stage) -> None:
    stage.driver.turns = [never_ends]
    profile = await stage.profile(permissionMinutes=5)
    attempt = await stage.start(profile_id=profile)
    await stage.session()
    lapsing = Lapsing(stage.world.store, stage.world.clock, report=stage.faults.append)
    assert await lapsing.round() == AT_MOST
    request = await stage.world.run(permissions.ask, attempt.id, _asked())
    assert 0 < await lapsing.round() <= AT_MOST
    stage.world.clock.moment += timedelta(minutes=5)
    await lapsing.round()
    assert (await _now(stage, request)).status == "expired"
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")


async def test_a_request_that_is_asked_rings_the_one_who_lets_them_expire(stage: Stage) -> None:
    stage.driver.turns = [never_ends]
    attempt = await stage.start(profile_id=await stage.profile(permissionMinutes=5))
    await stage.session()
    lapsing = Lapsing(stage.world.store, stage.world.clock, report=stage.faults.append)
    lapsing.listen_to(stage.broker)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(lapsing.run())
        request = await stage.world.run(permissions.ask, attempt.id, _asked())
        stage.world.clock.moment += timedelta(minutes=5)
        lapsing.hear(stage.world.committed[-2:])

        async def has_expired() -> bool:
            return (await _now(stage, request)).status != "pending"

        await stage.until(has_expired)
        task.cancel()
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")


def _asked() -> Asked:
    tool = ToolUse(name="command", action="exec", status="created")
    return Asked(title="Run make?", tool=tool, options=(PermissionOption("ok", "allow_once", "Allow"),))


async def _now(stage: Stage, request: Permission) -> Permission:
    found = await stage.world.read(lambda tx: tx.permissions.get(request.id))
    assert found is not None
    return found
