"""Statements that are spelled once.

A use case takes some eight statements, each 3 to 5 µs of SQLite's time. SQLAlchemy's way from a statement through its
caches to a result object is 20 µs more; so what every request needs is compiled to SQL when it is first used, and goes
straight to the driver from then on. Statements that are rare, or that differ from call to call, take SQLAlchemy's way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from kanbanai.adapters.storage.connections import driver

_DIALECT = sqlite.dialect(paramstyle="qmark")


class _Spelled(NamedTuple):
    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]


class Prepared:
    """A statement whose parameters are the names of its `bindparam`s.

    Rows are the driver's tuples, values as SQLite has them: a Boolean comes as 0 or 1.
    """

    __slots__ = ("__dict__", "_statement")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement

    @cached_property
    def _spelled(self) -> _Spelled:
        if not isinstance(self._statement, ClauseElement):
            raise TypeError(f"not a statement: {self._statement!r}")
        compiled = self._statement.compile(dialect=_DIALECT)
        names = tuple(getattr(compiled, "positiontup", None) or ())
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return _Spelled(str(compiled), names, fixed)

    def _values(self, given: Mapping[str, Any]) -> list[Any]:
        _, names, fixed = self._spelled
        if fixed:
            given = {**fixed, **given}
        return [given[name] for name in names]

    def all(self, connection: Connection, **given: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return driver(connection).execute(self._spelled.sql, self._values(given)).fetchall()

    def first(self, connection: Connection, **given: Any) -> tuple[Any, ...] | None:
        """The first row, None when there is none."""
        row: tuple[Any, ...] | None = (
            driver(connection).execute(self._spelled.sql, self._values(given)).fetchone()
        )
        return row

    def value(self, connection: Connection, **given: Any) -> Any:
        """The first row's first column; None when there is no row."""
        row = self.first(connection, **given)
        return None if row is None else row[0]

    def column(self, connection: Connection, **given: Any) -> list[Any]:
        """Every row's first column."""
        return [row[0] for row in self.all(connection, **given)]

    def run(self, connection: Connection, **given: Any) -> int:
        """Changes rows and says how many."""
        return driver(connection).execute(self._spelled.sql, self._values(given)).rowcount

    def run_each(self, connection: Connection, each: Iterable[Mapping[str, Any]]) -> None:
        """Changes rows once for each set of parameters."""
        driver(connection).executemany(self._spelled.sql, [self._values(given) for given in each])
