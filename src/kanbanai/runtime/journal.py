"""What a run tells of itself: items, log lines and the rest, each time one use case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from kanbanai.domain.actors import Actor
from kanbanai.domain.attempts import LogLevel, LogLine
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.errors import DamagedDatabase, Unavailable
from kanbanai.domain.ids import ITEM_PREFIX, AttemptId, ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Pause, Reading, Store, Transaction
from kanbanai.runtime.equipment import Equipment
from kanbanai.usecases import attempts
from kanbanai.usecases.attempts import Batch

P = ParamSpec("P")
T = TypeVar("T")

WAITS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds between tries while the store cannot be written: a locked file is free in moments, a full disk may be."""


class Journal:
    """The record of one attempt, written in the agent's name."""

    def __init__(self, equipment: Equipment, attempt_id: AttemptId, agent: str) -> None:
        self._equipment = equipment
        self._attempt_id = attempt_id
        self._store = equipment.store.acting_as(Actor("agent", agent))

    async def record(self, batch: Batch) -> None:
        """Records what was said and done. Raises NotFound when the attempt is gone, Unavailable as `persist` does."""
        await self.persist(attempts.record, self._attempt_id, batch)

    async def item(self, item: ConversationItem, *logs: LogLine) -> None:
        """Adds an item to the conversation, or puts it in the place of the one with its id."""
        await self.record(Batch(items=(item,), logs=logs))

    async def log(self, message: str, level: LogLevel = "info") -> None:
        """Adds a line to the log."""
        await self.record(Batch(logs=(LogLine(message, level),)))

    def new_item(self) -> ItemId:
        """An id for a new item."""
        return ItemId(self._equipment.ids.new(ITEM_PREFIX))

    def now(self) -> Timestamp:
        """The time of day."""
        return self._equipment.clock.now()

    async def persist(
        self, use_case: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs a use case, several times while the store cannot be written. Raises what it raises in the end."""
        return await persisted(self._store, self._equipment.pause, use_case, *args, **kwargs)

    async def read(self, query: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Asks the store."""
        return await self._store.read(query, *args, **kwargs)


async def persisted(
    store: Store,
    pause: Pause,
    use_case: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Runs a use case, several times while the store cannot be written. Raises what it raises in the end."""
    for wait in WAITS:
        try:
            return await store.run(use_case, *args, **kwargs)
        except DamagedDatabase:
            raise
        except Unavailable:
            await pause(wait)
    return await store.run(use_case, *args, **kwargs)
