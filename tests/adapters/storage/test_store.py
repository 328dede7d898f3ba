"""The stores of this adapter pass the suites for stores."""

from pathlib import Path

import pytest

from kanbanai.adapters.storage import card_search
from kanbanai.adapters.storage.open import DATABASE_NAME, open_store
from kanbanai.adapters.storage.store import SqlStore
from kanbanai.adapters.storage.tables import metadata
from kanbanai.adapters.storage.transaction import SqlReading
from kanbanai.ports import Clock, Ids, Listener, Reading, Store
from tests.contracts.order import OrderContract
from tests.contracts.repositories import RepositoryContract
from tests.contracts.search import SearchContract
from tests.contracts.store import StoreContract
from tests.contracts.stores import StoreSuite


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
