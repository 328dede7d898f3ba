"""What can be done with the columns of a board."""

from __future__ import annotations

from collections.abc import Callable

from kanbanai.domain.boards import (
    MAX_COLUMNS,
    ColumnChanges,
    ColumnFields,
    Role,
    column_changes,
    column_title,
    list_index,
)
from kanbanai.domain.changes import changed
from kanbanai.domain.errors import ColumnNotEmpty, Conflict, NotFound
from kanbanai.domain.events import ColumnCreated, ColumnDeleted, ColumnMoved, ColumnUpdated
from kanbanai.domain.ids import COLUMN_PREFIX, BoardId, ColumnId
from kanbanai.ports import Reading, Transaction

Guard = Callable[[ColumnFields], None]
"""Looks at a column before a change and raises PreconditionFailed when the caller meant another version."""


def create(
    tx: Transaction,
    board_id: BoardId,
    *,
    title: str,
    role: Role | None = None,
    wip_limit: int | None = None,
    index: int | None = None,
) -> ColumnFields:
    """Adds an empty column at `index` (None: at the end).

    Raises NotFound for an unknown board, Invalid for a bad title or limit, Conflict when the board is full of columns.
    """
    tx.boards.take(board_id)
    checked = column_changes(ColumnChanges(title=column_title(title), wip_limit=wip_limit))
    size = len(tx.columns.of_board(board_id))
    if size >= MAX_COLUMNS:
        raise Conflict(f"The board has {size} columns; more than {MAX_COLUMNS} is not possible")
    column = changed(ColumnFields(id=ColumnId(tx.new_id(COLUMN_PREFIX)), title=title, key=role), checked)
    placed = tx.columns.insert(board_id, column, size if index is None else list_index(index))
    tx.emit(board_id, ColumnCreated(column=column, index=placed))
    return column


def edit(
    tx: Transaction,
    board_id: BoardId,
    column_id: ColumnId,
    changes: ColumnChanges,
    index: int | None = None,
    guard: Guard | None = None,
) -> ColumnFields:
    """Changes a column's title, role or limit, and its place when `index` is given (counted without the column).

    Raises NotFound, Invalid for a value out of its limits, and what `guard` raises.
    """
    before = get(tx, board_id, column_id)
    if guard is not None:
        guard(before)
    after = changed(before, column_changes(changes))
    if after != before:
        tx.columns.save(board_id, after)
        tx.emit(board_id, ColumnUpdated(column_id=column_id, changes=_difference(before, after)))
    if index is not None:
        list_index(index)
        order = [one.id for one in tx.columns.of_board(board_id)]
        if order.index(column_id) != min(index, len(order) - 1):
            placed = tx.columns.move(board_id, column_id, index)
            tx.emit(board_id, ColumnMoved(column_id=column_id, index=placed))
    return after


def delete(tx: Transaction, board_id: BoardId, column_id: ColumnId, guard: Guard | None = None) -> None:
    """Removes an empty column.

    Raises NotFound, ColumnNotEmpty, Conflict for the board's last column, and what `guard` raises.
    """
    column = get(tx, board_id, column_id)
    if guard is not None:
        guard(column)
    count = tx.columns.count_cards(column_id)
    if count:
        raise ColumnNotEmpty(
            f"The column holds {count} card{'s' if count > 1 else ''}; move or delete them first"
        )
    if len(tx.columns.of_board(board_id)) == 1:
        raise Conflict("A board needs a column; this is its last")
    tx.columns.remove(board_id, column_id)
    tx.emit(board_id, ColumnDeleted(column_id=column_id))


def get(tx: Reading, board_id: BoardId, column_id: ColumnId) -> ColumnFields:
    """One column. Raises NotFound."""
    tx.boards.take(board_id)
    column = tx.columns.get(board_id, column_id)
    if column is None:
        raise NotFound("Column not found")
    return column


def _difference(before: ColumnFields, after: ColumnFields) -> ColumnChanges:
    return ColumnChanges(
        **{
            name: getattr(after, name)
            for name in ColumnChanges.__struct_fields__
            if getattr(after, name) != getattr(before, name)
        }
    )
