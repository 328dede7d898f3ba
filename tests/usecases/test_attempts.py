"""The rules of attempts; contract sections 11, 12 and 19."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kanbanai.domain.attempts import ACTIVE, Attempt, AttemptBrief, AttemptStatus, LogLine, Todo, Todos, shown
from kanbanai.domain.cards import CardChanges
from kanbanai.domain.conversations import Message, Thinking
from kanbanai.domain.errors import CardBlocked, CardLocked, Conflict, Invalid, NotFound
from kanbanai.domain.events import (
    AttemptLogged,
    AttemptQueueChanged,
    AttemptSessionRecorded,
    AttemptStarted,
    AttemptStatusChanged,
    AttemptTodosChanged,
    ConversationItemAdded,
    GitCommitted,
    GitPushed,
    GitStatusChanged,
)
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId, ProfileId, ProjectId
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Reading
from kanbanai.usecases import attempts, cards, profiles, projects, queries
from kanbanai.usecases.attempts import NewAttempt
from tests.usecases.desk import BACKLOG, DONE, NEW, UNKNOWN, Desk, status_of
from tests.world import entries_after, verify

AT = Timestamp("2026-11-23T18:00:00.000Z")


# ── Waiting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_queued_attempt_is_told_and_kept(desk: Desk) -> None:
    attempt, said = await desk.shows(attempts.queue, desk.board, desk.card, NEW)
    assert [type(event) for event in said] == [AttemptStatusChanged, AttemptQueueChanged]
    assert said[0] == status_of(attempt)
    assert (attempt.status, attempt.base_branch, attempt.branch_name) == ("queued", "main", NEW.branch_name)
    assert (attempt.started_at, attempt.ended_at, attempt.worktree_path) == (None, None, None)
    assert await desk.stored(attempt.id) == attempt


async def test_an_attempt_can_have_another_base_branch(desk: Desk) -> None:
    new = NewAttempt(agent="CODEX", branch_name="b", base_branch="develop")
    assert (await desk.queued(new)).base_branch == "develop"


@pytest.mark.parametrize(
    ("new", "match"),
    [
        (NewAttempt(agent="NOBODY", branch_name="b"), "Unknown agent"),
        (NewAttempt(agent="CODEX", branch_name=" "), "branchName"),
        (NewAttempt(agent="CODEX", branch_name="HEAD"), "branchName"),
        (NewAttempt(agent="CODEX", branch_name="b", base_branch=""), "baseBranch"),
        (NewAttempt(agent="CODEX", branch_name="b", profile_id=ProfileId("apg-0")), "Profile not found"),
    ],
)
async def test_an_attempt_of_something_unknown_is_refused(desk: Desk, new: NewAttempt, match: str) -> None:
    await desk.refused(Invalid, match, attempts.queue, desk.board, desk.card, new)


async def test_a_profile_must_be_this_agents_and_not_another_projects(desk: Desk) -> None:
    async def profile(project_id: ProjectId | None, agent_key: str = "CODEX") -> ProfileId:
        made = await desk.world.run(profiles.create, project_id, agent_key=agent_key, name="Mine", config={})
        return made.id

    def using(profile_id: ProfileId) -> NewAttempt:
        return NewAttempt(agent="CODEX", branch_name="b", profile_id=profile_id)

    strange = using(await profile((await desk.world.project("Other")).id))
    await desk.refused(Invalid, "Profile not found", attempts.queue, desk.board, desk.card, strange)
    droid = using(await profile(None, "DROID"))
    await desk.refused(Invalid, "Profile does not match", attempts.queue, desk.board, desk.card, droid)
    for project_id in (None, desk.board):
        new = using(await profile(project_id))
        attempt = await desk.queued(new)
        assert attempt.profile_id == new.profile_id
        await desk.shows(attempts.set_status, attempt.id, "stopped")


async def test_a_card_that_is_done_or_blocked_takes_no_attempt(desk: Desk) -> None:
    needed = await desk.world.card(desk.board, "Needed")
    edit = cards.CardEdit(changes=CardChanges(depends_on=(needed,)))
    await desk.world.run(cards.edit, desk.board, desk.card, edit)
    await desk.refused(CardBlocked, "blocked by dependencies", attempts.queue, desk.board, desk.card, NEW)
    await desk.move(DONE)
    await desk.refused(CardLocked, "done and locked", attempts.queue, desk.board, desk.card, NEW)
    await desk.move(BACKLOG)
    await desk.move(DONE, needed)
    await desk.queued()


async def test_a_card_has_one_active_attempt_at_a_time(desk: Desk) -> None:
    first = await desk.queued()
    for status in ("queued", "running", "stopping"):
        if status == "running":
            await desk.world.run(attempts.start, first.id)
        if status == "stopping":
            await desk.world.run(attempts.set_status, first.id, "stopping")
        await desk.refused(Conflict, "Attempt already running", attempts.queue, desk.board, desk.card, NEW)
    await desk.shows(attempts.set_status, first.id, "stopped")
    second = await desk.queued()
    snapshot, _ = await desk.world.read(queries.board_view, desk.board)
    assert snapshot.attempts[desk.card] == (AttemptBrief(second.id, "queued"),)


async def test_an_attempt_needs_a_card_of_its_board(desk: Desk) -> None:
    other = (await desk.world.project("Other")).board_id
    await desk.refused(NotFound, "Card not found", attempts.queue, desk.board, CardId("card-0"), NEW)
    await desk.refused(NotFound, "Board not found", attempts.queue, BoardId(ProjectId("p")), desk.card, NEW)
    await desk.refused(Invalid, "does not belong to this board", attempts.queue, other, desk.card, NEW)


# ── Running ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_start_is_told_as_a_status_and_as_a_start(desk: Desk) -> None:
    queued = await desk.queued()
    attempt, said = await desk.shows(attempts.start, queued.id)
    assert said == [status_of(attempt), AttemptStarted(attempt_id=attempt.id, card_id=desk.card)]
    assert (attempt.status, attempt.started_at) == ("running", attempt.updated_at)
    assert await desk.stored(attempt.id) == attempt


async def test_a_second_start_is_refused(desk: Desk) -> None:
    attempt = await desk.running()
    await desk.refused(Conflict, "is running; it cannot become running", attempts.start, attempt.id)


@pytest.mark.parametrize("status", ["succeeded", "failed", "stopped"])
async def test_an_end_is_told_with_its_card_and_its_time(desk: Desk, status: AttemptStatus) -> None:
    running = await desk.running()
    attempt, said = await desk.shows(attempts.set_status, running.id, status)
    assert said == [AttemptStatusChanged(attempt_id=attempt.id, card_id=desk.card, status=status)]
    assert (attempt.ended_at, attempt.started_at) == (attempt.updated_at, running.started_at)


async def test_the_same_status_again_is_told_to_nobody(desk: Desk) -> None:
    attempt = await desk.running()
    assert await desk.silent(attempts.set_status, attempt.id, "running") == attempt


async def test_a_status_that_cannot_follow_is_refused_and_leaves_all_as_it_was(desk: Desk) -> None:
    attempt = await desk.running()
    await desk.shows(attempts.set_status, attempt.id, "stopping")
    for status in ("succeeded", "running"):
        await desk.refused(Conflict, f"cannot become {status}", attempts.set_status, attempt.id, status)
    await desk.refused(Conflict, "Attempt already running", attempts.set_status, attempt.id, "queued")


async def test_a_follow_up_is_a_new_run_of_the_same_attempt(desk: Desk) -> None:
    first = await desk.ended()
    again, said = await desk.shows(attempts.start, first.id)
    assert said == [status_of(again), AttemptStarted(attempt_id=first.id, card_id=desk.card)]
    assert (again.id, again.created_at, again.ended_at) == (first.id, first.created_at, None)
    assert again.started_at == again.updated_at


async def test_a_follow_up_can_wait_and_take_another_profile(desk: Desk) -> None:
    first = await desk.ended("failed")
    profile = await desk.world.run(profiles.create, None, agent_key="CODEX", name="Mine", config={})
    again, said = await desk.shows(attempts.queue_again, first.id, profile.id)
    assert said == [status_of(again)]
    assert (again.status, again.profile_id, again.ended_at) == ("queued", profile.id, None)
    droid = await desk.world.run(profiles.create, None, agent_key="DROID", name="Its", config={})
    await desk.shows(attempts.set_status, first.id, "stopped")
    await desk.refused(Invalid, "does not match", attempts.queue_again, first.id, droid.id)
    assert (await desk.shows(attempts.set_status, first.id, "queued"))[0].profile_id == profile.id


async def test_only_the_newest_attempt_of_a_card_can_be_followed_up(desk: Desk) -> None:
    first, second = await desk.ended(), await desk.ended()
    for use_case in (attempts.start, attempts.queue_again):
        await desk.refused(Conflict, "newer attempt", use_case, first.id)
    await desk.shows(attempts.start, second.id)


async def test_a_card_that_is_done_or_blocked_takes_no_follow_up(desk: Desk) -> None:
    attempt = await desk.ended()
    await desk.move(DONE)
    await desk.refused(CardLocked, "done and locked", attempts.start, attempt.id)
    needed = await desk.world.card(desk.board, "Needed")
    await desk.move(BACKLOG)
    edit = cards.CardEdit(changes=CardChanges(depends_on=(needed,)))
    await desk.world.run(cards.edit, desk.board, desk.card, edit)
    await desk.refused(CardBlocked, "blocked", attempts.queue_again, attempt.id)


# ── Stopping ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_rt14_a_stop_is_noted_in_the_log_and_told(desk: Desk) -> None:
    running = await desk.running()
    attempt, said = await desk.shows(attempts.stop, running.id)
    assert attempt.status == "stopping"
    note = AttemptLogged(
        attempt_id=attempt.id, level="info", message="Attempt stopped by user", ts=attempt.updated_at
    )
    assert said == [status_of(attempt), note]
    assert [line.message for line in (await desk.view()).logs] == ["Attempt stopped by user"]
    assert await desk.silent(attempts.stop, running.id) == attempt


async def test_a_queued_attempt_needs_nobody_to_stop_it(desk: Desk) -> None:
    attempt = await desk.queued()
    assert (await desk.shows(attempts.stop, attempt.id))[0].status == "stopped"


async def test_what_has_ended_cannot_be_stopped(desk: Desk) -> None:
    attempt = await desk.ended()
    await desk.refused(Conflict, "Attempt is not running", attempts.stop, attempt.id)


# ── What it says ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_batch_of_log_lines_is_one_transaction_told_line_by_line(desk: Desk) -> None:
    attempt = await desk.running()
    lines = [LogLine("start"), LogLine("careful", "warn", AT), LogLine("broken", "error")]
    logged, said = await desk.says(attempts.append_logs, attempt.id, lines)
    assert said == [
        AttemptLogged(attempt_id=attempt.id, level=one.level, message=one.message, ts=one.ts)
        for one in logged
    ]
    assert [(one.level, one.message) for one in logged] == [
        ("info", "start"),
        ("warn", "careful"),
        ("error", "broken"),
    ]
    assert logged[1].ts == AT
    assert logged[0].ts == logged[2].ts > AT
    assert (await desk.view()).logs == logged
    assert await desk.silent(attempts.append_logs, attempt.id, []) == []


def thought(number: int, text: str = "Hm") -> Thinking:
    return Thinking(id=ItemId(f"cmsg-{number}"), timestamp=AT, text=text, format="markdown")


async def test_items_are_told_whole_and_one_that_grew_replaces_itself(desk: Desk) -> None:
    attempt = await desk.running()
    question = Message(
        id=ItemId("cmsg-0"), timestamp=AT, role="user", text="Do", format="markdown", profile_id=None
    )
    _, said = await desk.says(attempts.put_items, attempt.id, [question, thought(1)])
    assert said == [ConversationItemAdded(attempt_id=attempt.id, item=one) for one in (question, thought(1))]
    await desk.says(attempts.put_items, attempt.id, [thought(1, "Hmm"), thought(2)])
    assert (await desk.view()).conversation == [question, thought(1, "Hmm"), thought(2)]
    await desk.silent(attempts.put_items, attempt.id, [])


async def test_a_plan_is_told_when_it_changes(desk: Desk) -> None:
    attempt = await desk.running()
    plan = Todos.of((Todo("todo-0", "one", "done"), Todo("todo-1", "two", "open")))
    assert (plan.total, plan.completed) == (2, 1)
    _, said = await desk.says(attempts.set_todos, attempt.id, plan)
    assert said == [AttemptTodosChanged(attempt_id=attempt.id, todos=plan)]
    assert (await desk.view()).todos == plan
    await desk.silent(attempts.set_todos, attempt.id, plan)


async def test_a_session_is_told_when_it_is_another(desk: Desk) -> None:
    attempt = await desk.running()
    after, said = await desk.says(attempts.record_session, attempt.id, "session-1")
    assert said == [AttemptSessionRecorded(attempt_id=attempt.id, session_id="session-1")]
    assert (await desk.stored(attempt.id)) == after
    assert await desk.silent(attempts.record_session, attempt.id, "session-1") == after


# ── Its worktree ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_worktree_comes_and_goes(desk: Desk) -> None:
    attempt = await desk.running()
    for path in ("/trees/a-card", None):
        after, said = await desk.says(attempts.record_worktree, attempt.id, path)
        assert said == [GitStatusChanged(attempt_id=attempt.id)]
        assert (await desk.stored(attempt.id)).worktree_path == after.worktree_path == path
        assert await desk.silent(attempts.record_worktree, attempt.id, path) == after


async def test_rt14_what_git_did_is_noted_in_the_log_and_told(desk: Desk) -> None:
    attempt = await desk.running()
    one = attempt.id

    _, said = await desk.says(attempts.record_commit, one, sha="4f9280e", subject="feat: wire")
    note = "[git] committed 4f9280e feat: wire"
    assert [type(event) for event in said] == [AttemptLogged, GitCommitted, GitStatusChanged]
    ts = (await desk.view()).logs[-1].ts
    assert said[:2] == [
        AttemptLogged(attempt_id=one, level="info", message=note, ts=ts),
        GitCommitted(attempt_id=one, short_sha="4f9280e", subject="feat: wire", ts=ts),
    ]

    _, said = await desk.says(attempts.record_push, one, remote="origin", branch="ab/x")
    ts = (await desk.view()).logs[-1].ts
    assert said == [
        AttemptLogged(attempt_id=one, level="info", message="[git] pushed to origin/ab/x", ts=ts),
        GitPushed(attempt_id=one, remote="origin", branch="ab/x", ts=ts),
        GitStatusChanged(attempt_id=one),
    ]

    await desk.says(attempts.record_merge, one, into="main")
    _, said = await desk.says(attempts.record_git_status, one)
    assert said == [GitStatusChanged(attempt_id=one)]
    assert [line.message for line in (await desk.view()).logs] == [
        note,
        "[git] pushed to origin/ab/x",
        f"[git] merged {attempt.branch_name} into main",
    ]


@pytest.mark.parametrize(
    ("use_case", "given"),
    [
        (attempts.queue_again, {}),
        (attempts.start, {}),
        (attempts.set_status, {"status": "failed"}),
        (attempts.stop, {}),
        (attempts.append_logs, {"lines": [LogLine("x")]}),
        (attempts.put_items, {"items": [thought(1)]}),
        (attempts.set_todos, {"todos": Todos.of(())}),
        (attempts.record_session, {"session_id": "s"}),
        (attempts.record_worktree, {"path": "/x"}),
        (attempts.record_git_status, {}),
        (attempts.record_commit, {"sha": "a", "subject": "b"}),
        (attempts.record_push, {"remote": "a", "branch": "b"}),
        (attempts.record_merge, {"into": "main"}),
    ],
)
async def test_an_unknown_attempt_has_no_life(
    desk: Desk, use_case: Callable[..., object], given: dict[str, Any]
) -> None:
    await desk.refused(NotFound, "Attempt not found", use_case, UNKNOWN, **given)


# ── Its end ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cards_attempts_go_with_it_once_none_is_at_work(desk: Desk) -> None:
    attempt = await desk.running()
    await desk.refused(Conflict, "at work on the card", cards.delete, desk.board, desk.card)
    await desk.shows(attempts.finish, attempt.id, "succeeded")
    await desk.world.run(attempts.append_logs, attempt.id, [LogLine("x")])
    await desk.world.run(attempts.put_items, attempt.id, [thought(1)])
    async with desk.world.verified(desk.board):
        await desk.world.run(cards.delete, desk.board, desk.card)
    with pytest.raises(NotFound):
        await desk.stored(attempt.id)
    assert await desk.world.read(queries.logs, attempt.id, None, 10) == ([], None)
    await desk.refused(NotFound, "Attempt not found", attempts.set_status, attempt.id, "failed")


async def test_a_projects_attempts_go_with_it_once_none_is_at_work(desk: Desk) -> None:
    attempt = await desk.running()
    await desk.shows(attempts.stop, attempt.id)
    await desk.refused(Conflict, "at work on a card of the project", projects.delete, desk.board)
    await desk.shows(attempts.finish, attempt.id, "succeeded")
    await desk.world.run(projects.delete, desk.board)
    with pytest.raises(NotFound, match="Attempt not found"):
        await desk.world.run(attempts.append_logs, attempt.id, [LogLine("x")])


# ── Histories ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_card(tx: Reading, card_id: CardId) -> list[Attempt]:
    return tx.attempts.of_card(card_id)


class History:
    """Random verbs on the attempts of a few cards. Each is checked by RT3, or leaves the board as it was."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.chance = random.Random(seed)
        self.cards = [desk.card]
        self.made: dict[CardId, list[AttemptId]] = {desk.card: []}

    async def begin(self) -> None:
        for _ in range(2):
            card_id = await self.desk.world.card(self.desk.board)
            self.cards.append(card_id)
            self.made[card_id] = []

    async def step(self) -> None:
        card_id = self.chance.choice(self.cards)
        known = self.made[card_id]
        if not known or self.chance.random() < 0.3:
            await self.tried(attempts.queue, self.desk.board, card_id, NEW)
        elif self.chance.random() < 0.05 and len(self.cards) > 1:
            await self.tried(cards.delete, self.desk.board, card_id)
        else:
            one = known[-1] if self.chance.random() < 0.7 else self.chance.choice(known)
            verbs: Sequence[tuple[Callable[..., object], dict[str, Any]]] = [
                (attempts.start, {}),
                (attempts.queue_again, {}),
                (
                    attempts.set_status,
                    {"status": self.chance.choice([*ACTIVE, "succeeded", "failed", "stopped"])},
                ),
                (attempts.stop, {}),
                (attempts.append_logs, {"lines": [LogLine("x")]}),
            ]
            use_case, given = self.chance.choice(verbs)
            await self.tried(use_case, one, **given)

    async def tried(self, use_case: Callable[..., object], *args: Any, **given: Any) -> None:
        """Does it. Whatever comes of it, the fold of what was said leads to what is stored."""
        world, board = self.desk.world, self.desk.board
        before, seq = await world.read(queries.board_view, board)
        try:
            made = await world.run(use_case, *args, **given)
        except Conflict:
            assert await world.read(queries.board_view, board) == (before, seq)
            return
        if use_case is attempts.queue and isinstance(made, Attempt):
            self.made[made.card_id].append(made.id)
        if use_case is cards.delete:
            self.cards.remove(args[1])
            del self.made[args[1]]
        await self.check(before, seq)

    async def check(self, before: Any, seq: int) -> None:
        world, board = self.desk.world, self.desk.board
        after, _ = await world.read(queries.board_view, board)
        verify(before, await world.read(entries_after, board, seq), after)
        for card_id in self.cards:
            stored = await world.read(of_card, card_id)
            briefs = tuple(AttemptBrief(one.id, one.status) for one in reversed(stored))
            assert after.attempts.get(card_id, ()) == shown(briefs)
        assert set(after.attempts) <= set(self.cards)


@pytest.mark.parametrize("seed", range(8))
async def test_rt3_a_board_shows_the_attempts_that_the_fold_leads_to(desk: Desk, seed: int) -> None:
    history = History(desk, seed)
    await history.begin()
    for _ in range(80):
        await history.step()
