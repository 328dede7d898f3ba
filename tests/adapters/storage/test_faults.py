"""A full disk, an error of the disk, a database that is held or damaged: a clear sentence, and nothing half stored."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kanbanai.adapters.storage import checkup
from kanbanai.adapters.storage.connections import driver
from kanbanai.adapters.storage.open import DATABASE_NAME
from kanbanai.adapters.storage.store import SqlStore
from kanbanai.domain.cards import Card
from kanbanai.domain.errors import DamagedDatabase, StorageFull, Unavailable
from kanbanai.domain.events import CardCreated, ColumnCreated
from kanbanai.domain.ids import ColumnId
from kanbanai.ports import Transaction
from tests.adapters.storage.test_open import opened
from tests.contracts.store import CHANNEL, entries
from tests.contracts.stores import BOARD, card_of
from tests.contracts.stores import make_board as make_plain_board

LEFT = ColumnId("left")


def make_board(tx: Transaction) -> None:
    """A board whose log says how it came about."""
    make_plain_board(tx)
    for index, column in enumerate(tx.columns.of_board(BOARD)):
        tx.emit(BOARD, ColumnCreated(column=column, index=index))


def add_card(tx: Transaction, name: str) -> Card:
    """A card of some size, its event, and a second write after the first, so that halves could be told apart."""
    tx.boards.take(BOARD)
    card = card_of(name, description=name * 300)
    index = tx.cards.insert(BOARD, card, LEFT)
    tx.emit(BOARD, CardCreated(card=card, column_id=LEFT, index=index))
    tx.documents.write("last", card)
    return card


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / DATABASE_NAME


@pytest.fixture
async def store(path: Path) -> SqlStore:
    store = opened(path)
    await store.run(make_board)
    return store


def writers(store: SqlStore) -> sqlite3.Connection:
    """The writer's own connection; only to be touched while nothing is queued."""
    return driver(store._shared.lanes[0]._connection)


async def stored(store: SqlStore) -> list[str]:
    """The cards that are stored, after looking whether state, log and all else agree."""
    cards = await store.read(lambda tx: tx.cards.card_ids(LEFT))
    said = [e.event.card.id for e in await store.read(entries) if isinstance(e.event, CardCreated)]
    assert said == list(cards)
    assert len(cards) == await store.read(lambda tx: tx.columns.count_cards(LEFT))
    last = await store.read(lambda tx: tx.documents.read("last", Card))
    assert (last.id if last else None) == (cards[-1] if cards else None)
    return list(cards)


def whole(path: Path) -> bool:
    return [finding.level for finding in checkup.examine(path)] == ["ok"]


async def test_a_full_disk_says_so_and_stores_nothing_of_it(store: SqlStore, path: Path) -> None:
    pages = writers(store).execute("PRAGMA page_count").fetchone()[0]
    writers(store).execute(f"PRAGMA max_page_count={pages + 20}")
    acknowledged: list[str] = []

    async def fill() -> None:
        for number in range(1_000):
            card = await store.run(add_card, f"card-{number}")
            acknowledged.append(card.id)

    with pytest.raises(StorageFull, match="No room is left on the device"):
        await fill()
    assert 1 <= len(acknowledged) < 1_000
    assert await stored(store) == acknowledged
    assert whole(path)
    writers(store).execute("PRAGMA max_page_count=1000000")
    acknowledged.append((await store.run(add_card, "when there is room again")).id)
    assert await stored(store) == acknowledged
    store.close()


async def test_a_disk_that_fills_among_many_writers_takes_whole_ones_only(
    store: SqlStore, path: Path
) -> None:
    pages = writers(store).execute("PRAGMA page_count").fetchone()[0]
    writers(store).execute(f"PRAGMA max_page_count={pages + 20}")
    came = await asyncio.gather(
        *(store.run(add_card, f"card-{number}") for number in range(200)), return_exceptions=True
    )
    assert {type(one) for one in came} <= {Card, StorageFull}
    assert await stored(store) == [one.id for one in came if isinstance(one, Card)]
    assert any(isinstance(one, StorageFull) for one in came)
    assert whole(path)
    store.close()


@contextmanager
def files_no_longer_than(limit: int) -> Iterator[None]:
    """What a disk does that has no room for one more byte, as far as the system can play it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_an_error_of_the_disk_at_commit_stores_nothing_of_it(store: SqlStore, path: Path) -> None:
    """The use case has done its work, the log cannot grow: only the commit fails."""
    log = os.open(f"{path}-wal", os.O_RDONLY)
    acknowledged = [(await store.run(add_card, "before")).id]
    with files_no_longer_than(os.fstat(log).st_size + 100):
        with pytest.raises(Unavailable, match="reports an error; nothing was stored"):
            await store.run(add_card, "lost")
        came = await asyncio.gather(
            *(store.run(add_card, f"lost-{number}") for number in range(20)), return_exceptions=True
        )
        assert {type(one) for one in came} == {Unavailable}
        assert await stored(store) == acknowledged
    os.close(log)
    acknowledged.append((await store.run(add_card, "after")).id)
    assert await stored(store) == acknowledged
    assert whole(path)
    store.close()


async def test_another_program_that_holds_the_database_holds_up_no_reader(
    store: SqlStore, path: Path
) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked by another program; nothing was stored"):
        await store.run(add_card, "lost")
    assert await stored(store) == []
    holder.execute("ROLLBACK")
    holder.close()
    await store.run(add_card, "after")
    assert await stored(store) == ["after"]
    store.close()


async def test_a_writer_waits_for_another_program_that_is_soon_done(path: Path) -> None:
    store = opened(path, busy_timeout_ms=60_000)
    await store.run(make_board)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    write = asyncio.create_task(store.run(add_card, "waited"))
    assert await store.read(lambda tx: tx.head(CHANNEL)) == 2
    assert not write.done()
    holder.execute("ROLLBACK")
    holder.close()
    assert (await write).id == "waited"
    store.close()


async def test_a_database_that_became_read_only_says_so(store: SqlStore) -> None:
    writers(store).execute("PRAGMA query_only=ON")
    with pytest.raises(Unavailable, match="read-only"):
        await store.run(add_card, "lost")
    writers(store).execute("PRAGMA query_only=OFF")
    assert await stored(store) == []
    store.close()


async def test_damage_that_is_met_later_says_so_and_what_to_do(store: SqlStore, path: Path) -> None:
    for number in range(200):
        await store.run(add_card, f"card-{number}")
    store.close()
    with sqlite3.connect(path) as connection:
        pages = [page for (page,) in connection.execute("SELECT pageno FROM dbstat WHERE name = 'cards'")]
    connection.close()
    file = os.open(path, os.O_RDWR)
    for page in pages[1:]:
        os.pwrite(file, bytes(4096), (page - 1) * 4096)
    os.close(file)
    store = opened(path)
    with pytest.raises(DamagedDatabase, match=r"damaged; stop the server and run `kanbanai doctor`"):
        await store.read(lambda tx: tx.boards.snapshot(BOARD))
    assert await store.run(lambda tx: tx.boards.ids()) == [BOARD]
    store.close()
    assert [finding.level for finding in checkup.examine(path)] == ["bad"]


async def test_an_error_of_ours_is_no_fault_of_the_disk(store: SqlStore) -> None:
    """A broken constraint is a defect: it is not dressed up as something a caller could do anything about."""
    await store.run(add_card, "card")
    with pytest.raises(sqlite3.IntegrityError):
        await store.run(add_card, "card")
    assert await stored(store) == ["card"]
    store.close()
