"""Somebody who changes a board without pause and remembers what the server has promised."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self

import httpx

from tests.system.board import shown
from tests.system.server import TIMEOUT, Server

MINIMAL = {"Prefer": "return=minimal"}
MAX_COLUMNS = 2
"""Columns of its own that a writer has at a time."""


class Known(NamedTuple):
    """A card as its writer knows it. Titles are given once, so that one tells which change is meant."""

    title: str
    description: str | None
    column: str


class Writer:
    """Works on cards and columns of its own, one request at a time.

    A request that a killed server did not answer is sent again when the gate is open: every one of them may be. Until
    then the board shows what was `promised` before it, or what was `intended` with it, and nothing between.
    """

    def __init__(
        self,
        server: Server,
        board_id: str,
        name: str,
        chance: random.Random,
        *,
        gate: asyncio.Event | None = None,
    ) -> None:
        self.name = name
        self.cards: dict[str, Known] = {}
        self.columns: dict[str, str] = {}
        self.intended: frozenset[Known] | None = None
        self.is_waiting = False
        self.acknowledged = 0
        self.on_acknowledged: Callable[[], None] = lambda: None
        self._server = server
        self._path = f"/boards/{board_id}"
        self._chance = chance
        self._gate = gate or server.up
        self._shared_columns: list[str] = []
        self._count = 0
        self._http: httpx.AsyncClient

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[Self]:
        """With a connection of its own."""
        async with self._server.client() as self._http:
            self._shared_columns = (await shown(self._http, self._path.removeprefix("/boards/"))).state[
                "columnOrder"
            ]
            yield self

    @property
    def promised(self) -> frozenset[Known]:
        return frozenset(self.cards.values())

    def seen(self, state: Any) -> frozenset[Known]:
        """What a board's state shows of this writer's cards."""
        return frozenset(
            Known(card["title"], card.get("description"), column["id"])
            for column in state["columns"].values()
            for card in (state["cards"][card_id] for card_id in column["cardIds"])
            if card["title"].startswith(f"{self.name} ")
        )

    # ── what it does ────────────────────────────────────────────────────────────────────────────────────────────────

    async def step(self) -> None:
        """Makes one change."""
        steps = [self._create] * 4
        if self.cards:
            steps += [self._edit, self._move] * 4 + [self._move_some, self._delete] * 2
        steps.append(self._create_column if len(self.columns) < MAX_COLUMNS else self._change_column)
        await self._chance.choice(steps)()

    async def _create(self) -> None:
        new = Known(self._title(), self._description(), self._column())
        self.intended = self.promised | {new}
        answer = await self._request(
            "POST", "/cards", {**self._fields(new), **self._place(new.column)}, status=201
        )
        self._now({answer.json()["card"]["id"]: new})

    async def _edit(self) -> None:
        card_id, before = self._one()
        await self._change(card_id, before._replace(title=self._title(), description=self._description()))

    async def _move(self) -> None:
        """Often with other fields in the same request: all of it happens, or nothing."""
        card_id, before = self._one()
        after = before._replace(column=self._column())
        if self._chance.random() < 0.5:
            after = after._replace(title=self._title(), description=self._description())
        await self._change(card_id, after, **self._place(after.column))

    async def _change(self, card_id: str, after: Known, **place: object) -> None:
        self.intended = self.promised - {self.cards[card_id]} | {after}
        await self._request("PATCH", f"/cards/{card_id}", {**self._fields(after), **place}, status=200)
        self._now({card_id: after})

    async def _move_some(self) -> None:
        chosen = self._chance.sample([*self.cards], self._chance.randint(1, min(5, len(self.cards))))
        column = self._column()
        after = {card_id: self.cards[card_id]._replace(column=column) for card_id in chosen}
        self.intended = frozenset({**self.cards, **after}.values())
        await self._request("POST", "/cards/move", {"cardIds": chosen, **self._place(column)}, status=204)
        self._now(after)

    async def _delete(self) -> None:
        card_id, before = self._one()
        self.intended = self.promised - {before}
        # When it is sent again it may find that it was done already.
        await self._request("DELETE", f"/cards/{card_id}", status=204, repeated=404)
        del self.cards[card_id]
        self._now({})

    async def _create_column(self) -> None:
        title = f"{self.name}'s {self._count}"
        body = {"title": title, "index": self._chance.randrange(6)}
        answer = await self._request("POST", "/columns", body, status=201)
        self.columns[answer.json()["column"]["id"]] = title
        self._now({})

    async def _change_column(self) -> None:
        column = self._chance.choice([*self.columns])
        if not any(card.column == column for card in self.cards.values()):
            await self._request("DELETE", f"/columns/{column}", status=204, repeated=404)
            del self.columns[column]
        else:
            self.columns[column] = f"{self.columns[column].partition('!')[0]}! {self._title()}"
            changes = {"title": self.columns[column], "index": self._chance.randrange(6), "wipLimit": 3}
            await self._request("PATCH", f"/columns/{column}", changes, status=200)
        self._now({})

    # ── how ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _request(
        self, method: str, path: str, body: object = None, *, status: int, repeated: int | None = None
    ) -> httpx.Response:
        """Sends until there is an answer. A repeated POST is known by its key and done once."""
        headers = MINIMAL | ({"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {})
        allowed = {status}
        while True:
            self.is_waiting = True
            await self._gate.wait()
            self.is_waiting = False
            try:
                answer = await self._http.request(method, self._path + path, json=body, headers=headers)
            except httpx.TransportError:
                allowed.add(repeated or status)
                continue
            assert answer.status_code in allowed, f"{method} {path}: {answer.status_code} {answer.text}"
            return answer

    def _now(self, cards: dict[str, Known]) -> None:
        self.cards |= cards
        self.intended = None
        self.acknowledged += 1
        self.on_acknowledged()

    def _title(self) -> str:
        self._count += 1
        return f"{self.name} {self._count}"

    def _description(self) -> str | None:
        """Of very different sizes: a stream's buffers fill sooner or later."""
        size = self._chance.choice([0, 20, 200, 2_000])
        return f"{self._count}: " + "text " * (size // 5) if size else None

    def _column(self) -> str:
        return self._chance.choice([*self._shared_columns, *self.columns])

    def _one(self) -> tuple[str, Known]:
        return self._chance.choice([*self.cards.items()])

    def _place(self, column: str) -> dict[str, object]:
        return {"columnId": column, "index": self._chance.randrange(20)}

    @staticmethod
    def _fields(card: Known) -> dict[str, object]:
        return {"title": card.title, "description": card.description}


async def all_waiting(writers: Collection[Writer]) -> None:
    """Lets the loop turn until every writer knows that there is no server."""
    async with asyncio.timeout(TIMEOUT):
        while not all(writer.is_waiting for writer in writers):  # noqa: ASYNC110 - sockets that break ring no bell
            await asyncio.sleep(0)


def check(writers: Iterable[Writer], state: Any) -> None:
    """The board shows exactly what was promised: nothing is lost, nothing is there twice."""
    writers = [*writers]
    placed = [card_id for column in state["columns"].values() for card_id in column["cardIds"]]
    assert len(placed) == len(state["cards"]) == len({*placed}), "a card stands nowhere, or in two places"
    assert {*placed} == {card_id for writer in writers for card_id in writer.cards}
    for writer in writers:
        assert writer.intended is None
        assert writer.seen(state) == writer.promised
        assert {column: state["columns"][column]["title"] for column in writer.columns} == writer.columns
    assert sorted(state["columnOrder"]) == sorted(state["columns"])
