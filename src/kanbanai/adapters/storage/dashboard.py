"""The counts and lists that the dashboard is made of.

Attempts are not counted one by one: `attempt_counts` holds their numbers by hour, by day and in all, and
`kanbanai.adapters.storage.periods` says which of these a period is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, case, func, select, text

from kanbanai.adapters.storage.periods import ALL, BEGINNING, END, cut
from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.projects import FIELDS, project_of
from kanbanai.adapters.storage.tables import (
    attempt_counts,
    attempt_logs,
    attempts,
    cards,
    columns,
    projects,
)
from kanbanai.domain.dashboard_rows import (
    AgentActivity,
    AttemptRow,
    ColumnCards,
    EndedRow,
    InboxRow,
    Tallies,
    Tally,
)
from kanbanai.domain.ids import AttemptId, BoardId
from kanbanai.domain.projects import Project
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage

# Written out, as the partial indexes are: SQLite uses one only where it can read off the statement that it fits.
_ACTIVE = text("attempts.status IN ('queued', 'running', 'stopping')")
_SUCCEEDED = text("others.status = 'succeeded'")

_COUNTS = Prepared(
    select(
        attempt_counts.c.subject,
        attempt_counts.c.key,
        func.sum(attempt_counts.c.attempts),
        func.sum(attempt_counts.c.succeeded),
        func.sum(attempt_counts.c.failed),
    )
    .where(
        attempt_counts.c.width == bindparam("width"),
        attempt_counts.c.bucket >= bindparam("low"),
        attempt_counts.c.bucket < bindparam("high"),
    )
    .group_by(attempt_counts.c.subject, attempt_counts.c.key)
)
_BY_BUCKET = Prepared(
    select(
        attempt_counts.c.bucket,
        attempt_counts.c.subject,
        func.sum(attempt_counts.c.attempts),
        func.sum(attempt_counts.c.succeeded),
        func.sum(attempt_counts.c.failed),
    )
    .where(
        attempt_counts.c.width == bindparam("width"),
        attempt_counts.c.bucket >= bindparam("low"),
        attempt_counts.c.bucket <= bindparam("high"),
        # Boards would count the same attempts once more.
        text("attempt_counts.subject IN ('agent', 'ended')"),
    )
    .group_by(attempt_counts.c.bucket, attempt_counts.c.subject)
)
_TOOK = Prepared(
    select(attempts.c.agent, attempts.c.status, attempts.c.created_at, attempts.c.ended_at, attempts.c.usage)
    .where(attempts.c.ended_at >= bindparam("low"), attempts.c.ended_at < bindparam("high"))
    .order_by(attempts.c.ended_at.desc())
    .limit(bindparam("most"))
)
_MADE = Prepared(
    select(attempts.c.board_id, attempts.c.agent, attempts.c.status, func.count())
    .where(attempts.c.created_at >= bindparam("low"), attempts.c.created_at < bindparam("high"))
    .group_by(attempts.c.board_id, attempts.c.agent, attempts.c.status)
)
_ENDED_COUNT = Prepared(
    select(func.count()).where(
        attempts.c.ended_at >= bindparam("low"), attempts.c.ended_at < bindparam("high")
    )
)
_ACTIVE_BY_BOARD = Prepared(
    select(attempts.c.board_id, func.count()).where(_ACTIVE).group_by(attempts.c.board_id)
)

# Outer joins, though nothing is ever missing: they keep SQLite walking the attempts in the order of the index.
_NAMED = attempts.outerjoin(cards, cards.c.id == attempts.c.card_id).outerjoin(
    projects, projects.c.id == attempts.c.board_id
)
_ROW = (
    attempts.c.id,
    attempts.c.board_id,
    projects.c.name,
    attempts.c.card_id,
    cards.c.title,
    cards.c.ticket_key,
    attempts.c.agent,
    attempts.c.status,
    attempts.c.created_at,
    attempts.c.updated_at,
    attempts.c.started_at,
    attempts.c.ended_at,
)
_ACTIVE_ROWS = Prepared(
    select(*_ROW)
    .select_from(_NAMED)
    .where(_ACTIVE)
    .order_by(attempts.c.updated_at.desc(), attempts.c.row.desc())
    .limit(bindparam("most"))
)
_ENDED_ROWS = Prepared(
    select(*_ROW)
    .select_from(_NAMED)
    .where(attempts.c.ended_at >= bindparam("low"), attempts.c.ended_at < bindparam("high"))
    .order_by(attempts.c.ended_at.desc(), attempts.c.row.desc())
    .limit(bindparam("most"))
)
_NAMED_ROW = Prepared(select(*_ROW).select_from(_NAMED).where(attempts.c.id == bindparam("attempt")))

_others = attempts.alias("others")
_ANOTHER_SUCCEEDED = (
    select(1).select_from(_others).where(_others.c.card_id == attempts.c.card_id, _SUCCEEDED).exists()
)
# Only of a failed attempt does anybody want to know whether another one succeeded.
_HAS_SUCCESS = case(
    (text("attempts.status IN ('failed', 'stopped')"), _ANOTHER_SUCCEEDED),
    else_=text("attempts.status = 'succeeded'"),
)
_NEWEST_ROWS = Prepared(
    select(
        _HAS_SUCCESS,
        attempts.c.id,
        attempts.c.card_id,
        attempts.c.status,
        attempts.c.created_at,
        attempts.c.updated_at,
        attempts.c.started_at,
        attempts.c.ended_at,
        cards.c.pr_url,
        columns.c.title,
        columns.c.role,
    )
    .select_from(
        attempts.outerjoin(cards, cards.c.id == attempts.c.card_id).outerjoin(
            columns, columns.c.id == cards.c.column_id
        )
    )
    .where(attempts.c.created_at >= bindparam("low"), attempts.c.created_at < bindparam("high"))
    .order_by(attempts.c.created_at.desc())
    .limit(bindparam("most"))
)

_PROJECT_COUNT = Prepared(select(func.count()).select_from(projects))
_NEWEST_PROJECTS = Prepared(
    select(*FIELDS).order_by(projects.c.created_at.desc(), projects.c.id).limit(bindparam("most"))
)
_CARDS_BY_COLUMN = Prepared(
    select(columns.c.role, columns.c.title, func.sum(columns.c.card_count)).group_by(
        columns.c.role, columns.c.title
    )
)
_CARDS_OF_BOARD = Prepared(
    select(columns.c.role, columns.c.title, columns.c.card_count).where(
        columns.c.board_id == bindparam("board")
    )
)

# The counts know every agent that ever made an attempt; the rest is a look at the end of an index for each.
_AGENT_ACTIVITY = Prepared(
    select(
        attempt_counts.c.key,
        select(func.max(attempts.c.updated_at))
        .where(attempts.c.agent == attempt_counts.c.key)
        .scalar_subquery(),
        select(func.max(attempts.c.created_at))
        .where(
            attempts.c.agent == attempt_counts.c.key,
            attempts.c.created_at >= bindparam("low"),
            attempts.c.created_at < bindparam("high"),
        )
        .scalar_subquery(),
    ).where(
        attempt_counts.c.width == ALL,
        attempt_counts.c.bucket == BEGINNING,
        attempt_counts.c.subject == "agent",
    )
)


_LINES = (
    select(attempt_logs.c.message)
    .where(attempt_logs.c.attempt_id == bindparam("attempt"))
    .order_by(attempt_logs.c.row.desc())
    .limit(1)
)
_LAST_ERROR = Prepared(_LINES.where(text("level = 'error'")))
_LAST_LINE = Prepared(_LINES)
_usage = msgspec.msgpack.Decoder(Usage)


class SqlDashboardRows:
    """`kanbanai.ports.DashboardRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def project_count(self) -> int:
        count: int = _PROJECT_COUNT.value(self._connection)
        return count

    def newest_projects(self, limit: int) -> list[Project]:
        return [project_of(row) for row in _NEWEST_PROJECTS.all(self._connection, most=limit)]

    def cards_by_column(self) -> list[ColumnCards]:
        return [ColumnCards(*row) for row in _CARDS_BY_COLUMN.all(self._connection)]

    def cards_of_boards(self, board_ids: Sequence[BoardId]) -> dict[BoardId, list[ColumnCards]]:
        return {
            board_id: [ColumnCards(*row) for row in _CARDS_OF_BOARD.all(self._connection, board=board_id)]
            for board_id in board_ids
        }

    def tallies(self, since: Timestamp | None, until: Timestamp | None) -> Tallies:
        by_agent: dict[str, Tally] = {}
        by_board: dict[BoardId, Tally] = {}
        ended = 0
        edges, buckets = cut(since, until)
        for piece in buckets:
            for subject, key, *numbers in _COUNTS.all(self._connection, **piece._asdict()):
                if subject == "ended":
                    ended += numbers[0]
                else:
                    of: dict[Any, Tally] = by_agent if subject == "agent" else by_board
                    of[key] = of.get(key, Tally()) + Tally(*numbers)
        for edge in edges:
            ended += _ENDED_COUNT.value(self._connection, **edge._asdict())
            for board_id, agent, status, count in _MADE.all(self._connection, **edge._asdict()):
                tally = Tally(count, count * (status == "succeeded"), count * (status == "failed"))
                by_agent[agent] = by_agent.get(agent, Tally()) + tally
                by_board[board_id] = by_board.get(board_id, Tally()) + tally
        return Tallies(by_agent, by_board, ended)

    def by_bucket(
        self, width: int, since: Timestamp | None, until: Timestamp | None
    ) -> tuple[dict[str, Tally], dict[str, int]]:
        made: dict[str, Tally] = {}
        ended: dict[str, int] = {}
        span = {"low": (since or BEGINNING)[:width], "high": END if until is None else until[:width]}
        for bucket, subject, *numbers in _BY_BUCKET.all(self._connection, width=width, **span):
            if subject == "ended":
                ended[bucket] = numbers[0]
            else:
                made[bucket] = Tally(*numbers)
        return made, ended

    def took(self, since: Timestamp | None, until: Timestamp | None, limit: int) -> list[EndedRow]:
        rows = _TOOK.all(self._connection, **_between(since, until), most=limit)
        return [
            EndedRow(agent, status, made, ended, None if usage is None else _usage.decode(usage))
            for agent, status, made, ended, usage in rows
        ]

    def active_by_board(self) -> dict[BoardId, int]:
        return dict(_ACTIVE_BY_BOARD.all(self._connection))

    def active(self, limit: int) -> list[AttemptRow]:
        return [AttemptRow(*row) for row in _ACTIVE_ROWS.all(self._connection, most=limit)]

    def ended(self, since: Timestamp | None, until: Timestamp | None, limit: int) -> list[AttemptRow]:
        rows = _ENDED_ROWS.all(self._connection, **_between(since, until), most=limit)
        return [AttemptRow(*row) for row in rows]

    def newest(self, since: Timestamp | None, until: Timestamp | None, limit: int) -> list[InboxRow]:
        rows = _NEWEST_ROWS.all(self._connection, **_between(since, until), most=limit)
        return [InboxRow(bool(has_success), *row) for has_success, *row in rows]

    def named(self, attempt_ids: Sequence[AttemptId]) -> dict[AttemptId, AttemptRow]:
        found = (_NAMED_ROW.first(self._connection, attempt=one) for one in attempt_ids)
        return {row[0]: AttemptRow(*row) for row in found if row is not None}

    def agent_activity(self, since: Timestamp | None, until: Timestamp | None) -> dict[str, AgentActivity]:
        rows = _AGENT_ACTIVITY.all(self._connection, **_between(since, until))
        return {key: AgentActivity(*times) for key, *times in rows}

    def last_words(self, attempt_ids: Sequence[AttemptId]) -> dict[AttemptId, str]:
        found = {
            one: _LAST_ERROR.value(self._connection, attempt=one)
            or _LAST_LINE.value(self._connection, attempt=one)
            for one in attempt_ids
        }
        return {one: message for one, message in found.items() if message is not None}


def _between(since: Timestamp | None, until: Timestamp | None) -> dict[str, str]:
    return {"low": since or BEGINNING, "high": until or END}
