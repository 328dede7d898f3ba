"""Finding the cards of a board: filters, full-text search, order, pages."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from kanbanai.domain.boards import Role
from kanbanai.domain.cards import TicketType
from kanbanai.domain.ids import BoardId, ColumnId
from kanbanai.domain.times import imported
from kanbanai.http.provide import BoardPath, FromStore
from kanbanai.http.routes.cards import CardAnswer
from kanbanai.ports import MAX_PAGE, MAX_SEARCH_TEXT, CardOrder, CardPage, CardQuery, Reading

SearchText = Annotated[
    str | None,
    QueryParameter(
        max_length=MAX_SEARCH_TEXT,
        description="Words that all stand in title, description or ticket key; the last may be a beginning.",
        examples=[Example(value="retry upl")],
    ),
]
ColumnIds = Annotated[
    list[ColumnId] | None,
    QueryParameter(name="columnId", description="In one of these columns; may be repeated."),
]
Roles = Annotated[
    list[Role] | None,
    QueryParameter(name="role", description="In a column of one of these roles; may be repeated."),
]
TicketTypes = Annotated[
    list[TicketType] | None,
    QueryParameter(name="ticketType", description="Of one of these types; may be repeated."),
]
Enhanced = Annotated[bool | None, QueryParameter(description="Whether an agent's text was accepted.")]
Blocked = Annotated[bool | None, QueryParameter(description="Whether some dependency is not done.")]
HasPullRequest = Annotated[
    bool | None, QueryParameter(name="hasPullRequest", description="Whether there is a pull request for it.")
]
UpdatedSince = Annotated[
    str | None,
    QueryParameter(
        name="updatedSince",
        description="Changed at this time (ISO 8601) or later.",
        examples=[Example(value="2026-11-23T18:42:00.000Z")],
    ),
]
Order = Annotated[
    CardOrder,
    QueryParameter(
        description="`board`: as they stand; `updated`, `created`: the latest first; `key`: by the ticket's number."
    ),
]
After = Annotated[
    str | None, QueryParameter(description="The `next` of the page before; with the same filters and order.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="How many at most.")]
DEFAULT_PAGE = 100
"""Cards: some 40 KB of JSON."""


class CardsAnswer(msgspec.Struct):
    """A page of cards. `next` goes into the next request's `after`; null: this is the last page."""

    cards: list[CardAnswer]
    next: str | None


@get("/boards/{board_id:str}/cards", summary="Find cards", tags=["cards"])
async def list_cards(  # noqa: PLR0913, PLR0917 - each is a query parameter
    board_id: BoardPath,
    store: FromStore,
    text: SearchText = None,
    column_id: ColumnIds = None,
    role: Roles = None,
    ticket_type: TicketTypes = None,
    enhanced: Enhanced = None,
    blocked: Blocked = None,
    has_pull_request: HasPullRequest = None,
    updated_since: UpdatedSince = None,
    order: Order = "board",
    after: After = None,
    limit: Limit = DEFAULT_PAGE,
) -> CardsAnswer:
    """The board's cards that pass every filter given, a page at a time."""
    query = CardQuery(
        column_ids=tuple(column_id or ()),
        roles=tuple(role or ()),
        ticket_types=tuple(ticket_type or ()),
        text=text,
        enhanced=enhanced,
        blocked=blocked,
        has_pull_request=has_pull_request,
        updated_since=None if updated_since is None else imported(updated_since, "updatedSince"),
        order=order,
        after=after,
        limit=limit,
    )
    page = await store.read(_find, board_id, query)
    return CardsAnswer([CardAnswer(one.card, one.column_id) for one in page.cards], page.next)


def _find(tx: Reading, board_id: BoardId, query: CardQuery) -> CardPage:
    tx.boards.take(board_id)
    return tx.cards.find(board_id, query)


ROUTES = (list_cards,)
