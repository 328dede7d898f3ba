"""What the store keeps of attempts: which are shown, what they said in pages, and how many there are."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import attempt_counts
from kanbanai.domain.attempts import (
    ACTIVE,
    Attempt,
    AttemptBrief,
    AttemptLog,
    AttemptStatus,
    Todo,
    Todos,
    shown,
)
from kanbanai.domain.conversations import Message, Thinking
from kanbanai.domain.dashboard_rows import Tallies, Tally
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId, LogId
from kanbanai.domain.times import Timestamp, later
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries
from tests.world import World

STATUSES: tuple[AttemptStatus, ...] = get_args(AttemptStatus)
MADE = Timestamp("2026-11-20T22:15:00.000Z")


def attempt(
    number: int,
    board_id: BoardId,
    card_id: CardId,
    status: AttemptStatus = "running",
    made: Timestamp = MADE,
    agent: str = "CODEX",
) -> Attempt:
    return Attempt(
        id=AttemptId(f"att-{number}"),
        board_id=board_id,
        card_id=card_id,
        agent=agent,
        status=status,
        base_branch="main",
        branch_name=f"branch-{number}",
        worktree_path=None,
        session_id=None,
        created_at=made,
        updated_at=made,
        started_at=made,
        ended_at=None if status in ACTIVE else made,
    )


def add(tx: Transaction, one: Attempt) -> None:
    tx.attempts.add(one)


def save(tx: Transaction, one: Attempt) -> None:
    tx.attempts.save(one)


# ── Which attempts a board shows ────────────────────────────────────────────────────────────────────────────────────

STEP = st.tuples(st.integers(0, 2), st.none() | st.integers(0, 5), st.sampled_from(STATUSES))


@settings(deadline=None, max_examples=40)
@given(st.lists(STEP, max_size=25))
def test_the_attempts_shown_are_those_of_the_pure_rule_after_every_change(
    steps: Sequence[tuple[int, int | None, AttemptStatus]],
) -> None:
    """A step is a new attempt of a card, or another status for one that it has: any status, in any order."""

    async def history() -> None:
        async with World.opened() as world:
            board_id = (await world.project()).board_id
            chosen = [await world.card(board_id) for _ in range(3)]
            model: dict[CardId, list[Attempt]] = {card_id: [] for card_id in chosen}
            for number, (card, which, status) in enumerate(steps):
                known = model[chosen[card]]
                if which is None or which >= len(known):
                    known.append(attempt(number, board_id, chosen[card], status))
                    await world.run(add, known[-1])
                else:
                    known[which] = msgspec.structs.replace(known[which], status=status)
                    await world.run(save, known[which])
                expected = {
                    card_id: shown(tuple(AttemptBrief(one.id, one.status) for one in of_card))
                    for card_id, of_card in model.items()
                    if of_card
                }
                assert (await world.read(queries.board_view, board_id))[0].attempts == expected

    asyncio.run(history())


async def test_cards_do_not_see_each_others_attempts() -> None:
    async with World.opened() as world:
        board_id = (await world.project()).board_id
        one, other = await world.card(board_id), await world.card(board_id)
        for number, card_id in enumerate([one, other, one]):
            await world.run(add, attempt(number, board_id, card_id))
        assert [found.id for found in await world.read(lambda tx: tx.attempts.of_card(one))] == [
            "att-2",
            "att-0",
        ]
        latest = await world.read(lambda tx: tx.attempts.latest(other))
        assert latest is not None
        assert latest.id == "att-1"
        assert await world.read(lambda tx: tx.attempts.latest(CardId("card-0"))) is None


# ── What they said ──────────────────────────────────────────────────────────────────────────────────────────────────


def thought(number: int, text: str = "Hm") -> Thinking:
    return Thinking(id=ItemId(f"cmsg-{number}"), timestamp=MADE, text=text, format="markdown")


async def test_an_item_with_a_known_id_is_replaced_where_it_stands() -> None:
    async with World.opened() as world:
        board_id = (await world.project()).board_id
        for number in (1, 2):
            await world.run(add, attempt(number, board_id, await world.card(board_id)))

        def put(tx: Transaction, *items: Thinking | Message, of: str = "att-1") -> None:
            tx.attempts.put_items(AttemptId(of), items)

        await world.run(put, thought(1), thought(2), thought(3))
        answer = Message(
            id=ItemId("cmsg-2"),
            timestamp=MADE,
            role="assistant",
            text="So",
            format="markdown",
            profile_id=None,
        )
        await world.run(put, answer, thought(4))
        await world.run(put, thought(2, "Another attempt's"), of="att-2")
        await world.run(put)

        found = await world.read(lambda tx: tx.attempts.conversation(AttemptId("att-1"), limit=10))
        assert found == [thought(1), answer, thought(3), thought(4)]


@pytest.mark.parametrize(
    ("before", "limit", "expected"),
    [
        (None, 10, [0, 1, 2, 3, 4]),
        (None, 2, [3, 4]),
        ("3", 2, [1, 2]),
        ("1", 2, [0]),
        ("0", 2, []),
        ("9", 2, None),
    ],
)
async def test_logs_and_conversations_are_read_from_their_end(
    before: str | None, limit: int, expected: list[int] | None
) -> None:
    async with World.opened() as world:
        board_id = (await world.project()).board_id
        for number in (1, 2):
            await world.run(add, attempt(number, board_id, await world.card(board_id)))

        def say(tx: Transaction) -> None:
            for one in ("att-2", "att-1"):
                tx.attempts.put_items(
                    AttemptId(one), [thought(n) for n in (range(5) if one == "att-1" else [9])]
                )
            tx.attempts.add_logs([line("att-2", 9), *(line("att-1", n) for n in range(5))])

        await world.run(say)
        one = AttemptId("att-1")
        item, log = (None, None) if before is None else (ItemId(f"cmsg-{before}"), LogId(f"log-{before}"))
        items = await world.read(lambda tx: tx.attempts.conversation(one, before=item, limit=limit))
        logs = await world.read(lambda tx: tx.attempts.logs(one, before=log, limit=limit))
        assert items == (None if expected is None else [thought(n) for n in expected])
        assert logs == (None if expected is None else [line("att-1", n) for n in expected])


def line(of: str, number: int) -> AttemptLog:
    return AttemptLog(
        id=LogId(f"log-{number}"), attempt_id=AttemptId(of), ts=MADE, level="info", message=f"{number}"
    )


async def test_a_plan_is_kept_as_it_is() -> None:
    async with World.opened() as world:
        board_id = (await world.project()).board_id
        await world.run(add, attempt(1, board_id, await world.card(board_id)))
        one = AttemptId("att-1")
        assert await world.read(lambda tx: tx.attempts.todos(one)) is None
        plan = Todos.of((Todo("todo-0", "one", "done"), Todo("todo-1", "two", "open")))
        await world.run(lambda tx: tx.attempts.set_todos(one, plan))
        assert await world.read(lambda tx: tx.attempts.todos(one)) == plan


# ── How many there are ──────────────────────────────────────────────────────────────────────────────────────────────

_EVERY_COUNT = Prepared(select(attempt_counts))


def counted_one_by_one(kept: Sequence[Attempt], since: Timestamp | None, until: Timestamp | None) -> Tallies:
    def inside(moment: Timestamp | None) -> bool:
        return moment is not None and (since or "") <= moment < (until or "~")

    def by(key: Callable[[Attempt], Any]) -> dict[Any, Tally]:
        found: dict[Any, Tally] = {}
        for one in kept:
            if inside(one.created_at):
                tally = Tally(1, one.status == "succeeded", one.status == "failed")
                found[key(one)] = found.get(key(one), Tally()) + tally
        return found

    return Tallies(
        by(lambda one: one.agent), by(lambda one: one.board_id), sum(inside(one.ended_at) for one in kept)
    )


class Crowd:
    """Attempts on two boards over ten days, put in, changed and taken away at random, with a list of what should be."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.kept: list[Attempt] = []
        self.cards: list[tuple[BoardId, CardId]] = []

    async def settle(self) -> None:
        for _ in range(2):
            board_id = (await self.world.project()).board_id
            self.cards += [(board_id, await self.world.card(board_id)) for _ in range(3)]

    def moment(self) -> Timestamp:
        return later(MADE, timedelta(minutes=self.chance.randrange(10 * 24 * 60)))

    async def add(self, number: int) -> None:
        board_id, card_id = self.chance.choice(self.cards)
        agent = self.chance.choice(["CODEX", "DROID", "GONE"])
        one = attempt(number, board_id, card_id, self.chance.choice(STATUSES), self.moment(), agent)
        self.kept.append(one)
        await self.world.run(add, one)

    async def change(self) -> None:
        place = self.chance.randrange(len(self.kept))
        status = self.chance.choice(STATUSES)
        ended_at = None if status in ACTIVE else self.moment()
        self.kept[place] = msgspec.structs.replace(self.kept[place], status=status, ended_at=ended_at)
        await self.world.run(save, self.kept[place])

    async def delete_card(self) -> None:
        board_id, card_id = self.cards.pop(self.chance.randrange(len(self.cards)))
        await self.world.run(lambda tx: tx.cards.remove(board_id, card_id))
        self.kept = [one for one in self.kept if one.card_id != card_id]

    async def delete_project(self) -> None:
        board_id = self.cards[0][0]
        await self.world.run(lambda tx: tx.projects.remove(board_id))
        self.cards = [one for one in self.cards if one[0] != board_id]
        self.kept = [one for one in self.kept if one.board_id != board_id]

    async def check(self) -> None:
        ends = sorted([self.moment(), self.moment()])
        for since, until in [(None, None), (ends[0], None), (None, ends[1]), (ends[0], ends[1])]:
            expected = counted_one_by_one(self.kept, since, until)
            assert await self.world.read(tallies, since, until) == expected


def every_count(tx: Any) -> list[tuple[Any, ...]]:
    return _EVERY_COUNT.all(tx._connection)


def tallies(tx: Reading, since: Timestamp | None, until: Timestamp | None) -> Tallies:
    return tx.dashboard.tallies(since, until)


@pytest.mark.parametrize("seed", range(5))
async def test_the_counts_are_what_counting_one_by_one_gives(seed: int) -> None:
    async with World.opened() as world:
        crowd = Crowd(world, seed)
        await crowd.settle()
        for number in range(60):
            await crowd.add(number)
            if number % 2:
                await crowd.change()
            if number % 10 == 0:
                await crowd.check()
        await crowd.delete_card()
        await crowd.check()
        await crowd.delete_project()
        await crowd.check()


async def test_no_count_outlives_the_last_attempt_it_counted() -> None:
    async with World.opened() as world:
        crowd = Crowd(world, 7)
        await crowd.settle()
        for number in range(20):
            await crowd.add(number)
            await crowd.change()
        while crowd.cards:
            await crowd.delete_project()
        assert await world.read(every_count) == []


async def test_counts_know_agents_and_boards_by_name() -> None:
    async with World.opened() as world:
        board_id = (await world.project()).board_id
        card_id = await world.card(board_id)
        ends: list[AttemptStatus] = ["succeeded", "failed", "failed", "running"]
        for number, status in enumerate(ends):
            await world.run(add, attempt(number, board_id, card_id, status))
        found = await world.read(tallies, None, None)
        assert found == Tallies({"CODEX": Tally(4, 1, 2)}, {board_id: Tally(4, 1, 2)}, 3)
