"""A card as rows hold it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select

from kanbanai.adapters.storage.tables import cards, dependencies
from kanbanai.domain.cards import Card, GithubIssueLink, PullRequestBadge
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.domain.tickets import ticket_number
from kanbanai.ports import PlacedCard

PLACE = (cards.c.column_id, cards.c.rank)
"""The columns that say where a card stands."""
_NEEDS = (
    select(func.group_concat(dependencies.c.depends_on_id))
    .where(dependencies.c.card_id == cards.c.id)
    .scalar_subquery()
)
_OWN = (
    cards.c.id,
    cards.c.ticket_key,
    cards.c.pr_url,
    cards.c.disable_auto_close_on_pr_merge,
    cards.c.disable_auto_close_on_issue_close,
    cards.c.ticket_type,
    cards.c.is_enhanced,
    cards.c.issue_number,
    cards.c.issue_url,
    cards.c.title,
    cards.c.description,
    cards.c.created_at,
    cards.c.updated_at,
    cards.c.issue,
    cards.c.pr_number,
    cards.c.pr_state,
    cards.c.pr_checks,
)
OWN_FIELDS = (cards.c.column_id, *_OWN)
"""What `own_card` takes: the column's id, and the card but for its dependencies, which a board asks for at once."""
FIELDS = (*OWN_FIELDS, _NEEDS)
"""What `placed_card` takes."""

_link = msgspec.msgpack.Decoder(GithubIssueLink)

CHANGING = (
    "title",
    "description",
    "ticket_type",
    "is_enhanced",
    "disable_auto_close_on_pr_merge",
    "disable_auto_close_on_issue_close",
    "pr_url",
    "updated_at",
)
"""The card's fields that are a column each, of the same name, and may change."""


def row_of(board_id: BoardId, column_id: ColumnId, rank: int, card: Card) -> dict[str, Any]:
    """A new card's row."""
    return {
        "id": card.id,
        "board_id": board_id,
        "column_id": column_id,
        "rank": rank,
        "ticket_key": card.ticket_key,
        "ticket_number": 0 if card.ticket_key is None else ticket_number(card.ticket_key),
        "created_at": card.created_at,
        "pr_merged_seq": None,
        **issue_values(card),
        **pull_request_values(card),
        **{name: getattr(card, name) for name in CHANGING},
    }


def issue_values(card: Card) -> dict[str, Any]:
    """The columns that hold the card's GitHub issue."""
    issue = card.github_issue
    if issue is None:
        return {"issue_number": None, "issue_url": None, "issue": None}
    plain = issue == GithubIssueLink(issue.issue_number, issue.url)
    body = None if plain else msgspec.msgpack.encode(issue)
    return {"issue_number": issue.issue_number, "issue_url": issue.url, "issue": body}


def pull_request_values(card: Card) -> dict[str, Any]:
    """The columns that hold what the card shows of its pull request."""
    badge = card.pull_request
    return {
        "pr_number": badge and badge.number,
        "pr_state": badge and badge.state,
        "pr_checks": badge and badge.checks,
    }


def placed_card(row: Sequence[Any]) -> PlacedCard:
    """The card of a row that begins with `FIELDS`."""
    needs = row[18]
    return PlacedCard(own_card(row, tuple(sorted(needs.split(","))) if needs else ()), row[0])


def own_card(row: Sequence[Any], depends_on: tuple[CardId, ...]) -> Card:
    """The card of a row that begins with `OWN_FIELDS`."""
    return Card(
        id=row[1],
        ticket_key=row[2],
        pr_url=row[3],
        disable_auto_close_on_pr_merge=row[4] == 1,
        disable_auto_close_on_issue_close=row[5] == 1,
        ticket_type=row[6],
        is_enhanced=row[7] == 1,
        github_issue=_issue(row[8], row[9], row[14]),
        title=row[10],
        description=row[11],
        depends_on=depends_on,
        created_at=row[12],
        updated_at=row[13],
        pull_request=None if row[15] is None else PullRequestBadge(row[15], row[16], row[17]),
    )


def _issue(number: int | None, url: str, body: bytes | None) -> GithubIssueLink | None:
    if number is None:
        return None
    return GithubIssueLink(number, url) if body is None else _link.decode(body)
