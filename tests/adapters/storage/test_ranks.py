"""Room is made where it is missing, with as few rows as will do."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table, Text, insert, select

from kanbanai.adapters.storage.connections import driver, sqlite_engine
from kanbanai.adapters.storage.ranks import RankedList
from kanbanai.domain import ordering

rows = Table(
    "rows",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("owner", Text),
    Column("rank", Integer),
    Index("by_rank", "owner", "rank", "id"),
)
ORDER = RankedList(rows, rows.c.owner)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = sqlite_engine(None)
    with engine.connect() as connection:
        rows.metadata.create_all(connection)
        yield connection
    engine.dispose()


class Shelf:
    """A list under test: `names` is what it should be."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.names: list[str] = []
        self._count = 0
        connection.execute(rows.delete())
        connection.execute(insert(rows), {"id": "stranger", "owner": "other", "rank": 0})

    def insert(self, index: int) -> None:
        index = min(index, len(self.names))
        self._count += 1
        name = f"row-{self._count:04}"
        rank = ORDER.rank_at(self.connection, "mine", index, len(self.names))
        self.connection.execute(insert(rows), {"id": name, "owner": "mine", "rank": rank})
        self.names.insert(index, name)

    def move(self, which: int, index: int) -> None:
        if not self.names:
            return
        name = self.names[which % len(self.names)]
        index = min(index, len(self.names) - 1)
        present = self.connection.execute(select(rows.c.rank).where(rows.c.id == name)).scalar_one()
        rank = ORDER.rank_at(self.connection, "mine", index, len(self.names), moving=present)
        self.connection.execute(rows.update().where(rows.c.id == name).values(rank=rank))
        self.names.remove(name)
        self.names.insert(index, name)

    def move_many(self, seed: int, added: int, index: int) -> None:
        """Some of the list's own rows, and some new ones, in a row at one place."""
        chance = random.Random(seed)
        own = chance.sample(self.names, min(len(self.names), seed % 4))
        self._count += added
        new = [f"row-{self._count - number:04}" for number in range(added)]
        moved = chance.sample(own + new, len(own) + added)
        staying = [name for name in self.names if name not in own]
        index = min(index, len(staying))
        ranks = ORDER.ranks_at(
            self.connection, "mine", index, len(self.names), len(moved), without=frozenset(own)
        )
        for name in own:
            self.connection.execute(rows.delete().where(rows.c.id == name))
        for name, rank in zip(moved, ranks, strict=True):
            self.connection.execute(insert(rows), {"id": name, "owner": "mine", "rank": rank})
        self.names = staying[:index] + moved + staying[index:]

    def append(self, count: int) -> None:
        ranks = ORDER.ranks_at_end(self.connection, "mine", len(self.names), count)
        for rank in ranks:
            self._count += 1
            self.connection.execute(
                insert(rows), {"id": f"row-{self._count:04}", "owner": "mine", "rank": rank}
            )
            self.names.append(f"row-{self._count:04}")

    def check(self) -> None:
        stored = self.connection.execute(
            select(rows.c.id, rows.c.rank).where(rows.c.owner == "mine").order_by(rows.c.rank)
        ).all()
        assert [row.id for row in stored] == self.names
        assert len({row.rank for row in stored}) == len(stored), "no two rows have one rank"


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranks with next to no room, so that each way to make some is gone."""
    monkeypatch.setattr(ordering, "GAP", 8)
    monkeypatch.setattr(ordering, "ROOM", 2)
    monkeypatch.setattr(ordering, "LIMIT", 8 * 60)
    monkeypatch.setattr("kanbanai.adapters.storage.ranks._SPREAD_AT_ONCE", (2, 5))


places = st.one_of(st.integers(0, 2), st.integers(0, 60))
steps = st.one_of(
    st.tuples(st.just("insert"), places),
    st.tuples(st.just("move"), st.integers(0, 60), places),
    st.tuples(st.just("move_many"), st.integers(0, 60), st.integers(0, 1), places),
    st.tuples(st.just("append"), st.integers(0, 3)),
)


@pytest.mark.usefixtures("narrow")
@given(every=st.lists(steps, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_order_holds_however_narrow_it_gets(connection: Connection, every: list[tuple[str, int]]) -> None:
    shelf = Shelf(connection)
    for verb, *numbers in every:
        getattr(shelf, verb)(*numbers)
        shelf.check()


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("index", [0, 1, 5, 1_000])
def test_one_spot_takes_any_number_until_ranks_are_used_up(connection: Connection, index: int) -> None:
    shelf = Shelf(connection)
    for _ in range(100):
        shelf.insert(index)
    shelf.check()


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("index", [0, 1, 5, 1_000])
def test_one_spot_takes_several_at_once_any_number_of_times(connection: Connection, index: int) -> None:
    shelf = Shelf(connection)
    for turn in range(30):
        shelf.move_many(turn, 3, index)
        shelf.check()


@pytest.mark.usefixtures("narrow")
def test_more_rows_than_ranks_is_said(connection: Connection) -> None:
    shelf = Shelf(connection)
    with pytest.raises(RuntimeError, match="more than"):
        shelf.append(200)
    shelf.append(110)
    with pytest.raises(RuntimeError, match="more than"):
        shelf.append(110)
    with pytest.raises(RuntimeError, match="more than"):
        shelf.move_many(3, 110, 1)
    shelf.check()


def test_an_insertion_into_a_long_list_moves_few_rows(connection: Connection) -> None:
    """Also at a spot where neighbours touch: the cost does not follow the length of the list."""
    shelf = Shelf(connection)
    shelf.append(10_000)
    own = driver(connection)
    before, most = own.total_changes, 0
    for _ in range(1_000):
        shelf.insert(5_000)
        most = max(most, own.total_changes - before)
        before = own.total_changes
    shelf.check()
    assert most <= 513


def test_moves_in_a_long_list_are_exact(connection: Connection) -> None:
    chance = random.Random(7)
    shelf = Shelf(connection)
    shelf.append(500)
    for _ in range(500):
        shelf.move(chance.randrange(500), chance.choice([0, 1, 250, 498, 499, chance.randrange(500)]))
    shelf.check()
