"""Where a row goes in an ordered list that is kept by ranks (`kanbanai.domain.ordering`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, select, update

from kanbanai.domain.ordering import GAP, rank_between


class RankedList:
    """The rows of `table` whose `owner` column has one value, in the order of their ranks."""

    def __init__(self, table: Table, owner: ColumnElement[Any]) -> None:
        self._table = table
        mine = (owner == bindparam("owner")) & (table.c.id != bindparam("without"))
        window = select(table.c.rank).where(mine).limit(2).offset(bindparam("skip"))
        self._forwards = window.order_by(table.c.rank, table.c.id)
        self._backwards = window.order_by(table.c.rank.desc(), table.c.id.desc())
        placed = (
            select(
                table.c.id,
                ((func.row_number().over(order_by=(table.c.rank, table.c.id)) - 1) * GAP).label("rank"),
            )
            .where(owner == bindparam("owner"))
            .subquery()
        )
        self._rank_anew = (
            update(table)
            .where(owner == bindparam("owner"))
            .values(rank=select(placed.c.rank).where(placed.c.id == table.c.id).scalar_subquery())
        )

    def rank_at(self, connection: Connection, owner: str, index: int, size: int, *, without: str) -> int:
        """A rank that puts a row at `index` of the owner's list, which has `size` rows besides the row `without`.

        Walks from the nearer end, so that the ends cost the same in any list.
        """
        rank = self._free_rank(connection, owner, index, size, without)
        if rank is None:
            connection.execute(self._rank_anew, {"owner": owner})
            rank = self._free_rank(connection, owner, index, size, without)
        if rank is None:
            raise RuntimeError(
                f"no rank between the neighbours at {index} of {owner} right after ranking anew"
            )
        return rank

    def _free_rank(
        self, connection: Connection, owner: str, index: int, size: int, without: str
    ) -> int | None:
        behind = size - index
        backwards = behind < index
        # The two neighbours of the gap, met from the nearer end; at the very end there is only one.
        skip = max((behind if backwards else index) - 1, 0)
        statement = self._backwards if backwards else self._forwards
        ranks = list(
            connection.execute(statement, {"owner": owner, "without": without, "skip": skip}).scalars()
        )
        if backwards:
            ranks.reverse()
        before = None if index == 0 else ranks[0] if not backwards or behind else ranks[-1]
        after = None if behind == 0 else ranks[-1] if index else ranks[0]
        return rank_between(before, after)
