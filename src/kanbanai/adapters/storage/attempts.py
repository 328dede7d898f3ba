"""Attempts with what they said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, exists, insert, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import attempt_logs, attempts, conversation_items, projects
from kanbanai.domain.attempts import ACTIVE, Attempt, AttemptLog, Todos
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId, LogId
from kanbanai.domain.usage import Usage
from kanbanai.ports import AttemptQuery

_FIELDS = Attempt.__struct_fields__
_USAGE = _FIELDS.index("usage")
_COLUMNS = tuple(attempts.c[name] for name in _FIELDS)
_BY_ID = attempts.c.id == bindparam("attempt")
_GET = Prepared(select(*_COLUMNS).where(_BY_ID))
_NEWEST_FIRST = (
    select(*_COLUMNS).where(attempts.c.card_id == bindparam("card")).order_by(attempts.c.row.desc())
)
_OF_CARD = Prepared(_NEWEST_FIRST)
_OF_BOARD = Prepared(
    select(*_COLUMNS)
    .where(attempts.c.board_id == bindparam("board"))
    .order_by(attempts.c.row.desc())
    .limit(bindparam("most"))
)
# Named as the partial index is, so that it is taken: a look at what is active must not read what ever was.
_IS_ACTIVE = text("status IN ('queued', 'running', 'stopping')")
_ACTIVE = Prepared(select(*_COLUMNS).where(_IS_ACTIVE).order_by(attempts.c.updated_at, attempts.c.row))
_ROW = Prepared(select(attempts.c.row).where(_BY_ID))
_WITH_WORKTREE = Prepared(
    select(*_COLUMNS)
    .where(attempts.c.worktree_path.is_not(None))
    .order_by(attempts.c.updated_at, attempts.c.row)
)
_BRANCH_TAKEN = Prepared(
    select(attempts.c.id)
    .join(projects, projects.c.id == attempts.c.board_id)
    .where(
        attempts.c.branch_name == bindparam("branch"), projects.c.repository_path == bindparam("repository")
    )
    .limit(1)
)
_LATEST = Prepared(_NEWEST_FIRST.limit(1))

# `shown` is `kanbanai.domain.attempts.shown`, kept row by row: an attempt is shown while it is active or its card's
# newest. A new one takes the second reason away from all others; a change of status decides about its own row alone.
_ADD = Prepared(insert(attempts).values(**{name: bindparam(name) for name in _FIELDS}, shown=True))
_HIDE_OTHERS = Prepared(
    update(attempts)
    .where(
        attempts.c.card_id == bindparam("card"),
        attempts.c.id != bindparam("attempt"),
        attempts.c.shown,
        text("status NOT IN ('queued', 'running', 'stopping')"),
    )
    .values(shown=False)
)
_later = attempts.alias("later")
_IS_NEWEST = ~exists().where(_later.c.card_id == attempts.c.card_id, _later.c.row > attempts.c.row)
_CHANGING = (
    "status",
    "profile_id",
    "branch_name",
    "base_commit",
    "worktree_path",
    "session_id",
    "updated_at",
    "started_at",
    "ended_at",
    "failure",
    "waiting",
    "usage",
    "pr_url",
)
_SAVE = Prepared(
    update(attempts)
    .where(_BY_ID)
    .values(
        **{name: bindparam(f"to_{name}") for name in _CHANGING}, shown=or_(bindparam("is_active"), _IS_NEWEST)
    )
)

_TODOS = Prepared(select(attempts.c.todos).where(_BY_ID))
_SET_TODOS = Prepared(update(attempts).where(_BY_ID).values(todos=bindparam("body")))

_LOG_FIELDS = AttemptLog.__struct_fields__
_OF_LOG = attempt_logs.c.attempt_id == bindparam("attempt")
_LOG_ROW = Prepared(select(attempt_logs.c.row).where(_OF_LOG, attempt_logs.c.id == bindparam("asked")))
_ADD_LOG = Prepared(insert(attempt_logs).values(**{name: bindparam(name) for name in _LOG_FIELDS}))
_OF_CONVERSATION = conversation_items.c.attempt_id == bindparam("attempt")
_ITEM_ROW = Prepared(
    select(conversation_items.c.row).where(_OF_CONVERSATION, conversation_items.c.id == bindparam("asked"))
)
_ITEM = Prepared(
    select(conversation_items.c.body).where(_OF_CONVERSATION, conversation_items.c.id == bindparam("asked"))
)
_NEW_ITEM = upsert(conversation_items).values(
    attempt_id=bindparam("attempt_id"), id=bindparam("id"), body=bindparam("body")
)
_PUT_ITEM = Prepared(
    _NEW_ITEM.on_conflict_do_update(
        index_elements=["attempt_id", "id"], set_={"body": _NEW_ITEM.excluded.body}
    )
)


def _last(rows: Select[Any], row: Any) -> Prepared:
    """The last of the rows before one of them, the last of all first."""
    return Prepared(rows.where(row < bindparam("before")).order_by(row.desc()).limit(bindparam("most")))


_LAST_LOGS = _last(select(*(attempt_logs.c[name] for name in _LOG_FIELDS)).where(_OF_LOG), attempt_logs.c.row)
_LAST_ITEMS = _last(select(conversation_items.c.body).where(_OF_CONVERSATION), conversation_items.c.row)
_AFTER_ALL = 1 << 62
"""A row number that no table reaches."""

_todos = msgspec.msgpack.Decoder(Todos)
_usage = msgspec.msgpack.Decoder(Usage)
_item: msgspec.msgpack.Decoder[ConversationItem] = msgspec.msgpack.Decoder(ConversationItem)


class SqlAttempts:
    """`kanbanai.ports.Attempts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, attempt_id: AttemptId) -> Attempt | None:
        row = _GET.first(self._connection, attempt=attempt_id)
        return None if row is None else _attempt(row)

    def latest(self, card_id: CardId) -> Attempt | None:
        row = _LATEST.first(self._connection, card=card_id)
        return None if row is None else _attempt(row)

    def of_card(self, card_id: CardId) -> list[Attempt]:
        return [_attempt(row) for row in _OF_CARD.all(self._connection, card=card_id)]

    def of_board(self, board_id: BoardId, *, limit: int) -> list[Attempt]:
        return [_attempt(row) for row in _OF_BOARD.all(self._connection, board=board_id, most=limit)]

    def active(self) -> list[Attempt]:
        return [_attempt(row) for row in _ACTIVE.all(self._connection)]

    def with_worktree(self) -> list[Attempt]:
        return [_attempt(row) for row in _WITH_WORKTREE.all(self._connection)]

    def is_branch_taken(self, repository_path: str, branch: str) -> bool:
        return _BRANCH_TAKEN.first(self._connection, branch=branch, repository=repository_path) is not None

    def find(self, query: AttemptQuery) -> list[Attempt]:
        return [_attempt(tuple(row)) for row in self._connection.execute(self._found(query))]

    def _found(self, query: AttemptQuery) -> Select[Any]:
        rows = select(*_COLUMNS).order_by(attempts.c.row.desc()).limit(query.limit)
        if query.board_id is not None:
            rows = rows.where(attempts.c.board_id == query.board_id)
        if query.card_id is not None:
            rows = rows.where(attempts.c.card_id == query.card_id)
        if query.agents:
            rows = rows.where(attempts.c.agent.in_(query.agents))
        if query.statuses:
            rows = rows.where(attempts.c.status.in_(query.statuses))
        if query.statuses and set(query.statuses) <= set(ACTIVE):
            rows = rows.where(_IS_ACTIVE)
        if query.after is not None:
            row = _ROW.value(self._connection, attempt=query.after)
            if row is None:
                raise Invalid.field("after", f"{query.after!r} is no attempt")
            rows = rows.where(attempts.c.row < row)
        return rows

    def item(self, attempt_id: AttemptId, item_id: ItemId) -> ConversationItem | None:
        body = _ITEM.value(self._connection, attempt=attempt_id, asked=item_id)
        return None if body is None else _item.decode(body)

    def add(self, attempt: Attempt) -> None:
        _ADD.run(self._connection, **_values(attempt))
        _HIDE_OTHERS.run(self._connection, card=attempt.card_id, attempt=attempt.id)

    def save(self, attempt: Attempt) -> None:
        row = _values(attempt)
        values = {f"to_{name}": row[name] for name in _CHANGING}
        _SAVE.run(self._connection, attempt=attempt.id, is_active=attempt.status in ACTIVE, **values)

    def logs(
        self, attempt_id: AttemptId, *, before: LogId | None = None, limit: int
    ) -> list[AttemptLog] | None:
        rows = self._page(_LOG_ROW, _LAST_LOGS, attempt_id, before, limit)
        return (
            None if rows is None else [AttemptLog(**dict(zip(_LOG_FIELDS, row, strict=True))) for row in rows]
        )

    def add_logs(self, lines: Sequence[AttemptLog]) -> None:
        _ADD_LOG.run_each(self._connection, (msgspec.structs.asdict(line) for line in lines))

    def conversation(
        self, attempt_id: AttemptId, *, before: ItemId | None = None, limit: int
    ) -> list[ConversationItem] | None:
        rows = self._page(_ITEM_ROW, _LAST_ITEMS, attempt_id, before, limit)
        return None if rows is None else [_item.decode(body) for (body,) in rows]

    def put_items(self, attempt_id: AttemptId, items: Sequence[ConversationItem]) -> None:
        _PUT_ITEM.run_each(
            self._connection,
            (
                {"attempt_id": attempt_id, "id": item.id, "body": msgspec.msgpack.encode(item)}
                for item in items
            ),
        )

    def todos(self, attempt_id: AttemptId) -> Todos | None:
        body = _TODOS.value(self._connection, attempt=attempt_id)
        return None if body is None else _todos.decode(body)

    def set_todos(self, attempt_id: AttemptId, todos: Todos) -> None:
        _SET_TODOS.run(self._connection, attempt=attempt_id, body=msgspec.msgpack.encode(todos))

    def _page(
        self, place: Prepared, rows: Prepared, attempt_id: AttemptId, before: str | None, limit: int
    ) -> list[tuple[Any, ...]] | None:
        """The rows of a page, oldest first; None when `before` is unknown."""
        end: int | None = _AFTER_ALL
        if before is not None:
            end = place.value(self._connection, attempt=attempt_id, asked=before)
        if end is None:
            return None
        return rows.all(self._connection, attempt=attempt_id, before=end, most=limit)[::-1]


def _attempt(row: Sequence[Any]) -> Attempt:
    fields = dict(zip(_FIELDS, row, strict=True))
    usage = row[_USAGE]
    return Attempt(**fields | {"usage": None if usage is None else _usage.decode(usage)})


def _values(attempt: Attempt) -> dict[str, Any]:
    usage = None if attempt.usage is None else msgspec.msgpack.encode(attempt.usage)
    return msgspec.structs.asdict(attempt) | {"usage": usage}
