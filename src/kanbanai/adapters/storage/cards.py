"""Cards: their fields, their order, what they depend on, their images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.card_rows import (
    CHANGING,
    FIELDS,
    PLACE,
    issue_values,
    placed_card,
    pull_request_values,
    row_of,
)
from kanbanai.adapters.storage.card_search import found
from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.ranks import RankedList
from kanbanai.adapters.storage.tables import card_images, cards, columns, dependencies
from kanbanai.domain.cards import Card, Image, Placement
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.domain.times import Timestamp
from kanbanai.ports import CardPage, CardQuery, PlacedCard

_ON_BOARD = (cards.c.id == bindparam("card")) & (cards.c.board_id == bindparam("board"))
_GET = Prepared(select(*FIELDS).where(_ON_BOARD))
_GET_MANY = Prepared(
    select(*FIELDS).where(
        cards.c.board_id == bindparam("board"),
        cards.c.id.in_(select(func.json_each(bindparam("wanted")).table_valued("value").c.value)),
    )
)
_PLACE = Prepared(select(*PLACE).where(_ON_BOARD))
_ADD = Prepared(
    insert(cards).values({one.name: bindparam(one.name) for one in cards.columns if one.name != "row"})
)
_REMOVE = Prepared(delete(cards).where(_ON_BOARD))
_TAKE_PLACE = Prepared(
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(column_id=bindparam("to_column"), rank=bindparam("to_rank"))
)
_TAKE_PLACE_AT = Prepared(
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(column_id=bindparam("to_column"), rank=bindparam("to_rank"), updated_at=bindparam("at"))
)
_COUNT = Prepared(select(columns.c.card_count).where(columns.c.id == bindparam("column")))
_RECOUNT = Prepared(
    update(columns)
    .where(columns.c.id == bindparam("column"))
    .values(card_count=columns.c.card_count + bindparam("by"))
)
_BOARD_OF = Prepared(select(cards.c.board_id).where(cards.c.id == bindparam("card")))
_IDS = Prepared(
    select(cards.c.id).where(cards.c.column_id == bindparam("column")).order_by(cards.c.rank, cards.c.id)
)
_DEPENDS_ON = Prepared(
    select(dependencies.c.depends_on_id)
    .where(dependencies.c.card_id == bindparam("card"))
    .order_by(dependencies.c.depends_on_id)
)
_DEPENDANTS = Prepared(
    select(dependencies.c.card_id)
    .where(dependencies.c.depends_on_id == bindparam("card"))
    .order_by(dependencies.c.card_id)
)
_NEED = Prepared(
    insert(dependencies).from_select(
        ["board_id", "card_id", "depends_on_id"],
        select(cards.c.board_id, cards.c.id, bindparam("needed")).where(cards.c.id == bindparam("card")),
    )
)
_NEED_NOTHING = Prepared(delete(dependencies).where(dependencies.c.card_id == bindparam("card")))
_IMAGES = Prepared(select(card_images.c.images).where(card_images.c.card_id == bindparam("card")))
_PUT_IMAGES = upsert(card_images).values(card_id=bindparam("card"), images=bindparam("body"))
_SET_IMAGES = Prepared(
    _PUT_IMAGES.on_conflict_do_update(
        index_elements=["card_id"], set_={"images": _PUT_IMAGES.excluded.images}
    )
)
_NO_IMAGES = Prepared(delete(card_images).where(card_images.c.card_id == bindparam("card")))
_ORDER = RankedList(cards, cards.c.column_id)
_images = msgspec.msgpack.Decoder(tuple[Image, ...])


class SqlCards:
    """`kanbanai.ports.Cards`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, board_id: BoardId, card_id: CardId) -> PlacedCard | None:
        row = _GET.first(self._connection, board=board_id, card=card_id)
        return None if row is None else placed_card(row)

    def get_many(self, board_id: BoardId, card_ids: Iterable[CardId]) -> dict[CardId, PlacedCard]:
        wanted = msgspec.json.encode(list(card_ids)).decode()
        rows = _GET_MANY.all(self._connection, board=board_id, wanted=wanted)
        return {(placed := placed_card(row)).card.id: placed for row in rows}

    def insert(self, board_id: BoardId, card: Card, column_id: ColumnId, index: int | None = None) -> int:
        size = self._size(column_id)
        index = size if index is None else min(index, size)
        rank = _ORDER.rank_at(self._connection, column_id, index, size)
        _ADD.run(self._connection, **row_of(board_id, column_id, rank, card))
        self._recount(column_id, 1)
        self._set_needs(card.id, card.depends_on)
        return index

    def append(self, board_id: BoardId, column_id: ColumnId, added: Sequence[Card]) -> None:
        ranks = _ORDER.ranks_at_end(self._connection, column_id, self._size(column_id), len(added))
        # Looked at when the transaction commits, so that a dependency may follow the card that needs it.
        self._connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        _ADD.run_each(
            self._connection,
            [row_of(board_id, column_id, rank, card) for rank, card in zip(ranks, added, strict=True)],
        )
        self._recount(column_id, len(added))
        for card in added:
            self._set_needs(card.id, card.depends_on)

    def move(self, board_id: BoardId, card_id: CardId, to: Placement) -> int:
        place = _PLACE.first(self._connection, board=board_id, card=card_id)
        if place is None:
            raise LookupError(f"{card_id} is not on board {board_id}")
        origin, rank = place
        stays = origin == to.column_id
        size = self._size(to.column_id)
        index: int = min(to.index, size - stays)
        rank = _ORDER.rank_at(self._connection, to.column_id, index, size, moving=rank if stays else None)
        _TAKE_PLACE.run(self._connection, card=card_id, to_column=to.column_id, to_rank=rank)
        if not stays:
            self._recount(origin, -1)
            self._recount(to.column_id, 1)
        return index

    def move_many(self, moved: Sequence[PlacedCard], to: Placement, at: Timestamp) -> None:
        target = to.column_id
        left = Counter(one.column_id for one in moved)
        inside = {one.card.id for one in moved if one.column_id == target}
        size = self._size(target)
        ranks = _ORDER.ranks_at(self._connection, target, to.index, size, len(moved), without=inside)
        _TAKE_PLACE_AT.run_each(
            self._connection,
            [
                {"card": one.card.id, "to_column": target, "to_rank": rank, "at": at}
                for rank, one in zip(ranks, moved, strict=True)
            ],
        )
        left[target] -= len(moved)
        for column_id, count in left.items():
            if count:
                self._recount(column_id, -count)

    def save(self, before: Card, after: Card) -> None:
        values = {
            name: value for name in CHANGING if (value := getattr(after, name)) != getattr(before, name)
        }
        if after.github_issue != before.github_issue:
            values |= issue_values(after)
        if after.pull_request != before.pull_request:
            values |= pull_request_values(after)
        if values:
            _saving(tuple(values)).run(self._connection, card=after.id, **values)
        if after.depends_on != before.depends_on:
            _NEED_NOTHING.run(self._connection, card=after.id)
            self._set_needs(after.id, after.depends_on)

    def remove(self, board_id: BoardId, card_id: CardId) -> None:
        place = _PLACE.first(self._connection, board=board_id, card=card_id)
        if place is not None:
            _REMOVE.run(self._connection, board=board_id, card=card_id)
            self._recount(place[0], -1)

    def board_of(self, card_id: CardId) -> BoardId | None:
        board_id: BoardId | None = _BOARD_OF.value(self._connection, card=card_id)
        return board_id

    def known(self, board_id: BoardId, card_ids: Iterable[CardId]) -> set[CardId]:
        rows = self._connection.execute(
            select(cards.c.id).where(cards.c.board_id == board_id, cards.c.id.in_(list(card_ids)))
        )
        return {CardId(one) for one in rows.scalars()}

    def depends_on(self, card_id: CardId) -> tuple[CardId, ...]:
        return tuple(_DEPENDS_ON.column(self._connection, card=card_id))

    def dependants(self, card_id: CardId) -> list[CardId]:
        return _DEPENDANTS.column(self._connection, card=card_id)

    def not_done(self, board_id: BoardId, card_ids: Sequence[CardId]) -> list[CardId]:
        if not card_ids:
            return []
        rows = self._connection.execute(
            select(cards.c.id)
            .join(columns, columns.c.id == cards.c.column_id)
            .where(cards.c.board_id == board_id, cards.c.id.in_(card_ids), columns.c.role == "done")
        )
        done = set(rows.scalars())
        return [one for one in card_ids if one not in done]

    def card_ids(self, column_id: ColumnId) -> tuple[CardId, ...]:
        return tuple(_IDS.column(self._connection, column=column_id))

    def images(self, card_id: CardId) -> tuple[Image, ...]:
        body = _IMAGES.value(self._connection, card=card_id)
        return () if body is None else _images.decode(body)

    def set_images(self, card_id: CardId, images: tuple[Image, ...]) -> None:
        if images:
            _SET_IMAGES.run(self._connection, card=card_id, body=msgspec.msgpack.encode(images))
        else:
            _NO_IMAGES.run(self._connection, card=card_id)

    def find(self, board_id: BoardId, query: CardQuery) -> CardPage:
        return found(self._connection, board_id, query)

    def _size(self, column_id: ColumnId) -> int:
        size = _COUNT.value(self._connection, column=column_id)
        if size is None:
            raise LookupError(f"there is no column {column_id}")
        return int(size)

    def _recount(self, column_id: ColumnId, by: int) -> None:
        _RECOUNT.run(self._connection, column=column_id, by=by)

    def _set_needs(self, card_id: CardId, needs: tuple[CardId, ...]) -> None:
        if needs:
            _NEED.run_each(self._connection, [{"card": card_id, "needed": one} for one in needs])


@cache
def _saving(names: tuple[str, ...]) -> Prepared:
    """The update of these columns. Edits set a handful of combinations, which are spelled once each."""
    return Prepared(
        update(cards).where(cards.c.id == bindparam("card")).values({name: bindparam(name) for name in names})
    )
