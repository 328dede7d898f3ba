"""A whole system in memory for tests.

The real store on a database that ends with the test, a clock that only moves when it is told to, ids that count, and
everything that was committed, in order.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar, get_args

import jsonpatch
import jsonschema

from kanbanai.adapters.storage.open import open_store
from kanbanai.domain import events, snapshots, wire
from kanbanai.domain.channels import board_channel
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.domain.log import Entry
from kanbanai.domain.projects import Project
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp, timestamp
from kanbanai.http import asyncapi
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import cards, projects, queries

P = ParamSpec("P")
T = TypeVar("T")

STATE_EVENTS = get_args(events.StateEvent)


class TickingClock:
    """Each look at it is a millisecond later, so that every transaction has a time of its own."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 18, 42, tzinfo=UTC)

    def now(self) -> Timestamp:
        self.moment += timedelta(milliseconds=1)
        return timestamp(self.moment)


class CountingIds:
    """`card-1`, `col-2`: the same in every run."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def begin_at(self, number: int) -> None:
        """Counts on from there."""
        self._numbers = itertools.count(number)

    def new(self, prefix: str) -> str:
        return f"{prefix or 'project-'}{next(self._numbers)}"


class World:
    """The store of a test with what was committed to it. Use as `async with World.opened() as world`."""

    def __init__(self, *, on_commit: Callable[[Sequence[Entry]], None] = lambda _entries: None) -> None:
        self.clock = TickingClock()
        self.ids = CountingIds()
        self.committed: list[Entry] = []

        def committed(entries: Sequence[Entry]) -> None:
            self.committed.extend(entries)
            on_commit(entries)

        self.store = open_store(None, clock=self.clock, ids=self.ids, on_commit=committed)

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncGenerator[World]:
        world = cls()
        try:
            yield world
        finally:
            world.store.close()

    async def run(
        self, use_case: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.store.run(use_case, *args, **kwargs)

    async def read(self, query: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.store.read(query, *args, **kwargs)

    async def project(self, name: str = "Wire Capture") -> Project:
        """A new project with its four columns."""
        return await self.run(projects.create, projects.NewProject(name=name, repository_path="/repository"))

    async def columns(self, board_id: BoardId) -> tuple[ColumnId, ...]:
        """The board's columns in order: backlog, in progress, review, done."""
        return (await self.read(queries.board_state, board_id))[0].column_order

    async def card(self, board_id: BoardId, title: str = "A card", column: int = 0, **fields: Any) -> CardId:
        """A new card at the end of the column of that number."""
        column_id = (await self.columns(board_id))[column]
        placed = await self.run(
            cards.create, board_id, cards.NewCard(column_id=column_id, title=title, **fields)
        )
        return placed.card.id

    @asynccontextmanager
    async def verified(self, board_id: BoardId, *, changes_board: bool = True) -> AsyncGenerator[list[Entry]]:
        """RT3 around a use case: what it said, folded into the board before, is the board after.

        Also: that it said something and, unless `changes_board` is false, that the board looks different; that each
        event survives the wire; and that the patches told to viewers lead to the same state. Yields the list that will
        hold the board's entries.
        """
        before, seq = await self.read(queries.board_view, board_id)
        said: list[Entry] = []
        yield said
        after, head = await self.read(queries.board_view, board_id)
        said += await self.read(entries_after, board_id, seq)
        verify(before, said, after)
        assert [entry.seq for entry in said] == list(range(seq + 1, head + 1)), (
            "RT1: no gaps, in order of commit"
        )
        assert said, "nothing was said: the use case changed nothing, or forgot to say so"
        assert (before != after) is changes_board, "the board was expected to look " + (
            "different" if changes_board else "the same"
        )

    @asynccontextmanager
    async def unchanged(self, board_id: BoardId) -> AsyncGenerator[None]:
        """Around something that must fail, or do nothing: no event, and the same board."""
        before = await self.read(queries.board_view, board_id)
        count = len(self.committed)
        yield
        assert await self.read(queries.board_view, board_id) == before
        assert self.committed[count:] == []


def entries_after(tx: Reading, board_id: BoardId, seq: int) -> list[Entry]:
    return tx.entries(board_channel(board_id), seq, 10_000)


@cache
def event_schema(kind: str) -> jsonschema.Draft202012Validator:
    """What the description of the streams says of an event."""
    described = asyncapi.document("")["components"]
    return jsonschema.Draft202012Validator(
        described["messages"][kind]["payload"] | {"components": {"schemas": described["schemas"]}}
    )


def verify(before: BoardSnapshot, said: Sequence[Entry], after: BoardSnapshot) -> None:
    """Checks that the entries are as described and lead from one snapshot to the other: by fold and by patches."""
    folded = before
    document = json.loads(wire.encode(before.state))
    for entry in said:
        event = wire.decode(entry.kind, entry.body)
        assert wire.encode(event) == entry.body, f"{entry} does not survive the wire"
        event_schema(entry.kind).validate(json.loads(entry.body))
        if isinstance(event, STATE_EVENTS):
            operations = json.loads(wire.encode(snapshots.operations(folded, event)))
            document = jsonpatch.apply_patch(document, operations)
        folded = snapshots.apply(folded, event)
    assert folded == after, "RT3: snapshot folded with the events is not the snapshot now"
    assert document == json.loads(wire.encode(after.state)), "RT7: the patches do not lead to the state"
