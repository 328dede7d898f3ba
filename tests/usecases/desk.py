"""A board with one card on it, and the verbs on its attempts, each checked as RT3 asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import pytest

from kanbanai.domain.attempts import Attempt, AttemptStatus
from kanbanai.domain.cards import Placement
from kanbanai.domain.errors import KanbanError
from kanbanai.domain.events import AttemptStatusChanged, Event
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ColumnId
from kanbanai.ports import Transaction
from kanbanai.usecases import attempts, cards, queries
from kanbanai.usecases.attempts import NewAttempt
from tests.world import World

P = ParamSpec("P")
T = TypeVar("T")

BACKLOG, IN_PROGRESS, REVIEW, DONE = range(4)
NEW = NewAttempt(agent="CODEX", branch_name="ab/WC-1-a-card")
UNKNOWN = AttemptId("att-0")


class Desk:
    """A board with one card on it, and the verbs on its attempts, each checked as RT3 asks."""

    def __init__(self, world: World, board: BoardId, columns: tuple[ColumnId, ...], card: CardId) -> None:
        self.world = world
        self.board = board
        self.columns = columns
        self.card = card

    async def says(
        self,
        use_case: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[T, list[Event]]:
        """Does it on a board that looks the same afterwards."""
        async with self.world.verified(self.board, changes_board=False) as said:
            result = await self.world.run(use_case, *args, **kwargs)
        return result, [entry.event for entry in said]

    async def shows(
        self,
        use_case: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[T, list[Event]]:
        """Does it on a board that shows it."""
        async with self.world.verified(self.board) as said:
            result = await self.world.run(use_case, *args, **kwargs)
        return result, [entry.event for entry in said]

    async def refused(
        self,
        error: type[KanbanError],
        match: str,
        use_case: Callable[Concatenate[Transaction, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        async with self.world.unchanged(self.board):
            with pytest.raises(error, match=match):
                await self.world.run(use_case, *args, **kwargs)

    async def silent(
        self,
        use_case: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Does it and nobody is told, for nothing changed."""
        async with self.world.unchanged(self.board):
            return await self.world.run(use_case, *args, **kwargs)

    async def queued(self, new: NewAttempt = NEW) -> Attempt:
        return (await self.shows(attempts.queue, self.board, self.card, new))[0]

    async def running(self) -> Attempt:
        return (await self.shows(attempts.start, (await self.queued()).id))[0]

    async def ended(self, status: AttemptStatus = "succeeded") -> Attempt:
        return (await self.shows(attempts.set_status, (await self.running()).id, status))[0]

    async def move(self, column: int, card: CardId | None = None) -> None:
        await self.world.run(cards.move, self.board, card or self.card, Placement(self.columns[column], 0))

    async def stored(self, attempt_id: AttemptId) -> Attempt:
        return await self.world.read(queries.attempt, attempt_id)

    async def view(self) -> queries.AttemptView:
        return await self.world.read(queries.attempt_of_card, self.board, self.card)


def status_of(attempt: Attempt) -> AttemptStatusChanged:
    return AttemptStatusChanged(attempt_id=attempt.id, card_id=attempt.card_id, status=attempt.status)
