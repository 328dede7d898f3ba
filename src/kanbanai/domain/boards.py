"""A board: columns in order, each with its cards in order.

Every rule that depends on *where* a card is looks at the column's role, never at its title: a person may call a column
what they like.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.cards import Card
from kanbanai.domain.errors import Invalid, OverLimit
from kanbanai.domain.ids import CardId, ColumnId

Role = Literal["backlog", "inProgress", "review", "done"]
ROLES: tuple[Role, ...] = ("backlog", "inProgress", "review", "done")

MAX_COLUMN_TITLE = 100
"""Characters; a column's head is one line of some 300 px."""
MAX_WIP_LIMIT = 10_000
"""Cards; more is no limit."""
MAX_COLUMNS = 50
"""Per board; a board beyond this is a list that nobody scrolls."""

DEFAULT_COLUMNS: tuple[tuple[str, Role], ...] = (
    ("Backlog", "backlog"),
    ("In Progress", "inProgress"),
    ("Review", "review"),
    ("Done", "done"),
)
"""Title and role of the columns that a new board starts with."""


class ColumnFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A column without its cards. `key`: its role (absent: none); `wipLimit`: how many cards it should hold at most."""

    id: ColumnId
    title: str
    key: Role | None = None
    wip_limit: int | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A column as a board shows it: its fields and the ids of its cards from top to bottom."""

    id: ColumnId
    title: str
    card_ids: tuple[CardId, ...]
    key: Role | None = None
    wip_limit: int | None = None

    @classmethod
    def of(cls, fields: ColumnFields, card_ids: tuple[CardId, ...] = ()) -> Column:
        """The column of these fields, holding these cards."""
        return cls(
            id=fields.id, title=fields.title, card_ids=card_ids, key=fields.key, wip_limit=fields.wip_limit
        )


class ColumnChanges(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What an edit sets: a field left out stays, null takes it away."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    key: Role | msgspec.UnsetType | None = msgspec.UNSET
    wip_limit: int | msgspec.UnsetType | None = msgspec.UNSET


class BoardState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The whole board as the wire's `state` shows it."""

    columns: dict[ColumnId, Column]
    column_order: tuple[ColumnId, ...]
    cards: dict[CardId, Card]


def column_title(text: str) -> str:
    """`text` as a column's title: trimmed, one to 100 characters. Raises Invalid."""
    title = text.strip()
    if not title:
        raise Invalid.field("title", "a column needs a title")
    if len(title) > MAX_COLUMN_TITLE:
        raise OverLimit.field("title", f"is {len(title)} characters long; the limit is {MAX_COLUMN_TITLE}")
    return title


def list_index(index: int) -> int:
    """`index` as a place in a list, which cuts it to its end. Raises Invalid for one below 0."""
    if index < 0:
        raise Invalid.field("index", f"is {index}; it must be 0 or more")
    return index


def column_changes(changes: ColumnChanges) -> ColumnChanges:
    """The changes with every value checked. Raises Invalid for a blank title or a limit out of 1 to 10,000."""
    if isinstance(changes.title, str):
        changes = msgspec.structs.replace(changes, title=column_title(changes.title))
    limit = changes.wip_limit
    if isinstance(limit, int) and not 1 <= limit <= MAX_WIP_LIMIT:
        raise Invalid.field("wipLimit", f"is {limit}; it must be from 1 to {MAX_WIP_LIMIT}, or null for none")
    return changes
