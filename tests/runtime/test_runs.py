"""The life of one run: its stages in order, what it is told, and that it can be ended in every one of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.errors import AgentUnusable, CommitRefused, NoCommits
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.updates import Ask, Prompt, Spent, TurnEnd
from kanbanai.domain.usage import Usage
from kanbanai.domain.worktrees import Salvage
from kanbanai.usecases import attempts, messages, permissions
from tests.runtime.stage import DONE, ScriptedSession, Stage, is_deaf, never_ends


@pytest.fixture
async def stage() -> AsyncGenerator[Stage]:
    async with Stage.opened() as stage:
        yield stage


# ── stage by stage ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_attempt_runs_from_its_worktree_to_its_end(stage: Stage) -> None:
    await stage.setting(copy_files="cp", setup_script="make", cleanup_script="rm", auto_commit_on_finish=True)
    attempt = await stage.ends(await stage.start(), "succeeded")
    assert stage.scripts.ran == ["copy_files", "setup", "cleanup"]
    assert await stage.texts(attempt) == [
        "copy_files: succeeded",
        "setup: succeeded",
        "user: Retry uploads\n\nThree times.",
        "assistant: Done 1",
        "cleanup: succeeded",
    ]
    assert attempt.session_id == "session-1"
    assert attempt.worktree_path is not None
    assert attempt.worktree_path.startswith("/worktrees/wire-capture-")
    assert attempt.base_commit == "c0ffee" * 6
    assert attempt.usage is not None
    assert attempt.usage.turns == 1
    log = await stage.log(attempt)
    assert "[runner] recorded session id session-1" in log
    assert "[autocommit] committed fffffff Done 1" in log
    assert stage.worktrees.log[0] == "create wc/wc-1"
    assert f"Attempt: {attempt.id}" in stage.worktrees.log[1]
    assert f"{attempt.id}/run" in stage.processes.ended


async def test_a_commit_is_pushed_where_the_project_says_so(stage: Stage) -> None:
    await stage.setting(auto_commit_on_finish=True, auto_push_on_autocommit=True, preferred_remote="mine")
    attempt = await stage.ends(await stage.start(), "succeeded")
    assert stage.worktrees.log[-1] == "push wc/wc-1"
    assert (await stage.log(attempt))[-1] == "[autopush] pushed mine/wc/wc-1"


async def test_nothing_is_pushed_when_there_was_nothing_to_commit(stage: Stage) -> None:
    await stage.setting(auto_commit_on_finish=True, auto_push_on_autocommit=True)
    stage.worktrees.is_dirty = False
    attempt = await stage.ends(await stage.start(), "succeeded")
    assert "push" not in " ".join(stage.worktrees.log)
    assert "[autocommit] nothing to commit" in await stage.log(attempt)


async def test_a_commit_that_is_refused_stands_in_the_log_and_changes_nothing_else(stage: Stage) -> None:
    await stage.setting(auto_commit_on_finish=True)
    started = await stage.start()
    await stage.session()
    stage.worktrees.failure = CommitRefused("The hook pre-commit said no")
    attempt = await stage.ends(started, "succeeded")
    assert "[autocommit] failed: The hook pre-commit said no" in await stage.log(attempt)


async def test_a_follow_up_goes_on_in_the_same_worktree_and_session(stage: Stage) -> None:
    await stage.setting(copy_files="cp", setup_script="make")
    attempt = await stage.ends(await stage.start(), "succeeded")
    await stage.world.run(messages.say, attempt.id, "And the tests?")
    again = await stage.ends(attempt, "succeeded")
    assert stage.scripts.ran == ["copy_files", "setup"]
    assert stage.worktrees.log == ["create wc/wc-1"]
    assert (await stage.session(1)).prompts == [Prompt(text="And the tests?")]
    assert again.session_id == "session-1"
    assert "[CLAUDE_CODE] resume session session-1" in await stage.log(again)


async def test_a_follow_up_after_its_worktree_was_put_away_begins_with_what_was_saved(stage: Stage) -> None:
    attempt = await stage.ends(await stage.start(), "succeeded")
    await stage.supervisor.clear([attempt.id])
    other, own = (
        Salvage(
            ref=f"refs/kanbanai/salvage/{name}/1",
            commit=commit,
            branch="wc/wc-1",
            saved_at=attempt.created_at,
            uncommitted=1,
            unmerged=0,
        )
        for name, commit in (("att-other", "0" * 40), (attempt.id, "5a" * 20))
    )
    stage.salvages.list = [other, own]
    await stage.world.run(messages.say, attempt.id, "Once more")
    again = await stage.ends(attempt, "succeeded")
    assert [new.base for new in stage.worktrees.made] == ["main", "5a" * 20]
    assert again.base_commit == attempt.base_commit


async def test_an_agent_that_lost_its_session_is_told_what_was_said(stage: Stage) -> None:
    stage.driver.resumes = False
    attempt = await stage.ends(await stage.start(), "succeeded")
    await stage.world.run(messages.say, attempt.id, "And the tests?")
    await stage.ends(attempt, "succeeded")
    (prompt,) = (await stage.session(1)).prompts
    assert "Retry uploads" in prompt.text
    assert "You: Done 1" in prompt.text
    assert prompt.text.endswith("And the tests?")
    assert any(text.startswith("system: Claude Code could not take") for text in await stage.texts(attempt))


async def test_what_is_said_while_it_works_is_told_in_order_in_the_same_session(stage: Stage) -> None:
    async def is_told_more(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
        await stage.world.run(messages.say, attempt.id, "Second")
        await stage.world.run(messages.say, attempt.id, "Third")
        return DONE

    stage.driver.turns = [is_told_more]
    attempt = await stage.start()
    await stage.ends(attempt, "succeeded")
    assert len(stage.driver.sessions) == 1
    texts = [prompt.text for prompt in (await stage.session()).prompts]
    assert texts[1:] == ["Second", "Third"]


async def test_what_an_agent_used_is_added_up_over_its_turns(stage: Stage) -> None:
    def spends(total: int) -> object:
        async def turn(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
            session.listener.hear(Spent(Usage(input_tokens=total, cost=total / 1000)))
            return DONE

        return turn

    stage.driver.turns = [spends(10), spends(30), spends(5)]  # type: ignore[list-item]
    attempt = await stage.start()
    await stage.world.run(messages.say, attempt.id, "Second")
    await stage.ends(attempt, "succeeded")
    await stage.world.run(messages.say, attempt.id, "Third")
    ended = await stage.ends(attempt, "succeeded")
    assert ended.usage is not None
    assert (ended.usage.input_tokens, ended.usage.turns) == (35, 3)
    assert ended.usage.cost == pytest.approx(0.035)


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_worktree_that_cannot_be_made_fails_the_attempt(stage: Stage) -> None:
    stage.worktrees.failure = NoCommits("The repository has no commit yet; make one first")
    attempt = await stage.ends(await stage.start(), "failed")
    assert attempt.failure == "The repository has no commit yet; make one first"
    assert attempt.worktree_path is None
    assert stage.driver.sessions == []


async def test_an_agent_that_cannot_be_used_fails_the_attempt_and_keeps_its_message(stage: Stage) -> None:
    stage.driver.failure = AgentUnusable("Claude Code is not logged in; run `claude login`")
    attempt = await stage.ends(await stage.start(), "failed")
    assert attempt.failure == "Claude Code is not logged in; run `claude login`"
    assert len(await stage.world.read(messages.waiting, attempt.id)) == 1
    stage.driver.failure = None
    await stage.world.run(attempts.resume, attempt.id)
    await stage.ends(attempt, "succeeded")
    assert len((await stage.session()).prompts) == 1


async def test_a_turn_that_fails_fails_the_attempt(stage: Stage) -> None:
    async def fails(_session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
        return TurnEnd(reason="failed", failure="The model answered 500", details="upstream")

    stage.driver.turns = [fails]
    attempt = await stage.ends(await stage.start(), "failed")
    assert attempt.failure == "The model answered 500"
    assert (await stage.texts(attempt))[-1] == "Failure: The model answered 500"
    assert (await stage.session()).closed.is_set()


async def test_a_script_that_fails_fails_the_attempt_and_is_run_again_with_it(stage: Stage) -> None:
    await stage.setting(copy_files="cp", setup_script="exit 9")
    attempt = await stage.ends(await stage.start(), "failed")
    assert attempt.failure == "The setup script exited with code 9"
    assert "[automation:setup] exited with code 9" in await stage.log(attempt)
    assert stage.driver.sessions == []
    await stage.setting(setup_script="make")
    await stage.world.run(attempts.resume, attempt.id)
    await stage.ends(attempt, "succeeded")
    assert stage.scripts.ran == ["copy_files", "setup", "setup"]


async def test_a_script_that_may_fail_does_not_hold_up_the_agent(stage: Stage) -> None:
    await stage.setting(setup_script="exit 9", allow_setup_script_to_fail=True)
    attempt = await stage.ends(await stage.start(), "succeeded")
    log = await stage.log(attempt)
    assert "[automation:setup] failed but was allowed to fail; continuing." in log
    (item, *_) = await stage.conversation(attempt)
    assert getattr(item, "allowed_failure", None) is True


async def test_a_cleanup_that_fails_changes_nothing(stage: Stage) -> None:
    await stage.setting(cleanup_script="exit 1")
    attempt = await stage.ends(await stage.start(), "succeeded")
    assert "[automation:cleanup] exited with code 1" in await stage.log(attempt)


async def test_a_mistake_of_ours_fails_the_attempt_and_is_reported(stage: Stage) -> None:
    stage.worktrees.failure = ZeroDivisionError("division by zero")
    attempt = await stage.ends(await stage.start(), "failed")
    assert attempt.failure is not None
    assert "server's log" in attempt.failure
    assert [type(fault) for fault in stage.faults] == [ZeroDivisionError]
    stage.faults.clear()


# ── stop, in every stage ────────────────────────────────────────────────────────────────────────────────────────────


async def test_stop_while_its_worktree_is_made(stage: Stage) -> None:
    stage.worktrees.may_create.clear()
    attempt = await stage.start()
    await stage.worktrees.creating.wait()
    await stage.stop(attempt)
    ended = await stage.ends(attempt, "stopped")
    assert ended.worktree_path is None


@pytest.mark.parametrize("script", ["copy_files", "setup_script"])
async def test_stop_in_a_script(stage: Stage, script: str) -> None:
    await stage.setting(**{script: "wait"})
    attempt = await stage.start()
    await stage.scripts.started.wait()
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")
    assert (await stage.texts(attempt))[-1].endswith(": failed")
    (item,) = await stage.conversation(attempt)
    assert getattr(item, "stdout", None) == "begun\n", "what it printed so far is there"
    assert stage.driver.sessions == []


async def test_stop_while_its_agent_comes_up(stage: Stage) -> None:
    stage.driver.may_open.clear()
    attempt = await stage.start()
    await stage.driver.opened.wait()
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")


async def test_stop_in_a_turn_lets_the_agent_end_it(stage: Stage) -> None:
    stage.driver.turns = [never_ends]
    attempt = await stage.start()
    session = await stage.session()
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")
    assert session.cancelled.is_set()
    assert session.closed.is_set()
    assert (await stage.texts(attempt))[-2:] == ["assistant: Still at it", "assistant: Stopping"]


async def test_stop_of_an_agent_that_does_not_hear_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kanbanai.runtime.turns.CANCEL_GRACE", 0.01)
    stage.driver.turns = [is_deaf]
    attempt = await stage.start()
    session = await stage.session()
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")
    assert session.closed.is_set()


async def test_stop_in_a_follow_up(stage: Stage) -> None:
    attempt = await stage.ends(await stage.start(), "succeeded")
    stage.driver.turns = [never_ends]
    await stage.world.run(messages.say, attempt.id, "More")
    await stage.session(1)
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")


async def test_stop_while_a_request_waits_for_a_person(stage: Stage) -> None:
    stage.driver.turns = [asks]
    attempt = await stage.start()
    (await stage.becomes(attempt, "running"))
    await asked(stage, attempt.id)
    await stage.stop(attempt)
    await stage.ends(attempt, "stopped")
    (request,) = await stage.world.read(permissions.of_attempt, attempt.id)
    assert request.status == "cancelled"
    assert (await stage.texts(attempt))[-1] == "assistant: None"


# ── permissions ─────────────────────────────────────────────────────────────────────────────────────────────────────

OPTIONS = (PermissionOption("ok", "allow_once", "Allow"), PermissionOption("no", "reject_once", "Reject"))


async def asks(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
    """A turn in which the agent asks to run a command, and says what it was answered."""
    tool = ToolUse(name="command", action="exec", command="make", status="created")
    answer = await session.listener.ask(Ask(key="t1", title="Run make?", tool=tool, options=OPTIONS))
    session.say(str(answer))
    return DONE


async def asked(stage: Stage, attempt_id: object) -> object:
    """The request of an attempt that waits for a person, once there is one."""
    while True:
        stage._rung.clear()
        if pending := await stage.world.read(lambda tx: tx.permissions.pending()):
            return pending[0]
        await stage._rung.wait()


async def test_a_request_is_answered_by_a_person(stage: Stage) -> None:
    stage.driver.turns = [asks]
    attempt = await stage.start()
    request = await asked(stage, attempt.id)
    await stage.world.run(
        permissions.answer,
        attempt.id,
        request.id,  # type: ignore[attr-defined]
        decision="allow",
    )
    await stage.ends(attempt, "succeeded")
    assert (await stage.texts(attempt))[-1] == "assistant: ok"


async def test_a_request_that_nobody_answers_expires(stage: Stage) -> None:
    stage.driver.turns = [asks]
    attempt = await stage.start()
    request = await asked(stage, attempt.id)

    def expire(tx: object) -> None:
        tx.permissions.put(_at_once(request))  # type: ignore[attr-defined]
        permissions.expire(tx)  # type: ignore[arg-type]

    await stage.world.run(expire)
    await stage.ends(attempt, "succeeded")
    assert (await stage.texts(attempt))[-1] == "assistant: None"


def _at_once(request: object) -> object:
    import msgspec

    return msgspec.structs.replace(request, expires_at=request.requested_at)  # type: ignore[attr-defined,type-var]
