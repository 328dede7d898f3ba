"""Boards as a whole, and their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from kanbanai.adapters.storage.card_rows import OWN_FIELDS, own_card
from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.ranks import RankedList
from kanbanai.adapters.storage.tables import attempts, cards, channels, columns, dependencies, projects
from kanbanai.domain.attempts import AttemptBrief
from kanbanai.domain.boards import BoardState, ColumnFields
from kanbanai.domain.boards import Column as BoardColumn
from kanbanai.domain.cards import Card
from kanbanai.domain.channels import Channel, board_channel
from kanbanai.domain.errors import NotFound
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot

_HEAD = Prepared(select(channels.c.head).where(channels.c.channel == bindparam("of")))
_BOARDS = Prepared(select(projects.c.id).order_by(projects.c.id))
_NEEDS = Prepared(
    select(dependencies.c.card_id, dependencies.c.depends_on_id)
    .where(dependencies.c.board_id == bindparam("board"))
    .order_by(dependencies.c.card_id, dependencies.c.depends_on_id)
)
_CARDS = Prepared(
    # Column by column, each a walk along its index: to sort a whole board of 10,000 takes half as long again.
    select(*OWN_FIELDS).where(cards.c.column_id == bindparam("column")).order_by(cards.c.rank, cards.c.id)
)
_SHOWN = Prepared(
    select(attempts.c.card_id, attempts.c.id, attempts.c.status, attempts.c.waiting)
    .where(attempts.c.board_id == bindparam("board"), attempts.c.shown)
    .order_by(attempts.c.row)
)
_FIELDS = (columns.c.id, columns.c.title, columns.c.role, columns.c.wip_limit)
_ON_BOARD = (columns.c.id == bindparam("column")) & (columns.c.board_id == bindparam("board"))
_OF_BOARD = Prepared(
    select(*_FIELDS).where(columns.c.board_id == bindparam("board")).order_by(columns.c.rank, columns.c.id)
)
_GET = Prepared(select(*_FIELDS).where(_ON_BOARD))
_RANK = Prepared(select(columns.c.rank).where(_ON_BOARD))
_SET_RANK = Prepared(
    update(columns).where(columns.c.id == bindparam("column")).values(rank=bindparam("to_rank"))
)
_COUNT_CARDS = Prepared(select(columns.c.card_count).where(columns.c.id == bindparam("column")))
_ORDER = RankedList(columns, columns.c.board_id)


class SqlBoards:
    """`kanbanai.ports.Boards`. `heads` is where the transaction keeps the heads of the channels it has taken."""

    def __init__(self, connection: Connection, heads: dict[Channel, int]) -> None:
        self._connection = connection
        self._heads = heads

    def take(self, board_id: BoardId) -> None:
        # The one writer of SQLite has the whole database already; the head it reads is the last.
        channel = board_channel(board_id)
        if channel in self._heads:
            return
        head = _HEAD.value(self._connection, of=channel)
        if head is None:
            raise NotFound("Board not found")
        self._heads[channel] = head

    def snapshot(self, board_id: BoardId) -> BoardSnapshot:
        self.take(board_id)
        needs: dict[CardId, tuple[CardId, ...]] = {}
        for card_id, needed in _NEEDS.all(self._connection, board=board_id):
            needs[card_id] = (*needs.get(card_id, ()), needed)
        board_columns: dict[ColumnId, BoardColumn] = {}
        board_cards: dict[CardId, Card] = {}
        for row in _OF_BOARD.all(self._connection, board=board_id):
            fields = _column(row)
            placed = [
                own_card(one, needs.get(one[1], ())) for one in _CARDS.all(self._connection, column=fields.id)
            ]
            board_columns[fields.id] = BoardColumn.of(fields, tuple(card.id for card in placed))
            board_cards.update((card.id, card) for card in placed)
        briefs: dict[CardId, tuple[AttemptBrief, ...]] = {}
        for card_id, *brief in _SHOWN.all(self._connection, board=board_id):
            briefs[card_id] = (*briefs.get(card_id, ()), AttemptBrief(*brief))
        state = BoardState(columns=board_columns, column_order=tuple(board_columns), cards=board_cards)
        return BoardSnapshot(state, briefs)

    def ids(self) -> list[BoardId]:
        return _BOARDS.column(self._connection)


class SqlColumns:
    """`kanbanai.ports.Columns`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_board(self, board_id: BoardId) -> list[ColumnFields]:
        return [_column(row) for row in _OF_BOARD.all(self._connection, board=board_id)]

    def get(self, board_id: BoardId, column_id: ColumnId) -> ColumnFields | None:
        row = _GET.first(self._connection, board=board_id, column=column_id)
        return None if row is None else _column(row)

    def insert(self, board_id: BoardId, column: ColumnFields, index: int) -> int:
        size = len(self.of_board(board_id))
        index = min(index, size)
        rank = _ORDER.rank_at(self._connection, board_id, index, size)
        self._connection.execute(
            insert(columns), {"id": column.id, "board_id": board_id, "rank": rank, **_values(column)}
        )
        return index

    def move(self, board_id: BoardId, column_id: ColumnId, index: int) -> int:
        size = len(self.of_board(board_id))
        index = min(index, size - 1)
        present = _RANK.value(self._connection, board=board_id, column=column_id)
        rank = _ORDER.rank_at(self._connection, board_id, index, size, moving=present)
        _SET_RANK.run(self._connection, column=column_id, to_rank=rank)
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
        return _COUNT_CARDS.value(self._connection, column=column_id) or 0


def _column(row: Sequence[Any]) -> ColumnFields:
    identity, title, role, wip_limit = row
    return ColumnFields(id=identity, title=title, key=role, wip_limit=wip_limit)


def _values(column: ColumnFields) -> dict[str, Any]:
    return {"title": column.title, "role": column.key, "wip_limit": column.wip_limit}
