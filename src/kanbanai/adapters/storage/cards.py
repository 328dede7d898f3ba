"""Cards: their fields, their order, what they depend on, their images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.ranks import RankedList
from kanbanai.adapters.storage.tables import card_images, cards, columns, dependencies
from kanbanai.domain.cards import Card, GithubIssueLink, Image, Placement
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.domain.ordering import GAP
from kanbanai.ports import CardPage, CardQuery, PlacedCard

_NEEDS = (
    select(func.aggregate_strings(dependencies.c.depends_on_id, ","))
    .where(dependencies.c.card_id == cards.c.id)
    .scalar_subquery()
)
FIELDS = (
    cards.c.id,
    cards.c.ticket_key,
    cards.c.pr_url,
    cards.c.disable_auto_close_on_pr_merge,
    cards.c.disable_auto_close_on_issue_close,
    cards.c.ticket_type,
    cards.c.is_enhanced,
    cards.c.issue_number,
    cards.c.issue_url,
    cards.c.title,
    cards.c.description,
    _NEEDS,
    cards.c.created_at,
    cards.c.updated_at,
)
PLACE_FIELDS = len(FIELDS)
"""Where, in the rows below, the column's id follows the card's fields."""

BOARD_CARDS = (
    select(*FIELDS, cards.c.column_id)
    .where(cards.c.board_id == bindparam("board"))
    .order_by(cards.c.column_id, cards.c.rank, cards.c.id)
)
_GET = select(*FIELDS, cards.c.column_id).where(
    cards.c.id == bindparam("card"), cards.c.board_id == bindparam("board")
)
_PLACE = select(cards.c.column_id).where(
    cards.c.id == bindparam("card"), cards.c.board_id == bindparam("board")
)
_TAKE_PLACE = (
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(column_id=bindparam("to_column"), rank=bindparam("to_rank"))
)
_COUNT = select(columns.c.card_count).where(columns.c.id == bindparam("column"))
_RECOUNT = (
    update(columns)
    .where(columns.c.id == bindparam("column"))
    .values(card_count=columns.c.card_count + bindparam("by"))
)
_DEPENDS_ON = (
    select(dependencies.c.depends_on_id)
    .where(dependencies.c.card_id == bindparam("card"))
    .order_by(dependencies.c.depends_on_id)
)
_DEPENDANTS = (
    select(dependencies.c.card_id)
    .where(dependencies.c.depends_on_id == bindparam("card"))
    .order_by(dependencies.c.card_id)
)
_ORDER = RankedList(cards, cards.c.column_id)
_images = msgspec.msgpack.Decoder(tuple[Image, ...])

_COLUMNS_OF = {
    "title": "title",
    "description": "description",
    "ticket_type": "ticket_type",
    "is_enhanced": "is_enhanced",
    "disable_auto_close_on_pr_merge": "disable_auto_close_on_pr_merge",
    "disable_auto_close_on_issue_close": "disable_auto_close_on_issue_close",
    "pr_url": "pr_url",
    "updated_at": "updated_at",
}
"""The card's fields that are a column each, and may change."""


class SqlCards:
    """`kanbanai.ports.Cards`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, board_id: BoardId, card_id: CardId) -> PlacedCard | None:
        row = self._connection.execute(_GET, {"board": board_id, "card": card_id}).first()
        return None if row is None else PlacedCard(card_of(row), row[PLACE_FIELDS])

    def insert(self, board_id: BoardId, card: Card, column_id: ColumnId, index: int | None = None) -> int:
        size = self._size(column_id)
        index = size if index is None else min(index, size)
        rank = _ORDER.rank_at(self._connection, column_id, index, size, without=card.id)
        self._connection.execute(insert(cards), _row(board_id, column_id, rank, card))
        self._recount(column_id, 1)
        self._set_dependencies(card.id, card.depends_on)
        return index

    def append(self, board_id: BoardId, column_id: ColumnId, added: Sequence[Card]) -> None:
        if not added:
            return
        size = self._size(column_id)
        rank = _ORDER.rank_at(self._connection, column_id, size, size, without="")
        # Until the commit, so that a dependency may follow the card that needs it.
        self._connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        self._connection.execute(
            insert(cards),
            [_row(board_id, column_id, rank + place * GAP, card) for place, card in enumerate(added)],
        )
        self._recount(column_id, len(added))
        needs = [{"card_id": card.id, "depends_on_id": one} for card in added for one in card.depends_on]
        if needs:
            self._connection.execute(insert(dependencies), needs)

    def move(self, board_id: BoardId, card_id: CardId, to: Placement) -> int:
        origin: ColumnId = self._connection.execute(_PLACE, {"board": board_id, "card": card_id}).scalar_one()
        size = self._size(to.column_id) - (origin == to.column_id)
        index: int = min(to.index, size)
        rank = _ORDER.rank_at(self._connection, to.column_id, index, size, without=card_id)
        self._connection.execute(_TAKE_PLACE, {"card": card_id, "to_column": to.column_id, "to_rank": rank})
        if origin != to.column_id:
            self._recount(origin, -1)
            self._recount(to.column_id, 1)
        return index

    def save(self, before: Card, after: Card) -> None:
        values: dict[str, Any] = {
            column: getattr(after, field)
            for field, column in _COLUMNS_OF.items()
            if getattr(after, field) != getattr(before, field)
        }
        if after.github_issue != before.github_issue:
            issue = after.github_issue
            values |= {"issue_number": issue and issue.issue_number, "issue_url": issue and issue.url}
        if values:
            self._connection.execute(
                update(cards).where(cards.c.id == bindparam("card")), {"card": after.id, **values}
            )
        if after.depends_on != before.depends_on:
            self._connection.execute(delete(dependencies).where(dependencies.c.card_id == after.id))
            self._set_dependencies(after.id, after.depends_on)

    def remove(self, board_id: BoardId, card_id: CardId) -> None:
        origin = self._connection.execute(_PLACE, {"board": board_id, "card": card_id}).scalar_one()
        self._connection.execute(delete(cards).where(cards.c.id == card_id, cards.c.board_id == board_id))
        self._recount(origin, -1)

    def board_of(self, card_id: CardId) -> BoardId | None:
        board_id = self._connection.execute(select(cards.c.board_id).where(cards.c.id == card_id)).scalar()
        return None if board_id is None else BoardId(board_id)

    def known(self, board_id: BoardId, card_ids: Iterable[CardId]) -> set[CardId]:
        found = self._connection.execute(
            select(cards.c.id).where(cards.c.board_id == board_id, cards.c.id.in_(list(card_ids)))
        )
        return {CardId(one) for one in found.scalars()}

    def depends_on(self, card_id: CardId) -> tuple[CardId, ...]:
        return tuple(self._connection.execute(_DEPENDS_ON, {"card": card_id}).scalars())

    def dependants(self, card_id: CardId) -> list[CardId]:
        return list(self._connection.execute(_DEPENDANTS, {"card": card_id}).scalars())

    def not_done(self, board_id: BoardId, card_ids: Sequence[CardId]) -> list[CardId]:
        if not card_ids:
            return []
        done = set(
            self._connection.execute(
                select(cards.c.id)
                .join(columns, columns.c.id == cards.c.column_id)
                .where(cards.c.board_id == board_id, cards.c.id.in_(list(card_ids)), columns.c.role == "done")
            ).scalars()
        )
        return [one for one in card_ids if one not in done]

    def card_ids(self, column_id: ColumnId) -> tuple[CardId, ...]:
        return tuple(
            self._connection.execute(
                select(cards.c.id).where(cards.c.column_id == column_id).order_by(cards.c.rank, cards.c.id)
            ).scalars()
        )

    def images(self, card_id: CardId) -> tuple[Image, ...]:
        body = self._connection.execute(
            select(card_images.c.images).where(card_images.c.card_id == card_id)
        ).scalar()
        return () if body is None else _images.decode(body)

    def set_images(self, card_id: CardId, images: tuple[Image, ...]) -> None:
        if not images:
            self._connection.execute(delete(card_images).where(card_images.c.card_id == card_id))
            return
        statement = upsert(card_images).values(card_id=card_id, images=msgspec.msgpack.encode(images))
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["card_id"], set_={"images": statement.excluded.images}
            )
        )

    def find(self, board_id: BoardId, query: CardQuery) -> CardPage:
        raise NotImplementedError

    def _size(self, column_id: ColumnId) -> int:
        size: int = self._connection.execute(_COUNT, {"column": column_id}).scalar_one()
        return size

    def _recount(self, column_id: ColumnId, by: int) -> None:
        self._connection.execute(_RECOUNT, {"column": column_id, "by": by})

    def _set_dependencies(self, card_id: CardId, needs: tuple[CardId, ...]) -> None:
        if needs:
            self._connection.execute(
                insert(dependencies), [{"card_id": card_id, "depends_on_id": one} for one in needs]
            )


def _row(board_id: BoardId, column_id: ColumnId, rank: int, card: Card) -> dict[str, Any]:
    issue = card.github_issue
    return {
        "id": card.id,
        "board_id": board_id,
        "column_id": column_id,
        "rank": rank,
        "ticket_key": card.ticket_key,
        "issue_number": issue and issue.issue_number,
        "issue_url": issue and issue.url,
        "created_at": card.created_at,
        **{column: getattr(card, field) for field, column in _COLUMNS_OF.items()},
    }


def card_of(row: Sequence[Any]) -> Card:
    """The card of a row that begins with `FIELDS`."""
    needs = row[11]
    return Card(
        id=row[0],
        ticket_key=row[1],
        pr_url=row[2],
        disable_auto_close_on_pr_merge=row[3],
        disable_auto_close_on_issue_close=row[4],
        ticket_type=row[5],
        is_enhanced=row[6],
        github_issue=None if row[7] is None else GithubIssueLink(row[7], row[8]),
        title=row[9],
        description=row[10],
        depends_on=tuple(sorted(needs.split(","))) if needs else (),
        created_at=row[12],
        updated_at=row[13],
    )
