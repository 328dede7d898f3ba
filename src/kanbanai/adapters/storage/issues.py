"""Issues of GitHub that cards stand for, and how far projects have come with theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import cards, github_issue_syncs, github_issues
from kanbanai.domain.ids import BoardId, CardId, IssueLinkId
from kanbanai.domain.issues import IssueStats, IssueSync, LinkedIssue

_LINK = (github_issues.c.body, github_issues.c.card_id)
"""The card's id is the table's own: it goes when the card does."""
_OF_CARD = Prepared(select(*_LINK).where(github_issues.c.card_id == bindparam("card")))
_WAITING = Prepared(
    select(*_LINK)
    .where(github_issues.c.waits_since.is_not(None), github_issues.c.card_id.is_not(None))
    .order_by(github_issues.c.waits_since, github_issues.c.id)
)
_STATS = Prepared(
    select(github_issues.c.direction, func.count())
    .where(
        github_issues.c.board_id == bindparam("board"),
        github_issues.c.card_id.is_not(None),
        github_issues.c.number.is_not(None),
    )
    .group_by(github_issues.c.direction)
)
_COLUMNS = ("board_id", "repository", "number", "card_id", "direction", "waits_since", "body")
_ROW = upsert(github_issues).values({name: bindparam(name) for name in ("id", *_COLUMNS)})
_PUT = Prepared(
    _ROW.on_conflict_do_update(
        index_elements=["id"], set_={name: getattr(_ROW.excluded, name) for name in _COLUMNS}
    )
)
_REMOVE = Prepared(delete(github_issues).where(github_issues.c.id == bindparam("link")))
_SYNC = Prepared(select(github_issue_syncs.c.body).where(github_issue_syncs.c.board_id == bindparam("board")))
_SYNC_ROW = upsert(github_issue_syncs).values(board_id=bindparam("board"), body=bindparam("body"))
_PUT_SYNC = Prepared(
    _SYNC_ROW.on_conflict_do_update(index_elements=["board_id"], set_={"body": _SYNC_ROW.excluded.body})
)
_link = msgspec.msgpack.Decoder(LinkedIssue)
_sync = msgspec.msgpack.Decoder(IssueSync)


class SqlIssues:
    """`kanbanai.ports.Issues`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_card(self, card_id: CardId) -> LinkedIssue | None:
        row = _OF_CARD.first(self._connection, card=card_id)
        return None if row is None else _linked(row)

    def numbered(
        self, board_id: BoardId, repository: str, numbers: Collection[int]
    ) -> dict[int, LinkedIssue]:
        found = self._listed(
            select(*_LINK).where(
                github_issues.c.board_id == board_id,
                github_issues.c.repository == repository,
                github_issues.c.number.in_(numbers),
            )
        )
        return {one.number: one for one in found if one.number is not None}

    def unlinked(self, board_id: BoardId, urls: Collection[str]) -> dict[str, CardId]:
        linked = select(github_issues.c.card_id).where(github_issues.c.card_id == cards.c.id).exists()
        rows = self._connection.execute(
            select(cards.c.issue_url, cards.c.id)
            .where(cards.c.board_id == board_id, cards.c.issue_url.in_(urls), ~linked)
            .order_by(cards.c.row.desc())
        )
        return {str(url): CardId(card_id) for url, card_id in rows}

    def waiting(self) -> list[LinkedIssue]:
        return [_linked(row) for row in _WAITING.all(self._connection)]

    def put(self, links: Sequence[LinkedIssue]) -> None:
        _PUT.run_each(self._connection, [_row(one) for one in links])

    def remove(self, link_id: IssueLinkId) -> None:
        _REMOVE.run(self._connection, link=link_id)

    def stats(self, board_id: BoardId) -> IssueStats:
        found: dict[str, int] = dict(_STATS.all(self._connection, board=board_id))
        imported, exported = found.get("imported", 0), found.get("exported", 0)
        return IssueStats(imported, exported, imported + exported)

    def sync(self, board_id: BoardId) -> IssueSync:
        body = _SYNC.value(self._connection, board=board_id)
        return IssueSync() if body is None else _sync.decode(body)

    def put_sync(self, board_id: BoardId, sync: IssueSync) -> None:
        _PUT_SYNC.run(self._connection, board=board_id, body=msgspec.msgpack.encode(sync))

    def _listed(self, statement: Select[Any]) -> list[LinkedIssue]:
        return [_linked(row) for row in self._connection.execute(statement)]


def _linked(row: Sequence[Any]) -> LinkedIssue:
    body, card_id = row
    link = _link.decode(body)
    return link if link.card_id == card_id else msgspec.structs.replace(link, card_id=card_id)


def _row(link: LinkedIssue) -> dict[str, Any]:
    return {
        "id": link.id,
        "board_id": link.board_id,
        "repository": link.repository,
        "number": link.number,
        "card_id": link.card_id,
        "direction": link.direction,
        "waits_since": link.waits_since,
        "body": msgspec.msgpack.encode(link),
    }
