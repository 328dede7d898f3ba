"""How attempts wait, are claimed, end, and are found again after a crash; contract sections 11 and 13."""

import time
from typing import Any

import msgspec
import pytest

from kanbanai.domain.attempts import Attempt, AttemptBrief, LogLine, Todo, Todos
from kanbanai.domain.cards import CardChanges, Image
from kanbanai.domain.conversations import Automation, ConversationItem, Failure, Message, ToolCall, ToolUse
from kanbanai.domain.errors import Conflict, Invalid
from kanbanai.domain.events import (
    AttemptLogged,
    AttemptPermission,
    AttemptQueueChanged,
    AttemptSessionRecorded,
    AttemptStarted,
    AttemptStatusChanged,
    AttemptTodosChanged,
    AttemptUsageChanged,
    ConversationItemAdded,
    GitStatusChanged,
)
from kanbanai.domain.ids import BoardId, CardId, ItemId, ProfileId
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.prompts import CONTINUATION
from kanbanai.domain.settings import AppSettingsChanges, ProjectSettingsChanges
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage
from kanbanai.ports import Transaction
from kanbanai.usecases import attempts, cards, messages, permissions, profiles, queries, settings
from kanbanai.usecases.attempts import Batch, NewAttempt
from kanbanai.usecases.attempts.recovery import CUT_OFF
from kanbanai.usecases.permissions import Asked
from tests.usecases.desk import NEW, Desk, status_of

AT = Timestamp("2026-11-23T18:00:00.000Z")
PIXEL = Image("iVBORw0KGgo=", "image/png")
EDIT = ToolUse(name="file_change", action="apply_patch", status="created")
ASKED = Asked(
    title="Edit a.txt", tool=EDIT, options=(PermissionOption("yes", "allow_once", "Yes"),), item_id=None
)


def tool(number: int, status: Any = "running") -> ToolCall:
    return ToolCall(
        id=ItemId(f"cmsg-t{number}"), timestamp=AT, tool=ToolUse(name="x", action="exec", status=status)
    )


def script(stage: Any, status: Any = "running") -> Automation:
    return Automation(
        id=ItemId(f"auto-{stage}"),
        timestamp=AT,
        stage=stage,
        command="make",
        cwd="/tree",
        status=status,
        started_at=AT,
        completed_at=None,
        duration_ms=None,
        exit_code=None,
        stdout=None,
        stderr=None,
    )


async def said_in(desk: Desk, attempt: Attempt) -> list[ConversationItem]:
    return (await desk.world.read(queries.conversation, attempt.id, None, 1_000))[0]


async def with_profile(desk: Desk, **config: Any) -> NewAttempt:
    """An attempt of the demo profile; the catalogue may not know every setting yet, so it is stored as it is."""

    def make(tx: Transaction) -> ProfileId:
        profile = profiles.create(tx, None, agent_key="CODEX", name="Mine", config={})
        known = tx.profiles.get(profile.id)
        assert known is not None
        tx.profiles.put(msgspec.structs.replace(known, config=config))
        return profile.id

    return NewAttempt(agent="CODEX", profile_id=await desk.world.run(make))


# ── Waiting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_card_is_the_first_message_and_waits_with_its_images(desk: Desk) -> None:
    edit = cards.CardEdit(changes=CardChanges(description="  Three times.\n"), images=(PIXEL,))
    await desk.world.run(cards.edit, desk.board, desk.card, edit)
    new = await with_profile(desk, appendPrompt="Be brief.")
    attempt, said = await desk.shows(attempts.queue, desk.board, desk.card, new)
    (message,) = await desk.world.read(messages.waiting, attempt.id)
    assert message.text == "A card\n\nThree times.\n\nBe brief."
    assert (message.images, message.created_by) == ((PIXEL,), "system:kanbanai")
    assert isinstance(said[1], AttemptQueueChanged)
    assert [(one.id, one.text, one.images) for one in said[1].messages] == [(message.id, message.text, 1)]


async def test_a_branch_is_made_by_the_template_and_nobody_elses(desk: Desk) -> None:
    def branch(card: CardId, **fields: Any) -> Any:
        return desk.world.run(attempts.queue, desk.board, card, NewAttempt(agent="CODEX", **fields))

    first = await branch(desk.card)
    assert first.branch_name == "WC/WC-1-a-card"
    assert (await branch(desk.card, parallel=True)).branch_name == "WC/WC-1-a-card-2"
    assert (await branch(desk.card, parallel=True, branch_name="WC/WC-1-a-card")).branch_name.endswith("-3")
    other = await desk.world.project("Other")
    card = await desk.world.card(other.board_id)
    taken = NewAttempt(agent="CODEX", branch_name="WC/WC-1-a-card")
    made = await desk.world.run(attempts.queue, other.board_id, card, taken)
    assert made.branch_name == "WC/WC-1-a-card-4", "both projects are on the same repository"

    await desk.world.run(settings.edit_app, AppSettingsChanges(branch_template="{type}/{slug}"))
    typed = await desk.world.card(desk.board, "Été: à la plage!", ticket_type="feat")
    assert (await branch(typed)).branch_name == "feat/ete-a-la-plage"
    assert (await branch(await desk.world.card(desk.board, "No type"))).branch_name == "no-type"


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("branchName", NewAttempt(agent="CODEX", branch_name="-rf")),
        ("branchName", NewAttempt(agent="CODEX", branch_name="a..b")),
        ("baseBranch", NewAttempt(agent="CODEX", base_branch="--upload-pack=x")),
    ],
)
async def test_a_branch_that_git_would_not_take_is_refused(desk: Desk, field: str, new: NewAttempt) -> None:
    await desk.refused(Invalid, field, attempts.queue, desk.board, desk.card, new)


async def test_several_agents_work_on_a_card_when_that_is_asked_for(desk: Desk) -> None:
    first = await desk.running()
    await desk.refused(Conflict, "already running", attempts.queue, desk.board, desk.card, NEW)
    second, _ = await desk.shows(
        attempts.queue, desk.board, desk.card, NewAttempt(agent="DROID", parallel=True)
    )
    snapshot, _ = await desk.world.read(queries.board_view, desk.board)
    assert snapshot.attempts[desk.card] == (
        AttemptBrief(first.id, "running"),
        AttemptBrief(second.id, "queued"),
    )
    await desk.world.run(messages.say, first.id, "More")
    await desk.says(messages.take_next, first.id)
    again, _ = await desk.shows(attempts.finish, first.id, "succeeded")
    assert again.status == "queued", "a message waits for it"
    await desk.shows(attempts.stop, first.id)
    snapshot, _ = await desk.world.read(queries.board_view, desk.board)
    assert snapshot.attempts[desk.card] == (AttemptBrief(second.id, "queued"),)


# ── Claiming ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def queued_on(desk: Desk, board: BoardId, count: int) -> list[Attempt]:
    made = []
    for number in range(count):
        card = await desk.world.card(board, f"Card {number}")
        made.append(await desk.world.run(attempts.queue, board, card, NewAttempt(agent="CODEX")))
    return made


async def test_the_one_that_waited_longest_is_started_while_there_is_room(desk: Desk) -> None:
    assert await desk.silent(attempts.claim, 2) is None
    first, second, third = await queued_on(desk, desk.board, 3)
    claimed, said = await desk.shows(attempts.claim, 2)
    assert claimed is not None
    assert (claimed.id, claimed.status) == (first.id, "running")
    assert said == [status_of(claimed), AttemptStarted(attempt_id=first.id, card_id=first.card_id)]
    assert (await desk.shows(attempts.claim, 2))[0].id == second.id  # type: ignore[union-attr]
    assert await desk.silent(attempts.claim, 2) is None
    await desk.shows(attempts.stop, first.id)
    assert await desk.silent(attempts.claim, 2) is None, "one that is stopping is still at work"
    await desk.shows(attempts.finish, first.id, "succeeded")
    assert (await desk.shows(attempts.claim, 2))[0].id == third.id  # type: ignore[union-attr]


async def test_a_project_at_its_own_limit_lets_others_pass(desk: Desk) -> None:
    await desk.world.run(settings.edit_project, desk.board, ProjectSettingsChanges(max_parallel_attempts=1))
    first, _ = await queued_on(desk, desk.board, 2)
    other = (await desk.world.project("Other")).board_id
    (elsewhere,) = await queued_on(desk, other, 1)
    assert (await desk.world.run(attempts.claim, 4)).id == first.id  # type: ignore[union-attr]
    assert (await desk.world.run(attempts.claim, 4)).id == elsewhere.id  # type: ignore[union-attr]
    assert await desk.silent(attempts.claim, 4) is None


# ── Ends ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def told(desk: Desk, attempt: Attempt) -> None:
    """Its agent has been told all that waited."""
    while await desk.world.run(messages.take_next, attempt.id):
        pass


async def test_who_asked_for_the_end_gets_it(desk: Desk) -> None:
    attempt = await desk.running()
    await desk.shows(attempts.stop, attempt.id)
    ended, said = await desk.shows(attempts.finish, attempt.id, "succeeded")
    assert (ended.status, said) == ("stopped", [status_of(ended)])
    await desk.refused(Conflict, "no run of it", attempts.finish, attempt.id, "succeeded")


async def test_a_run_that_failed_says_why_in_three_places(desk: Desk) -> None:
    attempt = await desk.running()
    why = "Codex is not logged in: run `codex login`"
    ended, said = await desk.shows(attempts.fail, attempt.id, why, "exit code 1")
    assert (ended.status, ended.failure) == ("failed", why)
    told = [AttemptStatusChanged, AttemptLogged, AttemptLogged, ConversationItemAdded]
    assert [type(event) for event in said] == told
    view = await desk.view()
    assert [(line.level, line.message) for line in view.logs[-2:]] == [
        ("warn", "[runner] it said: exit code 1"),
        ("error", f"[runner] failed: {why}"),
    ]
    (item,) = view.conversation
    assert isinstance(item, Failure)
    assert (item.text, item.details) == (why, "exit code 1")
    again, _ = await desk.shows(attempts.queue_again, attempt.id)
    assert again.failure is None


async def test_a_failure_while_it_is_stopped_is_a_stop(desk: Desk) -> None:
    attempt = await desk.running()
    await desk.shows(attempts.stop, attempt.id)
    ended, _ = await desk.shows(attempts.finish, attempt.id, "failed", "The agent died")
    assert (ended.status, ended.failure) == ("stopped", None)
    ended, _ = await desk.shows(attempts.fail, (await desk.running()).id, "x")
    assert ended.status == "failed"


async def test_a_queued_one_has_no_run_that_could_end_but_can_fail(desk: Desk) -> None:
    attempt = await desk.queued()
    await desk.refused(Conflict, "no run", attempts.finish, attempt.id, "succeeded")
    assert (await desk.shows(attempts.fail, attempt.id, "The repository is gone"))[0].status == "failed"


async def test_what_was_said_before_the_end_is_still_heard(desk: Desk) -> None:
    attempt = await desk.running()
    await told(desk, attempt)
    await desk.says(messages.say, attempt.id, "And a test")
    again, said = await desk.shows(attempts.finish, attempt.id, "succeeded")
    assert (again.status, said) == ("queued", [status_of(again)])
    await desk.shows(attempts.claim, 1)
    await told(desk, attempt)
    assert (await desk.shows(attempts.finish, attempt.id, "succeeded"))[0].status == "succeeded"


async def test_an_end_closes_what_is_open_but_for_the_dev_script(desk: Desk) -> None:
    attempt = await desk.running()
    await told(desk, attempt)
    items: list[ConversationItem] = [tool(1), tool(2, "succeeded"), script("setup"), script("dev")]
    await desk.says(attempts.put_items, attempt.id, items)
    _, said = await desk.shows(attempts.finish, attempt.id, "succeeded")
    assert [type(event) for event in said] == [
        ConversationItemAdded,
        ConversationItemAdded,
        AttemptStatusChanged,
    ]
    ends = [
        one.tool.status if isinstance(one, ToolCall) else one.status
        for one in await said_in(desk, attempt)
        if isinstance(one, ToolCall | Automation)
    ]
    assert ends == ["cancelled", "succeeded", "failed", "running"]


@pytest.mark.parametrize("end", ["finish", "fail", "stop", "set_status"])
async def test_every_end_cancels_what_is_asked(desk: Desk, end: str) -> None:
    attempt = await desk.running()
    await told(desk, attempt)
    asked, _ = await desk.shows(permissions.ask, attempt.id, ASKED)
    arguments: dict[str, tuple[Any, ...]] = {
        "finish": ("succeeded",),
        "fail": ("x",),
        "set_status": ("failed",),
    }
    ended, said = await desk.shows(getattr(attempts, end), attempt.id, *arguments.get(end, ()))
    assert ended.waiting == 0
    assert isinstance(said[0], AttemptPermission)
    assert (said[0].permission.id, said[0].permission.status) == (asked.id, "cancelled")
    assert said[1] == status_of(ended)
    assert await desk.world.read(permissions.pending) == []


# ── A batch ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_batch_is_one_transaction(desk: Desk) -> None:
    attempt = await desk.running()
    plan = Todos.of((Todo("todo-0", "one", "open"),))
    batch = Batch(
        session_id="s-1",
        items=(tool(1), tool(2)),
        todos=plan,
        usage=Usage(input_tokens=10, cost=0.5, currency="USD", turns=1, work_ms=7),
        logs=(LogLine("[runner] hm"),),
    )
    after, said = await desk.says(attempts.record, attempt.id, batch)
    kinds = [
        AttemptSessionRecorded,
        *[ConversationItemAdded] * 2,
        AttemptTodosChanged,
        AttemptUsageChanged,
        AttemptLogged,
    ]
    assert [type(event) for event in said] == kinds
    assert await desk.stored(attempt.id) == after
    more = Batch(usage=Usage(input_tokens=5, output_tokens=1, cost=0.25, context_used=9, turns=1))
    after, said = await desk.says(attempts.record, attempt.id, more)
    total = Usage(
        input_tokens=15, output_tokens=1, cost=0.75, currency="USD", context_used=9, turns=2, work_ms=7
    )
    assert after.usage == total
    assert said == [AttemptUsageChanged(attempt_id=attempt.id, usage=total)]
    await desk.silent(attempts.record, attempt.id, Batch(session_id="s-1", todos=plan))


async def test_a_batch_costs_little(desk: Desk) -> None:
    """A loose bound, ten times what a quiet machine needs, so that only a change of order shows."""
    attempt = await desk.running()
    batches = [Batch(items=tuple(tool(20 * n + one) for one in range(20))) for n in range(50)]
    before = time.process_time()
    for batch in batches:
        await desk.world.run(attempts.record, attempt.id, batch)
    assert (time.process_time() - before) / 1_000 < 0.001


async def test_a_worktree_comes_with_its_branch_and_its_beginning(desk: Desk) -> None:
    attempt = await desk.running()
    after, said = await desk.says(attempts.record_worktree, attempt.id, "/tree", "b-2", "4f9280e")
    assert (after.worktree_path, after.branch_name, after.base_commit) == ("/tree", "b-2", "4f9280e")
    assert said == [GitStatusChanged(attempt_id=attempt.id)]
    assert await desk.stored(attempt.id) == after
    gone, _ = await desk.says(attempts.record_worktree, attempt.id, None)
    assert (gone.worktree_path, gone.branch_name, gone.base_commit) == (None, "b-2", "4f9280e")


# ── After a crash ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_after_a_crash_nothing_is_at_work(desk: Desk) -> None:
    waiting, running, stopping = await queued_on(desk, desk.board, 3)
    for one in (running, stopping):
        await desk.world.run(attempts.start, one.id)
    await desk.world.run(attempts.put_items, running.id, [tool(n) for n in range(1_200)])
    await desk.world.run(attempts.put_items, running.id, [script("setup")])
    await desk.world.run(permissions.ask, running.id, ASKED)
    await desk.world.run(attempts.stop, stopping.id)

    ended, _ = await desk.shows(attempts.reconcile)

    assert {(one.id, one.status) for one in ended} == {(running.id, "failed"), (stopping.id, "stopped")}
    assert (await desk.stored(running.id)).failure == CUT_OFF
    assert await desk.stored(waiting.id) == waiting
    assert await desk.world.read(permissions.pending) == []
    items, _ = await desk.world.read(queries.conversation, running.id, None, 2_000)
    assert {one.tool.status for one in items if isinstance(one, ToolCall)} == {"cancelled"}
    assert isinstance(items[-1], Failure)
    assert await desk.silent(attempts.reconcile) == []


async def test_a_dev_script_of_an_attempt_that_has_ended_does_not_outlive_the_server(desk: Desk) -> None:
    attempt = await desk.running()
    await told(desk, attempt)
    await desk.says(attempts.record_worktree, attempt.id, "/tree")
    await desk.says(attempts.put_items, attempt.id, [script("dev")])
    await desk.shows(attempts.finish, attempt.id, "succeeded")
    _, said = await desk.says(attempts.reconcile)
    assert [type(event) for event in said] == [ConversationItemAdded]
    item = (await said_in(desk, attempt))[-1]
    assert isinstance(item, Automation)
    assert item.status == "failed"


async def test_an_attempt_goes_on_after_a_crash_where_its_profile_says_so(desk: Desk) -> None:
    new = await with_profile(desk, resumeOnRestart=True)
    queued, _ = await desk.shows(attempts.queue, desk.board, desk.card, new)
    await desk.shows(attempts.claim, 1)
    await told(desk, queued)
    (failed,), _ = await desk.shows(attempts.reconcile)
    assert failed.status == "failed", "its agent has not named a session"

    await desk.shows(attempts.resume, queued.id)
    await desk.shows(attempts.claim, 1)
    await told(desk, queued)
    await desk.says(attempts.record, queued.id, Batch(session_id="s"))
    (again,), _ = await desk.shows(attempts.reconcile)
    assert (again.status, again.failure) == ("queued", None)
    assert [one.text for one in await desk.world.read(messages.waiting, queued.id)] == [CONTINUATION]
    assert (await desk.view()).logs[-1].message == f"{CUT_OFF}; it goes on"


async def test_what_failed_or_was_stopped_can_be_resumed(desk: Desk) -> None:
    attempt = await desk.running()
    await told(desk, attempt)
    await desk.refused(Conflict, "already running", attempts.resume, attempt.id)
    await desk.shows(attempts.fail, attempt.id, "x")
    again, said = await desk.shows(attempts.resume, attempt.id)
    assert again.status == "queued"
    assert [type(event) for event in said] == [AttemptStatusChanged, AttemptQueueChanged]
    await desk.shows(attempts.claim, 1)
    taken = await desk.world.run(messages.take_next, attempt.id)
    assert taken is not None
    assert taken.text == CONTINUATION
    await desk.shows(attempts.finish, attempt.id, "succeeded")
    await desk.refused(Conflict, "nothing to resume", attempts.resume, attempt.id)


async def test_one_that_never_heard_of_its_card_is_told_that_first(desk: Desk) -> None:
    attempt = await desk.running()
    await desk.shows(attempts.fail, attempt.id, "The worktree cannot be made")
    await desk.shows(attempts.resume, attempt.id)
    assert [one.text for one in await desk.world.read(messages.waiting, attempt.id)] == ["A card"]


async def test_the_first_prompt_is_a_message_of_the_conversation(desk: Desk) -> None:
    attempt = await desk.running()
    await told(desk, attempt)
    (item,) = await said_in(desk, attempt)
    assert isinstance(item, Message)
    assert (item.role, item.text) == ("user", "A card")
