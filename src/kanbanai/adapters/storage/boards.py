"""Boards as a whole, and their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from kanbanai.adapters.storage.cards import BOARD_CARDS, PLACE_FIELDS, card_of
from kanbanai.adapters.storage.ranks import RankedList
from kanbanai.adapters.storage.tables import attempts, channels, columns, projects
from kanbanai.domain.attempts import AttemptBrief
from kanbanai.domain.boards import BoardState, ColumnFields
from kanbanai.domain.boards import Column as BoardColumn
from kanbanai.domain.cards import Card
from kanbanai.domain.channels import Channel, board_channel
from kanbanai.domain.errors import NotFound
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot

_HEAD = select(channels.c.head).where(channels.c.channel == bindparam("of"))
_COLUMN = (columns.c.id, columns.c.title, columns.c.role, columns.c.wip_limit)
_OF_BOARD = (
    select(*_COLUMN).where(columns.c.board_id == bindparam("board")).order_by(columns.c.rank, columns.c.id)
)
_ONE = select(*_COLUMN).where(columns.c.id == bindparam("asked"), columns.c.board_id == bindparam("board"))
_SHOWN = (
    select(attempts.c.card_id, attempts.c.id, attempts.c.status)
    .where(attempts.c.board_id == bindparam("board"), attempts.c.shown)
    .order_by(attempts.c.row)
)
_ORDER = RankedList(columns, columns.c.board_id)


class SqlBoards:
    """`kanbanai.ports.Boards`. `heads` is where the transaction keeps the heads of the channels it has taken."""

    def __init__(self, connection: Connection, heads: dict[Channel, int]) -> None:
        self._connection = connection
        self._heads = heads

    def take(self, board_id: BoardId) -> None:
        channel = board_channel(board_id)
        if channel in self._heads:
            return
        head = self._connection.execute(_HEAD, {"of": channel}).scalar()
        if head is None:
            raise NotFound("Board not found")
        self._heads[channel] = head

    def snapshot(self, board_id: BoardId) -> BoardSnapshot:
        self.take(board_id)
        board = {"board": board_id}
        cards: dict[CardId, Card] = {}
        placed: dict[ColumnId, list[CardId]] = {}
        for row in self._connection.execute(BOARD_CARDS, board):
            card = card_of(row)
            cards[card.id] = card
            placed.setdefault(row[PLACE_FIELDS], []).append(card.id)
        fields = [_column(row) for row in self._connection.execute(_OF_BOARD, board)]
        briefs: dict[CardId, tuple[AttemptBrief, ...]] = {}
        for card_id, attempt_id, status in self._connection.execute(_SHOWN, board):
            briefs[card_id] = (*briefs.get(card_id, ()), AttemptBrief(attempt_id, status))
        state = BoardState(
            columns={one.id: BoardColumn.of(one, tuple(placed.get(one.id, ()))) for one in fields},
            column_order=tuple(one.id for one in fields),
            cards=cards,
        )
        return BoardSnapshot(state, briefs)

    def ids(self) -> list[BoardId]:
        return [BoardId(one) for one in self._connection.execute(select(projects.c.id)).scalars()]


class SqlColumns:
    """`kanbanai.ports.Columns`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_board(self, board_id: BoardId) -> list[ColumnFields]:
        return [_column(row) for row in self._connection.execute(_OF_BOARD, {"board": board_id})]

    def get(self, board_id: BoardId, column_id: ColumnId) -> ColumnFields | None:
        row = self._connection.execute(_ONE, {"board": board_id, "asked": column_id}).first()
        return None if row is None else _column(row)

    def insert(self, board_id: BoardId, column: ColumnFields, index: int) -> int:
        size = len(self.of_board(board_id))
        index = min(index, size)
        rank = _ORDER.rank_at(self._connection, board_id, index, size, without=column.id)
        self._connection.execute(
            insert(columns), {"id": column.id, "board_id": board_id, "rank": rank, **_values(column)}
        )
        return index

    def move(self, board_id: BoardId, column_id: ColumnId, index: int) -> int:
        size = len(self.of_board(board_id)) - 1
        index = min(index, size)
        rank = _ORDER.rank_at(self._connection, board_id, index, size, without=column_id)
        self._connection.execute(update(columns).where(columns.c.id == column_id).values(rank=rank))
        return index

    def save(self, board_id: BoardId, column: ColumnFields) -> None:
        self._connection.execute(
            update(columns)
            .where(columns.c.id == column.id, columns.c.board_id == board_id)
            .values(**_values(column))
        )

    def remove(self, board_id: BoardId, column_id: ColumnId) -> None:
        self._connection.execute(
            delete(columns).where(columns.c.id == column_id, columns.c.board_id == board_id)
        )

    def count_cards(self, column_id: ColumnId) -> int:
        return (
            self._connection.execute(select(columns.c.card_count).where(columns.c.id == column_id)).scalar()
            or 0
        )


def _column(row: Sequence[Any]) -> ColumnFields:
    identity, title, role, wip_limit = row
    return ColumnFields(id=identity, title=title, key=role, wip_limit=wip_limit)


def _values(column: ColumnFields) -> dict[str, Any]:
    return {"title": column.title, "role": column.key, "wip_limit": column.wip_limit}
