"""The order of cards and columns, against lists: whatever people do, the board stands as a plain list would."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from kanbanai.domain.boards import ColumnChanges
from kanbanai.domain.cards import CardChanges, Placement
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.usecases import cards, columns, queries
from tests.world import World

T = TypeVar("T")
PLACES = strategies.integers(min_value=0, max_value=12)
CHOICE = strategies.randoms(use_true_random=False)


class BoardOfLists(RuleBasedStateMachine):
    """A board, and beside it what it should look like. Each step is checked by RT3 and RT7 as well."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.context = World.opened()
        self.model: dict[ColumnId, list[CardId]] = {}
        self.edits = 0

    def teardown(self) -> None:
        self.runner.run(self.context.__aexit__(None, None, None))
        self.runner.close()

    def step(self, work: Callable[[], Coroutine[Any, Any, T]], *, changes: bool = True) -> T:
        """Does it, checked by the fold and the patches, and compares the board with the lists."""

        async def checked() -> T:
            if changes:
                async with self.world.verified(self.board):
                    return await work()
            async with self.world.unchanged(self.board):
                return await work()

        return self.runner.run(checked())

    def compare(self) -> None:
        state, _ = self.runner.run(self.world.read(queries.board_state, self.board))
        assert [(one, list(state.columns[one].card_ids)) for one in state.column_order] == list(
            self.model.items()
        )

    @initialize()
    def open(self) -> None:
        self.world = self.runner.run(self.context.__aenter__())
        project = self.runner.run(self.world.project())
        self.board: BoardId = project.board_id
        self.model = {one: [] for one in self.runner.run(self.world.columns(self.board))}

    @rule(chosen=CHOICE, index=strategies.none() | PLACES)
    def create_card(self, chosen: Any, index: int | None) -> None:
        column = chosen.choice(list(self.model))
        new = cards.NewCard(column_id=column, title="A card", index=index)
        made = self.step(lambda: self.world.run(cards.create, self.board, new))
        order = self.model[column]
        order.insert(len(order) if index is None else index, made.card.id)
        self.compare()

    def some_card(self, chosen: Any) -> tuple[ColumnId, CardId]:
        return chosen.choice([(column, card) for column, held in self.model.items() for card in held])  # type: ignore[no-any-return]

    @precondition(lambda self: any(self.model.values()))
    @rule(chosen=CHOICE, index=PLACES)
    def move_card(self, chosen: Any, index: int) -> None:
        origin, card = self.some_card(chosen)
        target = chosen.choice(list(self.model))
        self.step(lambda: self.world.run(cards.move, self.board, card, Placement(target, index)))
        self.model[origin].remove(card)
        self.model[target].insert(index, card)
        self.compare()

    @precondition(lambda self: any(self.model.values()))
    @rule(chosen=CHOICE, index=PLACES)
    def move_several(self, chosen: Any, index: int) -> None:
        everything = [card for held in self.model.values() for card in held]
        named = chosen.sample(everything, chosen.randint(1, len(everything)))
        target = chosen.choice(list(self.model))
        self.step(lambda: self.world.run(cards.move_many, self.board, named, Placement(target, index)))
        for held in self.model.values():
            held[:] = [card for card in held if card not in named]
        self.model[target][index:index] = named
        self.compare()

    @precondition(lambda self: any(self.model.values()))
    @rule(chosen=CHOICE)
    def edit_card(self, chosen: Any) -> None:
        _, card = self.some_card(chosen)
        self.edits += 1
        asked = cards.CardEdit(changes=CardChanges(description=f"Edit {self.edits}"))
        self.step(lambda: self.world.run(cards.edit, self.board, card, asked))
        self.compare()

    @precondition(lambda self: any(self.model.values()))
    @rule(chosen=CHOICE)
    def delete_card(self, chosen: Any) -> None:
        origin, card = self.some_card(chosen)
        self.step(lambda: self.world.run(cards.delete, self.board, card))
        self.model[origin].remove(card)
        self.compare()

    @rule(index=strategies.none() | PLACES)
    def create_column(self, index: int | None) -> None:
        made = self.step(lambda: self.world.run(columns.create, self.board, title="New", index=index))
        items = list(self.model.items())
        items.insert(len(items) if index is None else index, (made.id, []))
        self.model = dict(items)
        self.compare()

    @rule(chosen=CHOICE, index=PLACES)
    def move_column(self, chosen: Any, index: int) -> None:
        column = chosen.choice(list(self.model))
        items = [item for item in self.model.items() if item[0] != column]
        items.insert(index, (column, self.model[column]))
        after = dict(items)
        self.step(
            lambda: self.world.run(columns.edit, self.board, column, ColumnChanges(), index),
            changes=list(after) != list(self.model),
        )
        self.model = after
        self.compare()

    @precondition(lambda self: len(self.model) > 1 and not all(self.model.values()))
    @rule(chosen=CHOICE)
    def delete_empty_column(self, chosen: Any) -> None:
        column = chosen.choice([one for one, held in self.model.items() if not held])
        self.step(lambda: self.world.run(columns.delete, self.board, column))
        del self.model[column]
        self.compare()


BoardOfLists.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_the_board_stands_as_plain_lists_would = BoardOfLists.TestCase
