"""Listing the cards of a board: filters, full-text search, order, pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    exists,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)

from kanbanai.adapters.storage import search_index
from kanbanai.adapters.storage.card_rows import FIELDS, placed_card
from kanbanai.adapters.storage.tables import cards, columns, dependencies
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import BoardId, ColumnId
from kanbanai.ports import MAX_PAGE, MAX_SEARCH_TEXT, CardOrder, CardPage, CardQuery

T = TypeVar("T")


class _Mark(NamedTuple):
    """The last card of a page: what the next page comes after. `major` and `minor` are the order's two keys."""

    order: str
    major: int | str
    minor: int


_marks = msgspec.msgpack.Decoder(_Mark)


class _Column(NamedTuple):
    id: ColumnId
    rank: int
    role: str | None


class _Order(NamedTuple):
    """Two keys that leave no two cards equal, and whether both go down."""

    major: ColumnElement[Any]
    minor: ColumnElement[Any]
    falling: bool


_ORDERS: dict[CardOrder, _Order] = {
    "board": _Order(columns.c.rank, cards.c.rank, falling=False),
    "updated": _Order(cards.c.updated_at, cards.c.row, falling=True),
    "created": _Order(cards.c.created_at, cards.c.row, falling=True),
    "key": _Order(cards.c.ticket_number, cards.c.row, falling=False),
}
_FEW = 1_000
"""Cards that a search may find to be looked up one by one and sorted; of more, a page is sooner filled by walking along
the order and taking those that were found."""


class _Asked(NamedTuple):
    """A query, checked: where to look, what a card must be, which a search has found (None: any), where to go on."""

    query: CardQuery
    board_id: BoardId
    columns: list[_Column]
    conditions: list[ColumnElement[bool]]
    found: list[int] | None
    mark: _Mark | None


def found(connection: Connection, board_id: BoardId, query: CardQuery) -> CardPage:
    """A page of the board's cards; see `kanbanai.ports.Cards.find`."""
    if not 1 <= query.limit <= MAX_PAGE:
        raise Invalid.field("limit", f"is {query.limit}; it must be from 1 to {MAX_PAGE}")
    mark = _mark(query)
    phrases = _phrases(query.text or "")
    places = _columns(connection, board_id, query)
    rows = None if phrases is None else search_index.mentioning(connection, phrases) if phrases else []
    if not places or rows == []:
        return CardPage((), None)
    asked = _Asked(query, board_id, places, _conditions(query), rows, mark)
    few = rows is not None and len(rows) <= _FEW
    page = (
        _in_board_order(connection, asked)
        if query.order == "board" and not few
        else _in_order(connection, asked)
    )
    following = None
    if len(page) > query.limit:
        last = page[query.limit - 1]
        following = _spelled(_Mark(query.order, last[-2], last[-1]))
    return CardPage(tuple(placed_card(row) for row in page[: query.limit]), following)


def _columns(connection: Connection, board_id: BoardId, query: CardQuery) -> list[_Column]:
    """The columns to look in, in the board's order."""
    rows = connection.execute(
        select(columns.c.id, columns.c.rank, columns.c.role)
        .where(columns.c.board_id == board_id)
        .order_by(columns.c.rank, columns.c.id)
    )
    every = [_Column(*row) for row in rows]
    strangers = set(query.column_ids) - {one.id for one in every}
    if strangers:
        raise Invalid.field("columnId", f"not a column of this board: {', '.join(sorted(strangers))}")
    return [
        one
        for one in every
        if (not query.column_ids or one.id in query.column_ids)
        and (not query.roles or one.role in query.roles)
    ]


def _conditions(query: CardQuery) -> list[ColumnElement[bool]]:
    """What a card must be."""
    conditions: list[ColumnElement[bool]] = []
    if query.ticket_types:
        conditions.append(cards.c.ticket_type.in_(query.ticket_types))
    if query.enhanced is not None:
        conditions.append(cards.c.is_enhanced.is_(query.enhanced))
    if query.blocked is not None:
        conditions.append(_IS_BLOCKED if query.blocked else ~_IS_BLOCKED)
    if query.has_pull_request is not None:
        conditions.append(cards.c.pr_url.is_not(None) if query.has_pull_request else cards.c.pr_url.is_(None))
    if query.updated_since is not None:
        conditions.append(cards.c.updated_at >= query.updated_since)
    return conditions


_needed = cards.alias()
_IS_BLOCKED = exists(
    select(literal(1))
    .select_from(dependencies)
    .join(_needed, _needed.c.id == dependencies.c.depends_on_id)
    .join(columns, columns.c.id == _needed.c.column_id)
    .where(dependencies.c.card_id == cards.c.id, columns.c.role.is_distinct_from("done"))
    .correlate(cards)
)


def _phrases(text: str) -> list[str] | None:
    """The words of a search in FTS5's language, each quoted, so that nothing in them is taken for an operator.

    A word with a sign inside (`WC-17`) becomes a phrase. None: there is nothing to search for. An empty list: signs
    alone, which stand in no index.
    """
    if len(text) > MAX_SEARCH_TEXT:
        raise Invalid.field("text", f"is {len(text)} characters long; the limit is {MAX_SEARCH_TEXT}")
    # FTS5 would take a NUL for the end of the text.
    words = text.replace("\0", " ").split()
    if not words:
        return None
    quoted = ['"' + word.replace('"', '""') + '"' for word in words if any(sign.isalnum() for sign in word)]
    return [*quoted[:-1], f"{quoted[-1]}*"] if quoted else []


def _in_board_order(connection: Connection, asked: _Asked) -> list[Sequence[Any]]:
    """From top to bottom of one column after the other; each is a walk along its index."""
    query, mark, page = asked.query, asked.mark, list[Sequence[Any]]()
    for place in asked.columns:
        if mark is not None and place.rank < int(mark.major):
            continue
        statement = (
            select(*FIELDS, literal(place.rank), cards.c.rank)
            .where(cards.c.column_id == place.id, *asked.conditions)
            .order_by(cards.c.rank, cards.c.id)
            .limit(query.limit + 1 - len(page))
        )
        if asked.found is not None:
            statement = statement.where(_unindexed(cards.c.row).in_(_listed(asked.found)))
        if mark is not None and place.rank == mark.major:
            statement = statement.where(cards.c.rank > mark.minor)
        page += connection.execute(statement)
        if len(page) > query.limit:
            break
    return page


def _in_order(connection: Connection, asked: _Asked) -> list[Sequence[Any]]:
    """By two keys: a walk along an index that begins with the board, or the few that were found, sorted."""
    query, mark = asked.query, asked.mark
    major, minor, falling = _ORDERS[query.order]
    statement = (
        select(*FIELDS, major, minor)
        .where(*asked.conditions)
        .order_by(*((major.desc(), minor.desc()) if falling else (major, minor)))
        .limit(query.limit + 1)
    )
    if query.order == "board":
        statement = statement.join(columns, columns.c.id == cards.c.column_id)
    if asked.found is None:
        statement = statement.where(cards.c.board_id == asked.board_id)
    elif len(asked.found) > _FEW:
        statement = statement.where(
            cards.c.board_id == asked.board_id, _unindexed(cards.c.row).in_(_listed(asked.found))
        )
    else:
        statement = statement.where(
            _unindexed(cards.c.board_id) == asked.board_id, cards.c.row.in_(_listed(asked.found))
        )
    if query.column_ids or query.roles:
        statement = statement.where(_unindexed(cards.c.column_id).in_([one.id for one in asked.columns]))
    if mark is not None:
        here, there = tuple_(major, minor), tuple_(literal(mark.major), literal(mark.minor))
        statement = statement.where(here < there if falling else here > there)
    return list(connection.execute(statement))


def _unindexed(column: ColumnElement[T]) -> ColumnElement[T]:
    """The column behind a plus sign, which keeps SQLite's planner from choosing an index that begins with it.

    Which way is the shorter one is known here, and not there.
    """
    return literal_column(f"+{column}", column.type)


def _listed(rows: list[int]) -> Select[Any]:
    """Any number of rows as one parameter."""
    return select(func.json_each(msgspec.json.encode(rows).decode()).table_valued("value").c.value)


def _spelled(mark: _Mark) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(mark)).decode("ascii").rstrip("=")


def _mark(query: CardQuery) -> _Mark | None:
    """Where the page begins. Raises Invalid for a text that no page of this order has given out."""
    if query.after is None:
        return None
    try:
        raw = base64.b64decode(query.after + "=" * (-len(query.after) % 4), altchars=b"-_", validate=True)
        mark = _marks.decode(raw)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise Invalid.field("after", "is not the `next` of a page") from error
    keys = str if query.order in {"updated", "created"} else int
    if mark.order != query.order or not isinstance(mark.major, keys):
        raise Invalid.field("after", f"is the `next` of a page in another order than {query.order}")
    return mark
