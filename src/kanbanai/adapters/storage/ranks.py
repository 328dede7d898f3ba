"""Where a row goes in an ordered list that is kept by ranks (`kanbanai.domain.ordering`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, select, update

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.domain.ordering import rank_between, spread

_SPREAD_AT_ONCE = (32, 512)
"""How many rows move together where neighbours touch, before it is all of them: 32 are nearly always enough, and so the
cost of an insertion does not follow the length of the list."""


class RankedList:
    """The rows of `table` whose `owner` column has one value, in the order of their ranks, which all differ."""

    def __init__(self, table: Table, owner: ColumnElement[Any]) -> None:
        mine = owner == bindparam("owner")
        ranks = select(table.c.rank).where(mine).limit(bindparam("most")).offset(bindparam("skip"))
        self._forwards = Prepared(ranks.order_by(table.c.rank, table.c.id))
        self._backwards = Prepared(ranks.order_by(table.c.rank.desc(), table.c.id.desc()))
        rows = select(table.c.id, table.c.rank).where(mine).order_by(table.c.rank, table.c.id)
        self._all = Prepared(rows)
        self._following = Prepared(rows.where(table.c.rank >= bindparam("first")).limit(bindparam("most")))
        self._set = Prepared(
            update(table).where(table.c.id == bindparam("which")).values(rank=bindparam("to_rank"))
        )

    def rank_at(
        self, connection: Connection, owner: str, index: int, size: int, *, moving: int | None = None
    ) -> int:
        """A rank that puts a row at `index` of the owner's list, which has `size` rows now.

        `moving` is the row's present rank when it stands in this list already; `index` then counts without it.
        """
        before, after = self._gap(connection, owner, index, size, moving)
        rank = rank_between(before, after)
        if rank is None:
            moved = self._make_room(connection, owner, before, after)
            moving = None if moving is None else moved.get(moving, moving)
            before, after = self._gap(connection, owner, index, size, moving)
            rank = rank_between(before, after)
        if rank is None:
            raise RuntimeError(f"no rank between {before} and {after} of {owner} right after making room")
        return rank

    def ranks_at_end(self, connection: Connection, owner: str, size: int, count: int) -> list[int]:
        """Ranks that put `count` rows after the owner's list, which has `size` rows now."""
        for room_was_made in (False, True):
            last = self._slice(connection, owner, size - 1, size, size)[0] if size else None
            ranks = spread(last, count, None)
            if ranks is not None:
                return ranks
            if not room_was_made:
                self._make_room(connection, owner, last, None)
        raise RuntimeError(f"{count} rows more than the {size} of {owner} are more than ranks can order")

    def ranks_at(
        self,
        connection: Connection,
        owner: str,
        index: int,
        size: int,
        count: int,
        *,
        without: Collection[str] = (),
    ) -> list[int]:
        """Ranks that put `count` rows in a row at `index` of the owner's list, which has `size` rows now.

        Rows `without` stand in the list already and are not counted: they are among those that will be put there.
        """
        if without:
            standing = self._standing(connection, owner, without)
            sides = [row[1] for row in standing[max(index - 1, 0) : index + 1]]
            before, after = ([None] * (index == 0) + sides + [None])[:2]
        else:
            before, after = self._gap(connection, owner, index, size, None)
        ranks = spread(before, count, after)
        if ranks is None and before is not None and after is not None:
            ranks = self._ranks_in_a_crowd(connection, owner, before, after, count, without)
        if ranks is None:
            ranks = self._ranks_anew(connection, self._standing(connection, owner, without), index, count)
        return ranks

    def _standing(
        self, connection: Connection, owner: str, without: Collection[str]
    ) -> list[tuple[Any, ...]]:
        return [row for row in self._all.all(connection, owner=owner) if row[0] not in without]

    def _ranks_in_a_crowd(
        self,
        connection: Connection,
        owner: str,
        before: int,
        after: int,
        count: int,
        without: Collection[str],
    ) -> list[int] | None:
        """Ranks between two neighbours that are too near each other, once those behind them have moved on a little."""
        for more in _SPREAD_AT_ONCE:
            found = self._following.all(connection, owner=owner, first=after, most=more + 1 + len(without))
            rows = [row for row in found if row[0] not in without]
            beyond = rows[more][1] if len(rows) > more else None
            ranks = spread(before, count + len(rows[:more]), beyond)
            if ranks is not None:
                self._give(connection, rows[:more], ranks[count:])
                return ranks[:count]
        return None

    def _ranks_anew(
        self, connection: Connection, rows: list[tuple[Any, ...]], index: int, count: int
    ) -> list[int]:
        """Ranks at `index` of a list that is spread anew as a whole."""
        ranks = spread(None, len(rows) + count, None)
        if ranks is None:
            raise RuntimeError(f"{len(rows) + count} rows are more than ranks can order")
        self._give(connection, rows, ranks[:index] + ranks[index + count :])
        return ranks[index : index + count]

    def _gap(
        self, connection: Connection, owner: str, index: int, size: int, moving: int | None
    ) -> tuple[int | None, int | None]:
        """The ranks on both sides of the place `index`, None where the list ends."""
        start = max(index - 1, 0)
        ranks = self._slice(connection, owner, start, min(index + 2, size), size)
        if moving in ranks:
            ranks.remove(moving)
        elif moving is not None and ranks and moving < ranks[0]:
            del ranks[0]  # it stands before all of them: once it is gone, each is one place further up
        sides = (None, *ranks, None) if index == 0 else (*ranks, None)
        return sides[0], sides[1]

    def _slice(self, connection: Connection, owner: str, start: int, stop: int, size: int) -> list[int]:
        """The ranks from `start` to `stop`, reached from the nearer end of the list."""
        behind = size - stop
        if start <= behind:
            return self._forwards.column(connection, owner=owner, skip=start, most=stop - start)
        ranks = self._backwards.column(connection, owner=owner, skip=behind, most=stop - start)
        ranks.reverse()
        return ranks

    def _make_room(
        self, connection: Connection, owner: str, before: int | None, after: int | None
    ) -> dict[int, int]:
        """Spreads the rows from `after` on, as few as will do, and answers with their new ranks by their old ones."""
        if before is not None and after is not None:
            for count in _SPREAD_AT_ONCE:
                rows = self._following.all(connection, owner=owner, first=after, most=count + 1)
                beyond = rows[count][1] if len(rows) > count else None
                ranks = spread(before, len(rows[:count]), beyond)
                if ranks is not None:
                    return self._give(connection, rows[:count], ranks)
        rows = self._all.all(connection, owner=owner)
        ranks = spread(None, len(rows), None)
        if ranks is None:
            raise RuntimeError(f"{len(rows)} rows of {owner} are more than ranks can order")
        return self._give(connection, rows, ranks)

    def _give(self, connection: Connection, rows: list[tuple[Any, ...]], ranks: list[int]) -> dict[int, int]:
        named = list(zip(rows, ranks, strict=True))
        self._set.run_each(connection, [{"which": row[0], "to_rank": rank} for row, rank in named])
        return {row[1]: rank for row, rank in named}
