"""Whatever people, agents and crashes do to attempts, what must hold of them holds after every step."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kanbanai.domain.actors import LOCAL_USER, SYSTEM, Actor
from kanbanai.domain.attempts import ACTIVE, AT_WORK, Attempt, AttemptBrief, shown
from kanbanai.domain.cards import Placement
from kanbanai.domain.channels import board_channel
from kanbanai.domain.conversations import Message, ToolCall, ToolUse, closed
from kanbanai.domain.errors import Conflict, Invalid
from kanbanai.domain.events import AttemptStarted, AttemptStatusChanged, CardMoved
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId, MessageId
from kanbanai.domain.messages import item_of
from kanbanai.domain.permissions import Permission, PermissionOption
from kanbanai.domain.settings import AppSettingsChanges, ProjectSettingsChanges
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Reading
from kanbanai.usecases import attempts, cards, messages, permissions, queries, reactions
from kanbanai.usecases import settings as settings_cases
from kanbanai.usecases.attempts import Batch, NewAttempt
from kanbanai.usecases.messages import MessageChanges
from kanbanai.usecases.permissions import Asked
from tests.world import World, entries_after, verify

T = TypeVar("T")
LIMIT, OF_PROJECT = 3, 2
"""Attempts at work at once: of the server, and of the first of the two projects."""
MOSTLY = 0.8
CHOICE = strategies.randoms(use_true_random=False)
TOOL = ToolUse(name="command", action="exec", status="running")
ASKED = Asked(
    title="Run it",
    tool=TOOL,
    options=(PermissionOption("yes", "allow_once", "Yes"), PermissionOption("no", "reject_once", "No")),
)
REACTIONS: dict[str, Any] = {
    AttemptStarted.kind: reactions.show_work,
    AttemptStatusChanged.kind: reactions.show_result,
    CardMoved.kind: reactions.start_work,
}


class Seen:
    """All there is of attempts, read in one view."""

    def __init__(self, tx: Reading, boards: list[BoardId]) -> None:
        self.snapshots: dict[BoardId, tuple[BoardSnapshot, int]] = {
            one: queries.board_view(tx, one) for one in boards
        }
        self.cards = {card: one for one in boards for card in self.snapshots[one][0].state.cards}
        self.of_card: dict[CardId, list[Attempt]] = {one: tx.attempts.of_card(one) for one in self.cards}
        self.attempts = {one.id: one for found in self.of_card.values() for one in found}
        self.asked: dict[AttemptId, list[Permission]] = {
            one: tx.permissions.of_attempt(one) for one in self.attempts
        }
        self.waiting: dict[AttemptId, list[MessageId]] = {
            one: [message.id for message in tx.messages.of_attempt(one)] for one in self.attempts
        }
        self.said = {one: tx.attempts.conversation(one, limit=1_000) or [] for one in self.attempts}


class Histories(RuleBasedStateMachine):
    """Two boards on one repository. Each step is checked by the fold, or must have left all as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.context = World.opened()
        self.withdrawn: set[MessageId] = set()
        self.spoken: dict[AttemptId, list[MessageId]] = {}
        self.number = 0
        self.reacted = 0
        self.actor: Actor = SYSTEM

    def teardown(self) -> None:
        self.runner.run(self.context.__aexit__(None, None, None))
        self.runner.close()

    @initialize()
    def open(self) -> None:
        self.world = self.runner.run(self.context.__aenter__())
        self.boards: list[BoardId] = []
        for _ in range(2):
            board = self.go(self.world.project()).board_id
            self.boards.append(board)
            for _ in range(2):
                self.go(self.world.card(board))
        automatic = AppSettingsChanges(auto_start_agent_on_in_progress=True, permission_minutes=2)
        self.go(self.world.run(settings_cases.edit_app, automatic))
        changes = ProjectSettingsChanges(max_parallel_attempts=OF_PROJECT, default_agent="CODEX")
        self.go(self.world.run(settings_cases.edit_project, self.boards[0], changes))
        self.seen = self.look()

    def go(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def look(self) -> Seen:
        return self.go(self.world.read(Seen, self.boards))

    def tried(self, use_case: Callable[..., T], *args: Any, **given: Any) -> T | None:
        """Does it; None: it could not be, and has changed nothing."""
        before = self.seen
        try:
            made = self.go(self.world.store.acting_as(self.actor).run(use_case, *args, **given))
        except (Conflict, Invalid):
            self.seen = self.look()
            assert self.seen.snapshots == before.snapshots
            assert (self.seen.attempts, self.seen.waiting) == (before.attempts, before.waiting)
            return None
        self.seen = self.look()
        for board, (snapshot, seq) in before.snapshots.items():
            said = self.go(self.world.read(entries_after, board, seq))
            verify(snapshot, said, self.seen.snapshots[board][0])
        for attempt_id, waiting in self.seen.waiting.items():
            told = self.spoken.setdefault(attempt_id, [])
            told += [one for one in waiting if one not in told]
        return made

    def one(self, chance: Any, *, at_work: bool = False) -> AttemptId | None:
        """Any attempt; for what agents do, mostly one at work."""
        known = list(self.seen.attempts)
        busy = [one.id for one in self.seen.attempts.values() if one.status in AT_WORK]
        if at_work and busy and chance.random() < MOSTLY:
            known = busy
        return chance.choice(known) if known else None

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(chance=CHOICE, parallel=strategies.booleans())
    def queue(self, chance: Any, parallel: bool) -> None:
        if self.seen.cards:
            card, board = chance.choice(list(self.seen.cards.items()))
            self.tried(attempts.queue, board, card, NewAttempt(agent="CODEX", parallel=parallel))
            if chance.random() < MOSTLY:
                self.claim()

    @rule(chance=CHOICE)
    def say(self, chance: Any) -> None:
        if one := self.one(chance):
            self.tried(messages.say, one, "More")

    @rule(chance=CHOICE)
    def edit(self, chance: Any) -> None:
        one = self.one(chance)
        if one and self.spoken.get(one):
            message = chance.choice(self.spoken[one])
            if message not in self.withdrawn:
                edited = self.tried(messages.edit, one, message, MessageChanges(prompt=f"{self.number}"))
                assert (edited is not None) is (message in self.seen.waiting[one])

    @rule(chance=CHOICE)
    def withdraw(self, chance: Any) -> None:
        one = self.one(chance)
        if one and self.seen.waiting[one]:
            message = chance.choice(self.seen.waiting[one])
            self.tried(messages.withdraw, one, message)
            if message not in self.seen.waiting[one]:
                self.withdrawn.add(message)

    @rule(chance=CHOICE)
    def stop(self, chance: Any) -> None:
        if one := self.one(chance):
            stopped = self.tried(attempts.stop, one)
            assert (stopped is None) is (self.seen.attempts[one].status not in ACTIVE) or (
                stopped is not None and stopped.status == "stopped"
            )

    @rule(chance=CHOICE)
    def resume(self, chance: Any) -> None:
        if one := self.one(chance):
            self.tried(attempts.resume, one)

    @rule(chance=CHOICE)
    def answer(self, chance: Any) -> None:
        asked = [one for found in self.seen.asked.values() for one in found]
        asked = [one for one in asked if one.status == "pending"] or asked
        if asked:
            one = chance.choice(asked)
            answered = self.tried(
                permissions.answer, one.attempt_id, one.id, decision=chance.choice(["allow", "reject"])
            )
            assert (answered is not None) is (one.status == "pending")

    @rule(chance=CHOICE)
    def move(self, chance: Any) -> None:
        if self.seen.cards:
            card, board = chance.choice(list(self.seen.cards.items()))
            *_, done = columns = self.seen.snapshots[board][0].state.column_order
            column = chance.choice(columns[:-1] if chance.random() < MOSTLY else (done,))
            self.actor = LOCAL_USER
            self.tried(cards.move, board, card, Placement(column, 0))
            self.actor = SYSTEM

    @rule(chance=CHOICE)
    def delete(self, chance: Any) -> None:
        if len(self.seen.cards) > 1:
            card, board = chance.choice(list(self.seen.cards.items()))
            busy = any(one.status in AT_WORK for one in self.seen.of_card[card])
            self.tried(cards.delete, board, card)
            assert (card in self.seen.cards) is busy

    # ── agents ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule()
    def claim(self) -> None:
        before = self.seen.attempts
        claimed = self.tried(attempts.claim, LIMIT)
        if claimed is not None:
            passed = [
                one
                for one in before.values()
                if one.status == "queued" and one.updated_at < before[claimed.id].updated_at
            ]
            assert all(one.board_id == self.boards[0] for one in passed), "only a full project is passed over"

    @rule(chance=CHOICE)
    def take(self, chance: Any) -> None:
        if one := self.one(chance, at_work=True):
            waiting, status = self.seen.waiting[one], self.seen.attempts[one].status
            taken = self.tried(messages.take_next, one)
            assert (None if taken is None else taken.id) == (
                waiting[0] if waiting and status == "running" else None
            )

    @rule(chance=CHOICE)
    def work(self, chance: Any) -> None:
        one = self.one(chance, at_work=True)
        if one and self.seen.attempts[one].status == "running":
            self.number += 1
            item = ToolCall(
                id=ItemId(f"cmsg-t{self.number}"), timestamp=Timestamp("2026-11-23T18:00:00.000Z"), tool=TOOL
            )
            self.tried(attempts.record, one, Batch(items=(item,), session_id="s"))

    @rule(chance=CHOICE)
    def ask(self, chance: Any) -> None:
        if one := self.one(chance, at_work=True):
            self.tried(permissions.ask, one, ASKED)

    @rule(chance=CHOICE, status=strategies.sampled_from(["succeeded", "failed", "stopped"]))
    def finish(self, chance: Any, status: Any) -> None:
        if one := self.one(chance, at_work=True):
            before = self.seen.attempts[one].status
            ended = self.tried(attempts.finish, one, status)
            assert (ended is not None) is (before in AT_WORK)
            if before == "stopping" and ended is not None:
                assert ended.status == "stopped"

    @rule(chance=CHOICE)
    def fail(self, chance: Any) -> None:
        if one := self.one(chance, at_work=True):
            self.tried(attempts.fail, one, "It broke")

    # ── the server ──────────────────────────────────────────────────────────────────────────────────────────────────

    @rule()
    def expire(self) -> None:
        self.world.clock.moment += timedelta(minutes=1)
        self.tried(permissions.expire)

    @rule()
    def react(self) -> None:
        """All that has happened since the last time is reacted to, late and in one go."""
        entries, self.reacted = self.world.committed[self.reacted :], len(self.world.committed)
        for entry in entries:
            reaction = REACTIONS.get(entry.kind)
            if reaction is not None and entry.channel in map(board_channel, self.boards):
                self.tried(reaction, entry.event, entry.seq, entry.actor)

    @rule(chance=CHOICE)
    def crash(self, chance: Any) -> None:
        if chance.random() < MOSTLY:
            return
        self.tried(attempts.reconcile)
        assert not any(one.status in AT_WORK for one in self.seen.attempts.values())
        assert not any(one.status == "pending" for found in self.seen.asked.values() for one in found)

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def a_board_shows_what_the_rule_says(self) -> None:
        for card, board in self.seen.cards.items():
            briefs = tuple(
                AttemptBrief(one.id, one.status, one.waiting) for one in reversed(self.seen.of_card[card])
            )
            assert self.seen.snapshots[board][0].attempts.get(card, ()) == shown(briefs)

    @invariant()
    def limits_hold(self) -> None:
        at_work = Counter(one.board_id for one in self.seen.attempts.values() if one.status in AT_WORK)
        assert at_work.total() <= LIMIT
        assert at_work[self.boards[0]] <= OF_PROJECT

    @invariant()
    def no_two_attempts_share_a_branch(self) -> None:
        branches = [one.branch_name for one in self.seen.attempts.values()]
        assert len(set(branches)) == len(branches)

    @invariant()
    def an_attempt_fits_its_status(self) -> None:
        for attempt_id, one in self.seen.attempts.items():
            pending = sum(asked.status == "pending" for asked in self.seen.asked[attempt_id])
            assert one.waiting == pending
            assert not pending or one.status == "running"
            assert (one.failure is not None) is (one.status == "failed")
            assert (one.ended_at is not None) is (one.status not in ACTIVE)
            assert one.status != "queued" or self.seen.waiting[attempt_id], "it has something to be told"
            if one.status not in AT_WORK:
                assert not any(closed(item, one.updated_at) for item in self.seen.said[attempt_id])

    @invariant()
    def no_message_is_lost_or_told_twice(self) -> None:
        for attempt_id in self.seen.attempts:
            told = [one.id for one in self.seen.said[attempt_id] if isinstance(one, Message)]
            kept = [one for one in self.spoken.get(attempt_id, []) if one not in self.withdrawn]
            assert told + [item_of(one) for one in self.seen.waiting[attempt_id]] == [
                item_of(one) for one in kept
            ]


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
