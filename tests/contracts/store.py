"""What every store does, whatever it stands on: transactions, the log, the doorbell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanbanai.domain.actors import LOCAL_USER, SYSTEM
from kanbanai.domain.channels import DASHBOARD, board_channel
from kanbanai.domain.errors import Invalid, NotFound
from kanbanai.domain.events import AgentRegistered, ProjectUpdated
from kanbanai.domain.log import Entry
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Reading, Store, Transaction
from tests.contracts.stores import BOARD, OTHER, Opened, StoreSuite, make_board, say, title_of
from tests.world import CountingIds, TickingClock

CHANNEL = board_channel(BOARD)
MANY = 200


def entries(tx: Reading) -> list[Entry]:
    return tx.entries(CHANNEL, 0, 10_000)


def title(tx: Reading) -> str:
    return tx.columns.of_board(BOARD)[0].title


def fail(tx: Transaction, error: BaseException) -> None:
    say(tx, "never")
    tx.projects.take_ticket_number(BOARD)
    raise error


class StoreContract(StoreSuite):
    """Transactions, the log, the doorbell."""

    @pytest.fixture
    async def board(self, opened: Opened) -> Opened:
        """A store with one board, whose log is empty."""
        await opened.store.run(make_board)
        return opened

    async def test_a_commit_stores_state_and_log_together(self, board: Opened) -> None:
        await board.store.acting_as(LOCAL_USER).run(say, "said")
        assert await board.store.read(title) == "said"
        (entry,) = await board.store.read(entries)
        assert (entry.channel, entry.seq, entry.kind, entry.actor) == (
            CHANNEL,
            1,
            "column.updated",
            "user:local",
        )
        assert title_of(entry) == "said"
        assert [(one.seq, one.body, one.at) for one in board.rung] == [(1, entry.body, entry.at)]

    @pytest.mark.parametrize(
        "error", [Invalid("no"), KeyError("a bug"), asyncio.CancelledError(), SystemExit(3)], ids=repr
    )
    async def test_a_use_case_that_raises_leaves_no_row_and_no_event(
        self, board: Opened, error: BaseException
    ) -> None:
        with pytest.raises(type(error)):
            await board.store.run(fail, error)
        assert await board.store.read(title) == "left"
        assert await board.store.read(lambda tx: tx.projects.next_ticket_number(BOARD)) == 1
        assert await board.store.read(entries) == []
        assert board.rung == []
        await board.store.run(say, "after")
        assert [entry.seq for entry in board.rung] == [1]

    async def test_a_use_case_that_raises_stopiteration_is_no_endless_wait(self, board: Opened) -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await board.store.run(fail, StopIteration())

    async def test_those_who_wait_together_fail_alone(self, board: Opened) -> None:
        async def one(number: int) -> object:
            if number % 3:
                return await board.store.run(say, str(number))
            return await board.store.run(fail, Invalid(str(number)))

        came = await asyncio.gather(*map(one, range(MANY)), return_exceptions=True)
        assert [str(result) for result in came] == [str(number) for number in range(MANY)]
        stored = await board.store.read(entries)
        assert [title_of(entry) for entry in stored] == [str(number) for number in range(MANY) if number % 3]
        assert [entry.seq for entry in stored] == list(range(1, len(stored) + 1))

    async def test_rt1_order_of_seq_is_order_of_commit_and_of_the_rings(self, board: Opened) -> None:
        def take_a_number(tx: Transaction) -> int:
            number = tx.projects.take_ticket_number(BOARD)
            say(tx, str(number))
            if number % 5 == 0:
                say(tx, f"{number} again")
            return number

        numbers = await asyncio.gather(*(board.store.run(take_a_number) for _ in range(MANY)))
        assert sorted(numbers) == list(range(1, MANY + 1))
        said = [str(title_of(entry)) for entry in await board.store.read(entries)]
        expected = [
            f"{n}{again}" for n in range(1, MANY + 1) for again in ("", " again") if n % 5 == 0 or not again
        ]
        assert said == expected
        assert [(entry.seq, title_of(entry)) for entry in board.rung] == list(enumerate(expected, 1))

    async def test_two_channels_count_for_themselves_in_one_transaction(self, board: Opened) -> None:
        def both(tx: Transaction) -> None:
            say(tx, "one", BOARD)
            say(tx, "one", OTHER)
            tx.emit_dashboard(ProjectUpdated(project_id=BOARD, name="x"))
            say(tx, "two", BOARD)
            assert (tx.head(CHANNEL), tx.head(board_channel(OTHER)), tx.head(DASHBOARD)) == (2, 1, 1)

        await board.store.run(make_board, OTHER, ("third", "fourth"))
        await board.store.run(both)
        assert [(entry.channel, entry.seq) for entry in board.rung] == [
            (CHANNEL, 1),
            (board_channel(OTHER), 1),
            (DASHBOARD, 1),
            (CHANNEL, 2),
        ]

    async def test_what_is_said_everywhere_is_in_every_channel(self, board: Opened) -> None:
        await board.store.run(make_board, OTHER, ("third", "fourth"))
        event = AgentRegistered(agent="codex", label=None)
        await board.store.run(lambda tx: tx.emit_everywhere(event))
        assert {entry.channel for entry in board.rung} == {CHANNEL, board_channel(OTHER), DASHBOARD}

        def first_of_each(tx: Reading) -> list[Entry]:
            return [tx.entries(channel, 0, 10)[0] for channel in (CHANNEL, board_channel(OTHER), DASHBOARD)]

        for entry in await board.store.read(first_of_each):
            assert (entry.seq, entry.event) == (1, event)

    async def test_a_caller_who_goes_away_is_committed_and_rung_all_the_same(self, board: Opened) -> None:
        before = asyncio.create_task(board.store.run(say, "before"))
        caller = asyncio.create_task(board.store.run(say, "cancelled"))
        await asyncio.sleep(0)
        caller.cancel()
        after = asyncio.create_task(board.store.run(say, "after"))
        assert await before == "before"
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert await after == "after"
        assert [title_of(entry) for entry in board.rung] == ["before", "cancelled", "after"]

    async def test_the_doorbell_has_rung_when_the_caller_hears_of_the_commit(self, board: Opened) -> None:
        async def one(number: int) -> bool:
            said = await board.store.run(say, str(number))
            return said in {title_of(entry) for entry in board.rung}

        assert all(await asyncio.gather(*map(one, range(MANY))))

    async def test_a_doorbell_that_fails_is_reported_and_keeps_no_caller_waiting(
        self, tmp_path: Path
    ) -> None:
        reported: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

        def broken(_: object) -> None:
            raise ConnectionError("the broker is away")

        store = self.make_store(tmp_path, clock=TickingClock(), ids=CountingIds(), on_commit=broken)
        await store.run(make_board)
        assert await store.run(say, "said") == "said"
        assert await store.read(title) == "said"
        self.close(store)
        assert [str(context["exception"]) for context in reported] == ["the broker is away"]

    async def test_rt2_reads_see_state_and_head_of_one_moment(self, board: Opened) -> None:
        def count(tx: Transaction, number: int) -> None:
            for part in ("a", "b"):
                say(tx, f"{number}{part}")

        def look(tx: Reading) -> tuple[str, int, int]:
            return title(tx), tx.head(CHANNEL), len(entries(tx))

        await board.store.run(count, 0)
        writes = [board.store.run(count, number) for number in range(1, MANY)]
        looks = [board.store.read(look) for _ in range(MANY)]
        _, seen = await asyncio.gather(asyncio.gather(*writes), asyncio.gather(*looks))
        for shown, head, kept in seen:
            assert (shown, head, kept) == (f"{head // 2 - 1}b", head, head)

    async def test_a_query_cannot_write(self, board: Opened) -> None:
        write: Callable[[Any], object] = lambda tx: tx.projects.take_ticket_number(BOARD)  # noqa: E731
        emit: Callable[[Any], object] = lambda tx: say(tx, "said")  # noqa: E731
        for attempt in (write, emit):
            with pytest.raises(Exception, match=r"read-only|readonly|emit"):
                await board.store.read(attempt)
        assert await board.store.run(lambda tx: tx.projects.next_ticket_number(BOARD)) == 1
        assert await board.store.read(title) == "left"

    async def test_each_transaction_has_one_time_one_actor_and_fresh_ids(self, board: Opened) -> None:
        def look(tx: Transaction) -> tuple[Timestamp, Timestamp, str, str, str]:
            return tx.now, tx.now, str(tx.actor), tx.new_id("card-"), tx.new_id("card-")

        first, again, actor, one, two = await board.store.run(look)
        later, *_ = await board.store.acting_as(LOCAL_USER).run(look)
        assert first == again < later
        assert actor == str(SYSTEM)
        assert one.startswith("card-")
        assert one != two

    async def test_a_board_that_is_not_there_cannot_be_taken(self, store: Store) -> None:
        with pytest.raises(NotFound, match="Board not found"):
            await store.run(lambda tx: tx.boards.take(BOARD))
        with pytest.raises(NotFound, match="Board not found"):
            await store.read(lambda tx: tx.boards.snapshot(BOARD))

    async def test_an_event_of_no_board_is_an_error_and_not_a_loss(self, store: Store) -> None:
        with pytest.raises(RuntimeError, match="does not exist"):
            await store.run(lambda tx: tx.emit(BOARD, AgentRegistered(agent="codex", label=None)))

    async def test_entries_come_in_order_from_any_place_and_in_pieces(self, board: Opened) -> None:
        for number in range(1, 8):
            await board.store.run(say, str(number))
        look = board.store.read
        assert [entry.seq for entry in await look(lambda tx: tx.entries(CHANNEL, 3, 2))] == [4, 5]
        assert await look(lambda tx: tx.entries(CHANNEL, 7, 2)) == []
        assert await look(lambda tx: (tx.oldest(CHANNEL), tx.head(CHANNEL))) == (1, 7)
        assert await look(lambda tx: (tx.oldest(DASHBOARD), tx.head(DASHBOARD))) == (1, 0)

    @pytest.mark.parametrize(
        ("keep", "before", "most", "left"),
        [
            (4, "z", 100, [7, 8, 9, 10]),
            (1, "z", 100, [10]),
            (4, "z", 3, [4, 5, 6, 7, 8, 9, 10]),
            (4, "", 100, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (100, "z", 100, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (1, "fifth", 100, [5, 6, 7, 8, 9, 10]),
        ],
        ids=["old", "never the last", "bounded", "young", "few", "both"],
    )
    async def test_the_log_forgets_what_is_old_and_far_back(
        self, board: Opened, keep: int, before: str, most: int, left: list[int]
    ) -> None:
        for number in range(10):
            await board.store.run(say, str(number))
        limit = board.rung[4].at if before == "fifth" else Timestamp(before)
        removed = await board.store.run(lambda tx: tx.forget_events(keep=keep, before=limit, most=most))
        assert [entry.seq for entry in await board.store.read(entries)] == left
        assert removed == 10 - len(left)
        assert await board.store.read(lambda tx: (tx.oldest(CHANNEL), tx.head(CHANNEL))) == (left[0], 10)
        await board.store.run(say, "after")
        assert board.rung[-1].seq == 11

    async def test_forgetting_is_bounded_over_all_channels_together(self, board: Opened) -> None:
        await board.store.run(make_board, OTHER, ("third", "fourth"))
        for number in range(10):
            await board.store.run(say, str(number), BOARD)
            await board.store.run(say, str(number), OTHER)
        removed: list[int] = []
        while not removed or removed[-1]:
            removed.append(
                await board.store.run(lambda tx: tx.forget_events(keep=2, before=Timestamp("z"), most=6))
            )
        assert removed == [6, 6, 4, 0]

    async def test_tidying_changes_nothing_that_can_be_seen(self, board: Opened) -> None:
        for _ in range(2):
            await board.store.run(say, "said")
            await board.store.tidy()
            await board.store.tidy()
            assert await board.store.read(title) == "said"

    async def test_closing_does_what_is_queued_and_takes_nothing_more(self, tmp_path: Path) -> None:
        rung: list[Entry] = []
        store = self.make_store(tmp_path, clock=TickingClock(), ids=CountingIds(), on_commit=rung.extend)
        await store.run(make_board)
        tasks = [asyncio.create_task(store.run(say, str(number))) for number in range(MANY)]
        await asyncio.sleep(0)
        self.close(store)
        assert await asyncio.gather(*tasks) == [str(number) for number in range(MANY)]
        assert [entry.seq for entry in rung] == list(range(1, MANY + 1))
        with pytest.raises(RuntimeError, match="closed"):
            await store.run(say, "late")

    async def test_removing_a_project_ends_its_channel(self, board: Opened) -> None:
        await board.store.run(say, "said")
        await board.store.run(lambda tx: tx.projects.remove(BOARD))
        with pytest.raises(NotFound):
            await board.store.run(lambda tx: tx.boards.take(BOARD))
        assert await board.store.read(lambda tx: (entries(tx), tx.head(CHANNEL), tx.boards.ids())) == (
            [],
            0,
            [],
        )
