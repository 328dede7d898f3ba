"""Attempts with what they said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Select, bindparam, exists, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.tables import attempt_logs, attempts, conversation_items
from kanbanai.domain.attempts import ACTIVE, Attempt, AttemptLog, Todos
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.ids import AttemptId, CardId, ItemId, LogId

_FIELDS = tuple(attempts.c[name] for name in Attempt.__struct_fields__)
_BY_ID = attempts.c.id == bindparam("attempt")
_GET = select(*_FIELDS).where(_BY_ID)
_OF_CARD = select(*_FIELDS).where(attempts.c.card_id == bindparam("card")).order_by(attempts.c.row.desc())
_LATEST = _OF_CARD.limit(1)

# `shown` is `kanbanai.domain.attempts.shown`, kept row by row: an attempt is shown while it is active or its card's
# newest. A new one takes the second reason away from all others; a change of status decides about its own row alone.
_ADD = insert(attempts).values(shown=True)
_HIDE_OTHERS = (
    update(attempts)
    .where(
        attempts.c.card_id == bindparam("card"),
        attempts.c.id != bindparam("attempt"),
        attempts.c.shown,
        attempts.c.status.not_in(ACTIVE),
    )
    .values(shown=False)
)
_later = attempts.alias("later")
_IS_NEWEST = ~exists().where(_later.c.card_id == attempts.c.card_id, _later.c.row > attempts.c.row)
_CHANGING = ("status", "profile_id", "worktree_path", "session_id", "updated_at", "started_at", "ended_at")
_SAVE = (
    update(attempts)
    .where(_BY_ID)
    .values(
        **{name: bindparam(f"to_{name}") for name in _CHANGING},
        shown=or_(bindparam("is_active"), _IS_NEWEST),
    )
)

_TODOS = select(attempts.c.todos).where(_BY_ID)
_SET_TODOS = update(attempts).where(_BY_ID).values(todos=bindparam("body"))

_LOGS = select(*(attempt_logs.c[name] for name in AttemptLog.__struct_fields__)).where(
    attempt_logs.c.attempt_id == bindparam("attempt")
)
_LOG_ROW = select(attempt_logs.c.row).where(
    attempt_logs.c.attempt_id == bindparam("attempt"), attempt_logs.c.id == bindparam("asked")
)
_ITEMS = select(conversation_items.c.body).where(conversation_items.c.attempt_id == bindparam("attempt"))
_ITEM_ROW = select(conversation_items.c.row).where(
    conversation_items.c.attempt_id == bindparam("attempt"), conversation_items.c.id == bindparam("asked")
)
_NEW_ITEM = upsert(conversation_items)
_PUT_ITEM = _NEW_ITEM.on_conflict_do_update(
    index_elements=["attempt_id", "id"], set_={"body": _NEW_ITEM.excluded.body}
)


def _last(rows: Select[Any], row: Any) -> Select[Any]:
    """The last of the rows before one of them, the last of all first."""
    return rows.where(row < bindparam("before")).order_by(row.desc()).limit(bindparam("most"))


_LAST_LOGS = _last(_LOGS, attempt_logs.c.row)
_LAST_ITEMS = _last(_ITEMS, conversation_items.c.row)
_AFTER_ALL = 1 << 62
"""A row number that no table reaches."""

_todos = msgspec.msgpack.Decoder(Todos)
_item: msgspec.msgpack.Decoder[ConversationItem] = msgspec.msgpack.Decoder(ConversationItem)


class SqlAttempts:
    """`kanbanai.ports.Attempts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, attempt_id: AttemptId) -> Attempt | None:
        row = self._connection.execute(_GET, {"attempt": attempt_id}).mappings().first()
        return None if row is None else Attempt(**row)

    def latest(self, card_id: CardId) -> Attempt | None:
        row = self._connection.execute(_LATEST, {"card": card_id}).mappings().first()
        return None if row is None else Attempt(**row)

    def of_card(self, card_id: CardId) -> list[Attempt]:
        rows = self._connection.execute(_OF_CARD, {"card": card_id}).mappings()
        return [Attempt(**row) for row in rows]

    def add(self, attempt: Attempt) -> None:
        self._connection.execute(_ADD, msgspec.structs.asdict(attempt))
        self._connection.execute(_HIDE_OTHERS, {"card": attempt.card_id, "attempt": attempt.id})

    def save(self, attempt: Attempt) -> None:
        values: dict[str, Any] = {f"to_{name}": getattr(attempt, name) for name in _CHANGING}
        self._connection.execute(
            _SAVE, {"attempt": attempt.id, "is_active": attempt.status in ACTIVE, **values}
        )

    def logs(
        self, attempt_id: AttemptId, *, before: LogId | None = None, limit: int
    ) -> list[AttemptLog] | None:
        rows = self._page(_LOG_ROW, _LAST_LOGS, attempt_id, before, limit)
        return None if rows is None else [AttemptLog(**row) for row in rows]

    def add_logs(self, lines: Sequence[AttemptLog]) -> None:
        if lines:
            self._connection.execute(insert(attempt_logs), [msgspec.structs.asdict(line) for line in lines])

    def conversation(
        self, attempt_id: AttemptId, *, before: ItemId | None = None, limit: int
    ) -> list[ConversationItem] | None:
        rows = self._page(_ITEM_ROW, _LAST_ITEMS, attempt_id, before, limit)
        return None if rows is None else [_item.decode(row["body"]) for row in rows]

    def put_items(self, attempt_id: AttemptId, items: Sequence[ConversationItem]) -> None:
        if items:
            self._connection.execute(
                _PUT_ITEM,
                [
                    {"attempt_id": attempt_id, "id": item.id, "body": msgspec.msgpack.encode(item)}
                    for item in items
                ],
            )

    def todos(self, attempt_id: AttemptId) -> Todos | None:
        body = self._connection.execute(_TODOS, {"attempt": attempt_id}).scalar()
        return None if body is None else _todos.decode(body)

    def set_todos(self, attempt_id: AttemptId, todos: Todos) -> None:
        self._connection.execute(_SET_TODOS, {"attempt": attempt_id, "body": msgspec.msgpack.encode(todos)})

    def _page(
        self,
        place: Select[Any],
        rows: Select[Any],
        attempt_id: AttemptId,
        before: str | None,
        limit: int,
    ) -> list[RowMapping] | None:
        """The rows of a page, oldest first; None when `before` is unknown."""
        end: int | None = _AFTER_ALL
        if before is not None:
            end = self._connection.execute(place, {"attempt": attempt_id, "asked": before}).scalar()
        if end is None:
            return None
        found = self._connection.execute(rows, {"attempt": attempt_id, "before": end, "most": limit})
        return list(reversed(found.mappings().all()))
