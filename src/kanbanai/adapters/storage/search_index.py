"""The full-text indexes over the cards, and what they are behind with.

To index a card takes as long as the rest of an edit and writes as much again; so an index follows some dozen cards
behind, many at once. A search looks through those few by itself, with an index of the same kind made for the occasion,
and finds what was written a moment ago all the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import Connection, Table, bindparam, column, func, select, table

from kanbanai.adapters.storage.connections import driver
from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import TOKENIZER, cards, unindexed_names, unindexed_texts

BEHIND = 64
"""How many cards an index may be behind with before it is worth catching up; a search takes 2 ms more for them."""
_AT_ONCE = 256
"""Cards that one transaction indexes: some 10 ms."""


class SearchIndex:
    """One index, `name`, over those fields of the cards that `behind`, the list of what it is behind with, has too."""

    def __init__(self, name: str, behind: Table) -> None:
        self.name = name
        fields = [one.name for one in behind.columns if one.name not in {"row", "known"}]
        listed = ", ".join(fields)
        first = select(behind.c.row).order_by(behind.c.row).limit(bindparam("most")).subquery()
        self._count = Prepared(select(func.count()).select_from(first))
        self._up_to = Prepared(select(func.max(first.c.row)))
        listed_rows = select(behind.c.row)
        self._listed = Prepared(listed_rows)
        self._fresh = Prepared(
            select(cards.c.row, *(cards.c[field] for field in fields)).where(cards.c.row.in_(listed_rows))
        )
        self._match = Prepared(
            select(column("rowid"))
            .select_from(table(name))
            .where(column(name).op("MATCH")(bindparam("phrase")))
        )
        taken_out = f"SELECT 'delete', row, {listed} FROM {behind.name} WHERE known AND row <= ?"  # noqa: S608 - ours
        put_in = (
            f"SELECT row, {listed} FROM cards WHERE row IN (SELECT row FROM {behind.name} WHERE row <= ?)"  # noqa: S608
        )
        self._catch_up = (
            f"INSERT INTO {name} ({name}, rowid, {listed}) {taken_out}",
            f"INSERT INTO {name} (rowid, {listed}) {put_in}",
            f"DELETE FROM {behind.name} WHERE row <= ?",  # noqa: S608 - ours
        )
        self._make_anew = (
            f"INSERT INTO {name} ({name}) VALUES ('rebuild')",  # noqa: S608
            f"DELETE FROM {behind.name}",  # noqa: S608
        )
        self._check = f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
        self._scratch = f"CREATE VIRTUAL TABLE fresh USING fts5({listed}, tokenize='{TOKENIZER}')"
        places = ", ".join("?" * len(fields))
        self._fill = f"INSERT INTO fresh (rowid, {listed}) VALUES (?, {places})"  # noqa: S608

    def is_behind(self, connection: Connection) -> bool:
        """Whether it is time to catch up."""
        return bool(self._count.value(connection, most=BEHIND) == BEHIND)

    def catch_up(self, connection: Connection) -> bool:
        """Indexes some cards within the caller's transaction. False: there was nothing left to do."""
        up_to = self._up_to.value(connection, most=_AT_ONCE)
        if up_to is None:
            return False
        for statement in self._catch_up:
            driver(connection).execute(statement, (up_to,))
        return True

    def make_anew(self, connection: Connection) -> None:
        """Indexes every card, whatever the index holds now, within the caller's transaction."""
        for statement in self._make_anew:
            driver(connection).execute(statement)

    def says_what_the_cards_say(self, connection: Connection) -> bool:
        """SQLite's own check, within a transaction that writes and that the caller takes back afterwards."""
        while self.catch_up(connection):
            pass
        try:
            driver(connection).execute(self._check)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CORRUPT_VTAB:
                raise
            return False
        return True

    def matching(self, connection: Connection, phrases: Sequence[str]) -> list[set[int]]:
        """For each phrase of FTS5's language, the `row` of each card that matches it; the fresh ones are the truth."""
        fresh = self._fresh.all(connection)
        behind = set(self._listed.column(connection))
        found = [set(self._match.column(connection, phrase=phrase)) - behind for phrase in phrases]
        if fresh:
            with closing(sqlite3.connect(":memory:")) as scratch:
                scratch.execute(self._scratch)
                scratch.execute("BEGIN")
                scratch.executemany(self._fill, fresh)
                for rows, phrase in zip(found, phrases, strict=True):
                    matches = scratch.execute("SELECT rowid FROM fresh WHERE fresh MATCH ?", (phrase,))
                    rows.update(row for (row,) in matches)
        return found


INDEXES = (SearchIndex("card_names", unindexed_names), SearchIndex("card_texts", unindexed_texts))


def mentioning(connection: Connection, phrases: Sequence[str]) -> list[int]:
    """The `row` of each card that mentions all of the phrases, each in any of its fields, in ascending order."""
    by_index = [index.matching(connection, phrases) for index in INDEXES]
    by_phrase = [set[int]().union(*found) for found in zip(*by_index, strict=True)]
    return sorted(set.intersection(*by_phrase))
