"""A project taken out as a file; `kanbanai.domain.transfer` has the file's lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec

from kanbanai.domain import transfer as t
from kanbanai.domain import wire
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import Card
from kanbanai.domain.ids import BoardId, CardId, ColumnId, ProjectId
from kanbanai.domain.projects import Project
from kanbanai.ports import CardQuery, Reading
from kanbanai.usecases import queries

PAGE = 200
"""Cards, log lines or items read at a time: few to hold, and enough that a query's fixed cost does not show."""


def export(tx: Reading, project_id: ProjectId, write: Callable[[bytes], object]) -> Project:
    """Hands the project to `write`, line by line, as one consistent view shows it. Raises NotFound before the first."""
    project = queries.project(tx, project_id)
    for line in _lines(tx, project):
        write(wire.encode(line) + b"\n")
    return project


def _lines(tx: Reading, project: Project) -> Iterator[t.Line]:
    board_id = project.board_id
    yield t.ProjectLine(
        version=t.VERSION,
        name=project.name,
        repository_path=project.repository_path,
        repository_url=project.repository_url,
        repository_slug=project.repository_slug,
        created_at=project.created_at,
        next_ticket_number=tx.projects.next_ticket_number(project.id),
    )
    for profile in tx.profiles.of_project(project.id):
        yield t.ProfileLine(
            id=profile.id,
            agent=profile.agent,
            name=profile.name,
            config={key: value for key, value in profile.config.items() if key not in t.SECRETS},
            created_at=profile.created_at,
            updated_at=profile.updated_at,
        )
    yield t.SettingsLine(settings=queries.project_settings(tx, project.id))
    columns = tx.columns.of_board(board_id)
    for column in columns:
        yield t.ColumnLine(id=column.id, title=column.title, key=column.key, wip_limit=column.wip_limit)
    card_ids: list[CardId] = []
    for column in columns:
        for card in _cards(tx, board_id, column.id):
            card_ids.append(card.id)
            yield _card_line(tx, card, column.id)
    proposals = tx.enhancements.of_board(board_id)
    for card_id in card_ids:
        if one := proposals.get(card_id):
            yield t.EnhancementLine(
                card_id=card_id, status=one.status, suggestion=one.suggestion, failure=one.failure
            )
    for card_id in card_ids:
        for attempt in reversed(tx.attempts.of_card(card_id)):
            yield from _attempt_lines(tx, attempt)


def _cards(tx: Reading, board_id: BoardId, column_id: ColumnId) -> Iterator[Card]:
    query = CardQuery(column_ids=(column_id,), limit=PAGE)
    while True:
        page = tx.cards.find(board_id, query)
        yield from (placed.card for placed in page.cards)
        if page.next is None:
            return
        query = msgspec.structs.replace(query, after=page.next)


def _card_line(tx: Reading, card: Card, column_id: ColumnId) -> t.CardLine:
    shared = {name: getattr(card, name) for name in Card.__struct_fields__}
    return t.CardLine(**shared, column_id=column_id, images=tx.cards.images(card.id))


def _attempt_lines(tx: Reading, attempt: Attempt) -> Iterator[t.Line]:
    shared = {
        name: getattr(attempt, name)
        for name in Attempt.__struct_fields__
        if name not in {"board_id", "worktree_path", "waiting"}
    }
    yield t.AttemptLine(**shared, todos=tx.attempts.todos(attempt.id))
    for log in _oldest_first(partial(tx.attempts.logs, attempt.id)):
        yield t.LogLine(attempt_id=attempt.id, ts=log.ts, level=log.level, message=log.message)
    for item in _oldest_first(partial(tx.attempts.conversation, attempt.id)):
        yield t.ItemLine(attempt_id=attempt.id, item=item)


class _Said(Protocol):
    """A line of a log, or an item of a conversation."""

    @property
    def id(self) -> Any: ...


S = TypeVar("S", bound=_Said)


def _oldest_first(read: Callable[..., list[S] | None]) -> Iterator[S]:
    """All that `read` gives out, from its beginning, though it pages from the end.

    Where the pages end is found out first; so one page at a time is in memory, however long an agent has talked.
    """
    ends: list[Any] = [None]
    while page := read(before=ends[-1], limit=PAGE):
        ends.append(page[0].id)
        if len(page) < PAGE:
            break
    for end in reversed(ends[:-1]):
        yield from read(before=end, limit=PAGE) or ()
