"""Reactions: in order, at least once, with a stored mark; failures are told, tried again, and given up visibly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest

from kanbanai.adapters.brokers.local import LocalBroker
from kanbanai.domain.channels import DASHBOARD, board_channel
from kanbanai.domain.errors import Conflict, GitFailed, Unavailable
from kanbanai.domain.events import CardCreated, Event
from kanbanai.domain.ids import BoardId
from kanbanai.domain.log import Entry
from kanbanai.ports import Reading, Transaction
from kanbanai.runtime import reactor as reactor_module
from kanbanai.runtime.reactor import TRIES, Reaction, Reactor
from kanbanai.usecases import cards
from tests.runtime.stage import a_turn
from tests.world import World

CREATED = frozenset({CardCreated.kind})


class Bench:
    """A world whose doorbell rings, a reactor on it, and what its one reaction did."""

    def __init__(self, world: World, broker: LocalBroker) -> None:
        self.world = world
        self.broker = broker
        self.titles: list[str] = []
        self.faults: list[Exception] = []
        self.pauses: list[float] = []
        self.failures: list[Exception] = []
        self.did = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncGenerator[Bench]:
        faults: list[Exception] = []
        broker = LocalBroker(faults.append)
        bench = cls(World(on_commit=broker.ring), broker)
        bench.faults = faults
        try:
            yield bench
        finally:
            bench.world.store.close()

    def effect(self, tx: Transaction, event: Event, seq: int, actor: str) -> None:
        assert isinstance(event, CardCreated)
        assert actor == "system:kanbanai"
        if self.failures:
            raise self.failures.pop(0)
        self.titles.append(event.card.title)

    async def outside(self, entry: Entry) -> None:
        if self.failures:
            raise self.failures.pop(0)
        assert isinstance(entry.event, CardCreated)
        self.titles.append(entry.event.card.title)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if seconds >= 60 and len([one for one in self.pauses if one >= 60]) == 1:
            await asyncio.get_running_loop().create_future()  # bookmarks: never in these tests
        await asyncio.sleep(0)

    @asynccontextmanager
    async def reacting(self, *reactions: Reaction) -> AsyncGenerator[Reactor]:
        reactor = Reactor(self.world.store, reactions, report=self.faults.append, pause=self.pause)
        reactor.listen_to(self.broker)
        task = asyncio.create_task(reactor.run())
        try:
            yield reactor
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def inside(self) -> Reaction:
        return Reaction("note", CREATED, effect=self.effect)

    @property
    def beyond(self) -> Reaction:
        return Reaction("note", CREATED, outside=self.outside)

    async def comes(self, reactor: Reactor, done: int, given_up: int = 0) -> None:
        """Waits until so many reactions are done and given up, each marked."""
        while (
            sum(reactor.statistics().done.values()) < done
            or sum(reactor.statistics().given_up.values()) < given_up
            or reactor._waiting
        ):
            await a_turn()

    async def mark(self, board: BoardId) -> int | None:
        return await self.world.read(lambda tx: tx.reacted(board_channel(board), "note"))

    async def head(self, board: BoardId) -> int:
        return await self.world.read(lambda tx: tx.head(board_channel(board)))


@pytest.fixture
async def bench() -> AsyncGenerator[Bench]:
    async with Bench.opened() as bench:
        yield bench


@pytest.mark.parametrize("kind", ["inside", "beyond"])
async def test_events_are_reacted_to_in_order_and_marked(bench: Bench, kind: str) -> None:
    async with bench.reacting(getattr(bench, kind)) as reactor:
        board = (await bench.world.project()).board_id
        for title in ("One", "Two", "Three"):
            await bench.world.card(board, title)
        await bench.comes(reactor, 3)
        assert bench.titles == ["One", "Two", "Three"]
        assert await bench.mark(board) == await bench.head(board)
    assert bench.faults == []


@pytest.mark.parametrize("kind", ["inside", "beyond"])
async def test_what_was_committed_together_is_sieved_together(bench: Bench, kind: str) -> None:
    looked: list[list[int]] = []

    def sieve(tx: Reading, entries: Sequence[Entry]) -> list[Entry]:
        assert tx.head(entries[0].channel) >= entries[-1].seq
        looked.append([entry.seq for entry in entries])
        return [
            entry
            for entry in entries
            if isinstance(entry.event, CardCreated) and entry.event.card.title != "Dull"
        ]

    async with bench.reacting(getattr(bench, kind)._replace(sieve=sieve)) as reactor:
        board = (await bench.world.project()).board_id
        column = (await bench.world.read(lambda tx: tx.columns.of_board(board)))[0].id

        def make(tx: Transaction) -> None:
            for title in ("One", "Dull", "Two", "Dull"):
                cards.create(tx, board, cards.NewCard(column_id=column, title=title))

        await bench.world.run(make)
        await bench.comes(reactor, 2)
        head = await bench.head(board)
        assert looked == [[head - 3, head - 2, head - 1, head]]
        assert bench.titles == ["One", "Two"]
        assert await bench.mark(board) == head - 1, "what the sieve kept back is not worth a transaction"
        await reactor.bookmark()
        assert await bench.mark(board) == head
    assert bench.faults == []


async def test_where_the_sieve_fails_each_reaction_looks_for_itself(bench: Bench) -> None:
    def sieve(tx: Reading, entries: Sequence[Entry]) -> list[Entry]:
        raise Unavailable("The database is locked")

    async with bench.reacting(bench.inside._replace(sieve=sieve)) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "One")
        await bench.comes(reactor, 1)
    assert bench.titles == ["One"]
    assert [str(fault) for fault in bench.faults] == ["The database is locked"]


async def test_after_a_restart_it_goes_on_where_it_was(bench: Bench) -> None:
    async with bench.reacting(bench.inside) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "Seen")
        await bench.comes(reactor, 1)
    await bench.world.card(board, "Missed")
    other = (await bench.world.project("New")).board_id
    await bench.world.card(other, "On a new board")
    async with bench.reacting(bench.inside) as reactor:
        await bench.comes(reactor, 2)
    assert sorted(bench.titles) == ["Missed", "On a new board", "Seen"]


async def test_after_an_upgrade_it_begins_with_what_happens_then(bench: Bench) -> None:
    board = (await bench.world.project()).board_id
    await bench.world.card(board, "Long ago")
    async with bench.reacting(bench.inside) as reactor:
        while await bench.world.read(lambda tx: tx.reacted(DASHBOARD, "note")) is None:
            await a_turn()
        await bench.world.card(board, "Now")
        await bench.comes(reactor, 1)
    assert bench.titles == ["Now"]


async def test_a_store_that_cannot_be_written_is_tried_until_it_can(bench: Bench) -> None:
    bench.failures = [Unavailable("The database is locked") for _ in range(TRIES + 2)]
    async with bench.reacting(bench.inside) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "One")
        await bench.comes(reactor, 1)
        assert reactor.statistics().failed == {"note": TRIES + 2}
    assert bench.titles == ["One"]
    assert [one for one in bench.pauses if one < 60][:4] == [1, 2, 4, 8]


async def test_what_fails_outside_is_tried_again_and_then_given_up_so_that_the_rest_goes_on(
    bench: Bench,
) -> None:
    bench.failures = [GitFailed("It is locked") for _ in range(TRIES)]
    async with bench.reacting(bench.beyond) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "Hopeless")
        await bench.world.card(board, "Fine")
        await bench.comes(reactor, 1, given_up=1)
        assert reactor.statistics().given_up == {"note": 1}
        assert await bench.mark(board) == await bench.head(board)
    assert bench.titles == ["Fine"]
    assert len(bench.faults) == TRIES
    assert "in the reaction 'note'" in bench.faults[0].__notes__[0]


async def test_a_use_case_that_refuses_is_given_up_at_once(bench: Bench) -> None:
    bench.failures = [Conflict("The attempt is running")]
    async with bench.reacting(bench.inside) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "Refused")
        await bench.comes(reactor, 0, given_up=1)
    assert (bench.titles, len(bench.faults)) == ([], 1)


async def test_an_effect_and_its_mark_are_one_transaction(bench: Bench) -> None:
    async with bench.reacting(bench.inside) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "One")
        await bench.comes(reactor, 1)
        marked = await bench.mark(board)
        bench.failures = [Unavailable("The disk is full")]
        await bench.world.card(board, "Two")
        await bench.comes(reactor, 2)
        assert marked is not None
        assert await bench.mark(board) == await bench.head(board) > marked
    assert bench.titles == ["One", "Two"], "what failed has left nothing"


async def test_bookmarks_keep_a_start_from_reading_what_concerns_nobody(bench: Bench) -> None:
    never = Reaction("note", frozenset({"attempt_log"}), effect=bench.effect)
    async with bench.reacting(never) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "One")
        while await bench.world.read(lambda tx: tx.reacted(DASHBOARD, "note")) is None:
            await a_turn()
        await reactor.bookmark()
        assert await bench.mark(board) == await bench.head(board)


async def test_one_board_that_fails_does_not_hold_up_another(bench: Bench) -> None:
    stuck = asyncio.Event()

    async def outside(entry: Entry) -> None:
        assert isinstance(entry.event, CardCreated)
        if entry.event.card.title == "Stuck":
            await stuck.wait()
        bench.titles.append(entry.event.card.title)

    async with bench.reacting(Reaction("note", CREATED, outside=outside)) as reactor:
        boards: Sequence[BoardId] = [(await bench.world.project(name)).board_id for name in ("A", "B")]
        await bench.world.card(boards[0], "Stuck")
        await bench.world.card(boards[1], "Free")
        while bench.titles != ["Free"]:
            await a_turn()
        stuck.set()
        await bench.comes(reactor, 2)
    assert bench.titles == ["Free", "Stuck"]


async def test_when_it_broke_off_and_begins_again_what_waited_is_done(bench: Bench) -> None:
    """After a mistake of ours it is begun again (`kanbanai.app.work.kept_up`), the same one, in the same process."""
    mistakes = [RuntimeError("A mistake of ours")]
    stuck = asyncio.Event()

    async def outside(entry: Entry) -> None:
        assert isinstance(entry.event, CardCreated)
        await stuck.wait()
        bench.titles.append(entry.event.card.title)

    def concerns(entry: Entry) -> bool:
        if mistakes and isinstance(entry.event, CardCreated) and entry.event.card.title == "Two":
            raise mistakes.pop()
        return True

    reaction = Reaction("note", CREATED, outside=outside, concerns=concerns)
    reactor = Reactor(bench.world.store, [reaction], report=bench.faults.append, pause=bench.pause)
    reactor.listen_to(bench.broker)
    board = (await bench.world.project()).board_id
    first = asyncio.create_task(reactor.run())
    while await bench.mark(board) is None:
        await a_turn()
    await bench.world.card(board, "One")
    await bench.world.card(board, "Two")
    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        await first
    stuck.set()
    again = asyncio.create_task(reactor.run())
    async with asyncio.timeout(10):
        await bench.comes(reactor, 2)
    assert bench.titles == ["One", "Two"]
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


async def test_what_changes_fast_is_looked_at_together(bench: Bench) -> None:
    looked: list[int] = []
    go_on = asyncio.Event()

    async def pause(seconds: float) -> None:
        if seconds == reactor_module.LOOK_EVERY:
            await go_on.wait()
        else:
            await asyncio.get_running_loop().create_future()

    def sieve(_tx: Reading, entries: Sequence[Entry]) -> Sequence[Entry]:
        looked.append(len(entries))
        return entries

    bench.pause = pause  # type: ignore[method-assign]
    async with bench.reacting(bench.inside._replace(sieve=sieve)) as reactor:
        board = (await bench.world.project()).board_id
        await bench.world.card(board, "One")
        await bench.comes(reactor, 1)
        for title in ("Two", "Three", "Four"):
            await bench.world.card(board, title)
        go_on.set()
        await bench.comes(reactor, 4)
    assert (looked, bench.titles) == ([1, 3], ["One", "Two", "Three", "Four"])
