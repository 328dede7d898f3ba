"""The stores of this adapter pass the suites for stores."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from kanbanai.adapters.storage import card_search
from kanbanai.adapters.storage import store as stores
from kanbanai.adapters.storage.line import Line
from kanbanai.adapters.storage.open import DATABASE_NAME, open_store
from kanbanai.adapters.storage.store import SqlStore
from kanbanai.adapters.storage.tables import metadata
from kanbanai.adapters.storage.transaction import SqlReading
from kanbanai.adapters.system import RandomIds, SystemClock
from kanbanai.domain.errors import Invalid
from kanbanai.domain.log import Entry
from kanbanai.ports import Clock, Ids, Listener, Reading, Store, Transaction
from tests.contracts.order import OrderContract
from tests.contracts.repositories import RepositoryContract
from tests.contracts.search import SearchContract
from tests.contracts.store import StoreContract, entries, fail
from tests.contracts.stores import StoreSuite, make_board, say, title_of


class Sqlite(StoreSuite):
    def close(self, store: Store) -> None:
        assert isinstance(store, SqlStore)
        store.close()

    def counts(self, tx: Reading) -> dict[str, int]:
        assert isinstance(tx, SqlReading)
        query = tx._connection.exec_driver_sql
        kept = metadata.tables.keys() - {
            "unindexed_names",
            "unindexed_texts",
        }  # what the search has still to do
        return {name: query(f"SELECT count(*) FROM {name}").scalar_one() for name in kept}


class InMemory(Sqlite):
    def make_store(self, folder: Path, *, clock: Clock, ids: Ids, on_commit: Listener) -> SqlStore:
        return open_store(None, clock=clock, ids=ids, on_commit=on_commit)


class InFile(Sqlite):
    def make_store(self, folder: Path, *, clock: Clock, ids: Ids, on_commit: Listener) -> SqlStore:
        return open_store(folder / DATABASE_NAME, clock=clock, ids=ids, on_commit=on_commit)


class TestStoreInMemory(InMemory, StoreContract):
    pass


class TestStoreInFile(InFile, StoreContract):
    pass


class TestRepositoriesInMemory(InMemory, RepositoryContract):
    pass


class TestRepositoriesInFile(InFile, RepositoryContract):
    pass


class TestOrderInMemory(InMemory, OrderContract):
    pass


@pytest.mark.slow
class TestOrderInFile(InFile, OrderContract):
    pass


class TestSearchInMemory(InMemory, SearchContract):
    pass


@pytest.mark.slow
class TestSearchInFile(InFile, SearchContract):
    pass


class TestSearchOfMany(InMemory, SearchContract):
    """As if every search found too many cards to look them up one by one."""

    @pytest.fixture(autouse=True)
    def _found_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(card_search, "_FEW", 0)


class Together:
    """A store in which four callers have just written at once, and its rings: one a commit."""

    def __init__(self, path: Path) -> None:
        self.rings: list[list[object]] = []
        self.gathered: list[int] = []
        self.is_gathering = threading.Event()
        self.store = open_store(path, clock=SystemClock(), ids=RandomIds(), on_commit=self.hear)

    def hear(self, rung: Sequence[Entry]) -> None:
        self.rings.append([title_of(entry) for entry in rung])

    async def write_at_once(self) -> None:
        are_queued = threading.Event()

        def first(tx: Transaction) -> str:
            are_queued.wait()
            return say(tx, "0")

        tasks = [asyncio.create_task(self.store.run(first))]
        tasks += [asyncio.create_task(self.store.run(say, str(number))) for number in (1, 2, 3)]
        await asyncio.sleep(0)  # each of them runs up to where it waits for the store
        are_queued.set()
        await asyncio.gather(*tasks)
        assert self.rings == [["0", "1", "2", "3"]]
        self.rings.clear()


@pytest.fixture
async def together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Together:
    together = Together(tmp_path / DATABASE_NAME)
    gather = Line.gather

    def noted(line: Line[object], wanted: int, seconds: float) -> None:
        together.gathered.append(wanted)
        together.is_gathering.set()
        gather(line, wanted, seconds)

    monkeypatch.setattr(Line, "gather", noted)
    monkeypatch.setattr(stores, "_SHARE_SECONDS", 60)  # all that is queued, however slow this machine is
    await together.store.run(make_board)
    await together.write_at_once()
    return together


async def test_those_who_write_at_once_are_waited_for_share_a_commit_and_fail_alone(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_GATHER_SECONDS", 60)
    store = together.store
    begun = asyncio.create_task(store.run(say, "a"))
    await asyncio.to_thread(together.is_gathering.wait)
    assert together.rings == []
    came = await asyncio.gather(
        begun,
        store.run(say, "b"),
        store.run(fail, Invalid("refused")),
        store.run(say, "c"),
        return_exceptions=True,
    )
    assert [str(one) for one in came] == ["a", "b", "refused", "c"]
    assert together.rings == [["a", "b", "c"]]
    assert [title_of(one) for one in await store.read(entries)] == ["0", "1", "2", "3", "a", "b", "c"]
    store.close()


async def test_one_who_writes_alone_is_answered_at_once(together: Together) -> None:
    for name in ("waits for the others, who stay away", "waits no more", "nor now"):
        await together.store.run(say, name)
    assert together.gathered == [3]
    together.store.close()
