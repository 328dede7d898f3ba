"""What is kept of pull requests beside what cards show of them."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, bindparam, case, or_, select, update

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import attempts, cards, columns
from kanbanai.domain.cards import PullRequestBadge
from kanbanai.domain.ids import AttemptId, BoardId, CardId
from kanbanai.ports import LinkedCard

_LINKED = Prepared(
    select(
        cards.c.board_id,
        cards.c.id,
        columns.c.role,
        cards.c.pr_url,
        cards.c.pr_number,
        cards.c.pr_state,
        cards.c.pr_checks,
    )
    .join(columns, columns.c.id == cards.c.column_id)
    .where(
        cards.c.pr_url.is_not(None),
        or_(
            cards.c.pr_state.is_(None),
            cards.c.pr_state == "open",
            cards.c.pr_state == "draft",
            (cards.c.pr_state == "closed") & (columns.c.role.is_distinct_from("done")),
        ),
    )
    .order_by(case((columns.c.role == "review", 0), else_=1), cards.c.row)
)
_WITH_URL = Prepared(
    select(cards.c.id)
    .where(
        cards.c.board_id == bindparam("board"),
        cards.c.pr_url.is_not(None),
        cards.c.pr_url == bindparam("url"),
    )
    .order_by(cards.c.row)
)
_ATTEMPT_ON = Prepared(
    select(attempts.c.id)
    .where(attempts.c.branch_name == bindparam("branch"), attempts.c.board_id == bindparam("board"))
    .order_by(attempts.c.row.desc())
    .limit(1)
)
_MERGED = Prepared(
    select(cards.c.id, cards.c.pr_merged_seq)
    .where(
        cards.c.board_id == bindparam("board"),
        cards.c.pr_url.is_not(None),
        cards.c.pr_merged_seq.is_not(None),
    )
    .order_by(cards.c.row)
)
_NOTE_MERGED = Prepared(
    update(cards).where(cards.c.id == bindparam("card")).values(pr_merged_seq=bindparam("seq"))
)
_HEARD = Prepared(select(attempts.c.pr_heard).where(attempts.c.id == bindparam("attempt")))
_NOTE_HEARD = Prepared(
    update(attempts).where(attempts.c.id == bindparam("attempt")).values(pr_heard=bindparam("body"))
)
_keys = msgspec.msgpack.Decoder(list[str])


class SqlPulls:
    """`kanbanai.ports.Pulls`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def linked(self) -> list[LinkedCard]:
        return [
            LinkedCard(
                board_id,
                card_id,
                role,
                url,
                None if number is None else PullRequestBadge(number, state, checks),
            )
            for board_id, card_id, role, url, number, state, checks in _LINKED.all(self._connection)
        ]

    def with_url(self, board_id: BoardId, url: str) -> list[CardId]:
        return _WITH_URL.column(self._connection, board=board_id, url=url)

    def attempt_on(self, board_id: BoardId, branch: str) -> AttemptId | None:
        found: AttemptId | None = _ATTEMPT_ON.value(self._connection, board=board_id, branch=branch)
        return found

    def merged(self, board_id: BoardId) -> list[tuple[CardId, int]]:
        return [(card_id, seq) for card_id, seq in _MERGED.all(self._connection, board=board_id)]

    def note_merged(self, card_id: CardId, seq: int | None) -> None:
        _NOTE_MERGED.run(self._connection, card=card_id, seq=seq)

    def heard(self, attempt_id: AttemptId) -> frozenset[str]:
        body = _HEARD.value(self._connection, attempt=attempt_id)
        return frozenset() if body is None else frozenset(_keys.decode(body))

    def note_heard(self, attempt_id: AttemptId, keys: frozenset[str]) -> None:
        _NOTE_HEARD.run(self._connection, attempt=attempt_id, body=msgspec.msgpack.encode(sorted(keys)))
