"""The order of cards and columns is exactly the order that was asked for, whatever happened before."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NoReturn

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanbanai.domain.cards import Placement
from kanbanai.domain.ids import CardId, ColumnId
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Store, Transaction
from tests.contracts.stores import BOARD, StoreSuite, card_of, column_of, make_board

LATER = Timestamp("2030-01-01T00:00:00.000Z")
COLUMNS = ("left", "middle", "right")


class Insert(msgspec.Struct, frozen=True):
    column: str
    index: int | None


class Append(msgspec.Struct, frozen=True):
    column: str
    count: int


class Move(msgspec.Struct, frozen=True):
    which: int
    column: str
    index: int


class MoveMany(msgspec.Struct, frozen=True):
    seed: int
    column: str
    index: int


class Remove(msgspec.Struct, frozen=True):
    which: int


Step = Insert | Append | Move | MoveMany | Remove

places = st.one_of(st.integers(0, 3), st.integers(0, 100))
columns = st.sampled_from(COLUMNS)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Insert, columns, st.none() | places),
    st.builds(Append, columns, st.integers(0, 5)),
    st.builds(Move, st.integers(0, 1000), columns, places),
    st.builds(MoveMany, st.integers(0, 1000), columns, places),
    st.builds(Remove, st.integers(0, 1000)),
)


class Undone(Exception):
    """Takes back what a test did, so that each example finds the store as it was."""


class Model:
    """The same board as plain lists."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str]] = {name: [] for name in COLUMNS}
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"card-{self._count}"

    def pick(self, which: int) -> str | None:
        cards = [card for column in self.columns.values() for card in column]
        return cards[which % len(cards)] if cards else None

    def pick_many(self, seed: int) -> list[str]:
        cards = [card for column in self.columns.values() for card in column]
        chance = random.Random(seed)
        return chance.sample(cards, chance.randint(1, min(len(cards), 20))) if cards else []

    def take(self, card: str) -> str:
        column = next(name for name, cards in self.columns.items() if card in cards)
        self.columns[column].remove(card)
        return column


def play(tx: Transaction, model: Model, step: Step) -> None:
    """Does a step in the store and in the model; what the store says of the place must agree at once."""
    match step:
        case Insert(column=column, index=index):
            name, cards = model.new(), model.columns[column]
            placed = tx.cards.insert(BOARD, card_of(name), ColumnId(column), index)
            cards.insert(len(cards) if index is None else index, name)
            assert placed == cards.index(name)
        case Append(column=column, count=count):
            names = [model.new() for _ in range(count)]
            tx.cards.append(BOARD, ColumnId(column), [card_of(name) for name in names])
            model.columns[column] += names
        case Move(which=which, column=column, index=index):
            card = model.pick(which)
            if card is not None:
                placed = tx.cards.move(BOARD, CardId(card), Placement(ColumnId(column), index))
                model.take(card)
                model.columns[column].insert(index, card)
                assert placed == model.columns[column].index(card)
        case MoveMany(seed=seed, column=column, index=index):
            named = model.pick_many(seed)
            found = tx.cards.get_many(BOARD, [CardId(name) for name in named])
            assert {one: tx.cards.get(BOARD, one) for one in found} == found
            for name in named:
                model.take(name)
            start = min(index, len(model.columns[column]))
            tx.cards.move_many(
                [found[CardId(name)] for name in named], Placement(ColumnId(column), start), LATER
            )
            model.columns[column][start:start] = named
            assert {one.card.updated_at for one in tx.cards.get_many(BOARD, found).values()} <= {LATER}
        case Remove(which=which):
            card = model.pick(which)
            if card is not None:
                tx.cards.remove(BOARD, CardId(card))
                model.take(card)


def agree(tx: Transaction, model: Model) -> None:
    snapshot = tx.boards.snapshot(BOARD).state
    for name, cards in model.columns.items():
        column_id = ColumnId(name)
        assert list(tx.cards.card_ids(column_id)) == cards
        assert list(snapshot.columns[column_id].card_ids) == cards
        assert tx.columns.count_cards(column_id) == len(cards)


def play_all(tx: Transaction, every: Sequence[Step]) -> NoReturn:
    make_board(tx, columns=COLUMNS)
    model = Model()
    for step in every:
        play(tx, model, step)
    agree(tx, model)
    raise Undone


class OrderContract(StoreSuite):
    """Exact order."""

    async def done(self, store: Store, every: Sequence[Step]) -> None:
        try:
            await store.run(play_all, every)
        except Undone:
            return

    @given(st.lists(steps, max_size=60))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    async def test_cards_stand_where_they_were_put(self, store: Store, every: list[Step]) -> None:
        await self.done(store, every)

    async def test_thousands_of_insertions_and_moves_keep_the_exact_order(self, store: Store) -> None:
        chance = random.Random(20261123)
        every: list[Step] = []
        for _ in range(3_000):
            column, index = chance.choice(COLUMNS), chance.choice([0, 1, 2, chance.randrange(500)])
            kinds: list[Step] = [
                Insert(column, index),
                Insert(column, None),
                Move(chance.randrange(10_000), column, index),
                Move(chance.randrange(10_000), column, index),
                Remove(chance.randrange(10_000)),
            ]
            every.append(chance.choice(kinds))
        await self.done(store, every)

    async def test_a_spot_never_gets_too_narrow(self, store: Store) -> None:
        begin: list[Step] = [Append("left", 100)]
        to_and_fro: list[Step] = [Move(99, "left", 1), Move(0, "left", 99)]
        across: list[Step] = [Move(99, "right", 0), Insert("left", 98), Insert("right", 1)]
        one_spot: list[list[Step]] = [[Insert("left", spot)] * 2 for spot in (0, 1, 50, 99, 100)]
        for repeated in (*one_spot, to_and_fro, across):
            await self.done(store, begin + repeated * 250)

    async def test_columns_stand_where_they_were_put(self, store: Store) -> None:
        chance = random.Random(20261123)

        def shuffle(tx: Transaction) -> None:
            make_board(tx, columns=())
            order: list[str] = []
            for number in range(30):
                index = chance.randrange(40)
                placed = tx.columns.insert(BOARD, column_of(f"column-{number}"), index)
                order.insert(index, f"column-{number}")
                assert placed == order.index(f"column-{number}")
            for _ in range(500):
                name, index = chance.choice(order), chance.choice([1, chance.randrange(40)])
                placed = tx.columns.move(BOARD, ColumnId(name), index)
                order.remove(name)
                order.insert(index, name)
                assert placed == order.index(name)
                assert [one.id for one in tx.columns.of_board(BOARD)] == order
            tx.columns.remove(BOARD, ColumnId(order[3]))
            assert list(tx.boards.snapshot(BOARD).state.column_order) == order[:3] + order[4:]

        await store.run(shuffle)

    async def test_moving_many_to_one_spot_again_and_again_keeps_the_exact_order(self, store: Store) -> None:
        every: list[Step] = [Append("left", 700), Append("right", 700)]
        every += [MoveMany(seed, ("left", "right")[seed % 2], 5) for seed in range(60)]
        every += [MoveMany(seed, "left", 5) for seed in range(60)]
        await self.done(store, every)
