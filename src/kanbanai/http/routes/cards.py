"""Boards as a whole and their cards; contract section 8."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.boards import BoardState, Column
from kanbanai.domain.cards import (
    MAX_DESCRIPTION,
    Card,
    CardChanges,
    Image,
    Placement,
    ticket_type,
)
from kanbanai.domain.changes import given
from kanbanai.domain.cursors import Cursor
from kanbanai.domain.errors import Invalid, KanbanError
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ColumnId
from kanbanai.http.answers import also
from kanbanai.http.conditions import (
    MINIMAL,
    IdempotencyKey,
    IfMatch,
    IfNoneMatch,
    Prefer,
    Ready,
    etag,
    guard,
    is_fresh,
    is_minimal,
    json_reply,
    named,
    not_modified,
    once,
)
from kanbanai.http.provide import BoardPath, CardPath, FromIssueExports, FromRuns, FromStore
from kanbanai.ports import IssueExports, PlacedCard, Reading, Reply, Store, Transaction
from kanbanai.usecases import cards, issue_outbox, queries

MAX_BODY = 75 * 1024 * 1024
"""Bytes: five images of 10 MB in base64, and a description."""

BLOCKED = "The card would enter a column where work goes on while a dependency is not done."
ISSUES_DISABLED = "The project's settings do not allow issues to be made for its cards; no issue was made"
"""Like all that hinders an issue it is told as a text beside the card, which is made all the same."""
NO_GITHUB = "This server does not speak to GitHub; no issue was made"

Title = Annotated[str, Meta(min_length=1, description="1 to 500 characters.", examples=["Retry uploads"])]
Description = Annotated[str, Meta(description=f"Markdown, at most {MAX_DESCRIPTION} characters.")]


class CardDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """A new card."""

    column_id: Annotated[ColumnId, Meta(min_length=1)]
    title: Title
    description: Description | None = None
    depends_on: list[str] = []
    ticket_type: str | None = None
    create_github_issue: bool | msgspec.UnsetType = msgspec.UNSET
    images: tuple[Image, ...] = ()
    index: Annotated[int, Meta(ge=0)] | None = None


class CardPatch(msgspec.Struct, kw_only=True, rename="camel"):
    """What to change of a card: fields, images, or its place (`columnId` with `index`); what is left out stays."""

    title: Title | msgspec.UnsetType = msgspec.UNSET
    description: Description | msgspec.UnsetType | None = msgspec.UNSET
    ticket_type: str | msgspec.UnsetType | None = msgspec.UNSET
    is_enhanced: bool | msgspec.UnsetType = msgspec.UNSET
    disable_auto_close_on_pr_merge: bool | msgspec.UnsetType = msgspec.field(
        default=msgspec.UNSET, name="disableAutoCloseOnPRMerge"
    )
    disable_auto_close_on_issue_close: bool | msgspec.UnsetType = msgspec.UNSET
    depends_on: list[str] | msgspec.UnsetType = msgspec.UNSET
    images: tuple[Image, ...] | msgspec.UnsetType = msgspec.UNSET
    column_id: Annotated[ColumnId, Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    index: Annotated[int, Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET


class BoardAnswer(msgspec.Struct):
    """The whole board."""

    state: BoardState


class CardCreatedAnswer(msgspec.Struct, rename="camel"):
    """The whole board with the new card on it."""

    state: BoardState
    card_id: CardId
    github_issue_error: str | None


class CardAnswer(msgspec.Struct, rename="camel", omit_defaults=True):
    """One card and the column it stands in."""

    card: Card
    column_id: ColumnId
    github_issue_error: str | None = None


class CardMovedAnswer(msgspec.Struct):
    """A card that moved, and the columns that it left and entered."""

    card: Card
    columns: dict[ColumnId, Column]


class BulkMove(msgspec.Struct, kw_only=True, rename="camel"):
    """Cards to put one after the other at a place, in the order named."""

    card_ids: list[CardId]
    column_id: Annotated[ColumnId, Meta(min_length=1)]
    index: Annotated[int, Meta(ge=0)]


class BulkMoveAnswer(msgspec.Struct):
    """The cards that moved."""

    cards: list[Card]


class ImagesAnswer(msgspec.Struct):
    """A card's images."""

    images: tuple[Image, ...]


@get("/boards/{board_id:str}", summary="The board", tags=["boards"])
async def read_board(
    board_id: BoardPath, store: FromStore, if_none_match: IfNoneMatch = None
) -> Response[BoardAnswer]:
    """The board's state: columns in order, their cards in order. Its ETag is the stream's cursor at that state."""
    state, seq = await store.read(queries.board_state, board_id)
    tag = f'"{Cursor(store.epoch, seq)}"'
    if is_fresh(if_none_match, tag):
        return not_modified(tag)
    return Response(BoardAnswer(state), headers={"ETag": tag})


@post(
    "/boards/{board_id:str}/cards",
    summary="Make a card",
    tags=["cards"],
    request_max_body_size=MAX_BODY,
    opt=also({409: BLOCKED}),
)
async def create_card(
    board_id: BoardPath,
    data: JSONBody[CardDraft],
    store: FromStore,
    issue_exports: FromIssueExports,
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[CardCreatedAnswer | CardAnswer]:
    """Makes a card with the project's next ticket key, at the end of a column unless `index` says where.

    With `createGithubIssue` an issue is made for it, without it only where the project's settings say so; what hinders
    that is told in `githubIssueError`. Answers with the whole board, or with `Prefer: return=minimal` with the card
    alone.
    """
    new = cards.NewCard(
        column_id=data.column_id,
        title=data.title,
        description=data.description,
        depends_on=data.depends_on,
        ticket_type=ticket_type(data.ticket_type),
        images=data.images,
        index=data.index,
    )
    request = named(call="POST cards", board=board_id, body=data)
    minimal = is_minimal(prefer)
    repository, issue_error = await _issue_place(
        store, issue_exports, board_id, asked=data.create_github_issue
    )
    made: list[CardId] = []

    def create(tx: Transaction) -> Reply:
        placed = cards.create(tx, board_id, new)
        if repository is not None:
            issue_outbox.order(tx, board_id, placed.card.id, repository)
            made.append(placed.card.id)
        return _created(tx, board_id, placed, issue_error, minimal=minimal)

    answer = await once(store, idempotency_key, request, create)
    if issue_exports is None or not made:
        return answer
    issue_error = await issue_exports.send(made[-1])
    return Ready(await store.read(_created_card, board_id, made[-1], issue_error, minimal=minimal))


async def _issue_place(
    store: Store, exports: IssueExports | None, board_id: BoardId, *, asked: bool | msgspec.UnsetType
) -> tuple[str | None, str | None]:
    """The repository that the card's issue can be made in, if there is to be one, or why none can."""
    if asked is False:
        return None, None
    if not await store.read(_makes_issues, board_id):
        return None, ISSUES_DISABLED if asked is True else None
    if exports is None:
        return None, NO_GITHUB
    try:
        return await exports.ready(board_id), None
    except KanbanError as error:
        return None, error.detail


def _makes_issues(tx: Reading, board_id: BoardId) -> bool:
    """Whether the project's settings allow issues to be made for its cards. Raises NotFound, of the board."""
    tx.boards.take(board_id)
    return queries.project_settings(tx, board_id).github_issue_auto_create_enabled


def _created_card(
    tx: Reading, board_id: BoardId, card_id: CardId, issue_error: str | None, *, minimal: bool
) -> Reply:
    return _created(tx, board_id, queries.card(tx, board_id, card_id), issue_error, minimal=minimal)


def _created(
    tx: Reading, board_id: BoardId, placed: PlacedCard, issue_error: str | None, *, minimal: bool
) -> Reply:
    headers = {"ETag": etag(placed), "Location": f"/api/v1/boards/{board_id}/cards/{placed.card.id}"}
    if minimal:
        return json_reply(CardAnswer(placed.card, placed.column_id, issue_error), 201, headers | MINIMAL)
    state = tx.boards.snapshot(board_id).state
    return json_reply(CardCreatedAnswer(state, placed.card.id, issue_error), 201, headers)


@get("/boards/{board_id:str}/cards/{card_id:str}", summary="One card", tags=["cards"])
async def read_card(
    board_id: BoardPath, card_id: CardPath, store: FromStore, if_none_match: IfNoneMatch = None
) -> Response[CardAnswer]:
    """One card, and the column it stands in."""
    placed = await store.read(queries.card, board_id, card_id)
    tag = etag(placed)
    if is_fresh(if_none_match, tag):
        return not_modified(tag)
    return Response(CardAnswer(placed.card, placed.column_id), headers={"ETag": tag})


@patch(
    "/boards/{board_id:str}/cards/{card_id:str}",
    summary="Change or move a card",
    tags=["cards"],
    request_max_body_size=MAX_BODY,
    opt=also({409: BLOCKED}),
)
async def edit_card(
    board_id: BoardPath,
    card_id: CardPath,
    data: JSONBody[CardPatch],
    store: FromStore,
    if_match: IfMatch = None,
    prefer: Prefer = None,
) -> Response[BoardAnswer | CardMovedAnswer | CardAnswer]:
    """Changes a card's fields, images and place, all or nothing.

    Without a move the answer is the whole board; with one it is the card and the columns it left and entered; with
    `Prefer: return=minimal` it is the card alone.
    """
    return Ready(
        await store.run(_edit, board_id, card_id, _asked(data), guard(if_match), minimal=is_minimal(prefer))
    )


def _asked(data: CardPatch) -> cards.CardEdit:
    asked = given(data)
    if not asked:
        raise Invalid("No updates provided")
    column_id, index, pictures = (asked.pop(name, None) for name in ("column_id", "index", "images"))
    if (column_id is None) != (index is None):
        missing = "index" if index is None else "columnId"
        raise Invalid.field(missing, "columnId and index go together: a move needs both")
    if "ticket_type" in asked:
        asked["ticket_type"] = ticket_type(asked["ticket_type"])
    return cards.CardEdit(
        changes=CardChanges(**asked),
        images=pictures,
        to=None if column_id is None or index is None else Placement(column_id, index),
    )


def _edit(
    tx: Transaction,
    board_id: BoardId,
    card_id: CardId,
    asked: cards.CardEdit,
    check: cards.Guard | None,
    *,
    minimal: bool,
) -> Reply:
    edited = cards.edit(tx, board_id, card_id, asked, check)
    headers = {"ETag": etag(edited.placed)}
    if minimal:
        return json_reply(CardAnswer(edited.placed.card, edited.placed.column_id), 200, headers | MINIMAL)
    if edited.columns:
        return json_reply(_moved(tx, board_id, edited), 200, headers)
    return json_reply(BoardAnswer(tx.boards.snapshot(board_id).state), 200, headers)


def _moved(tx: Reading, board_id: BoardId, edited: cards.EditedCard) -> CardMovedAnswer:
    fields = {one.id: one for one in tx.columns.of_board(board_id)}
    columns = {one: Column.of(fields[one], tx.cards.card_ids(one)) for one in edited.columns}
    return CardMovedAnswer(edited.placed.card, columns)


@delete(
    "/boards/{board_id:str}/cards/{card_id:str}",
    summary="Delete a card",
    tags=["cards"],
    opt=also({409: "An agent was put to work on the card at that very moment; ask again."}),
)
async def delete_card(
    board_id: BoardPath, card_id: CardPath, store: FromStore, runs: FromRuns, if_match: IfMatch = None
) -> None:
    """Deletes a card; cards that depended on it no longer do.

    An agent at work on it is stopped first, and work in a worktree of it that is nowhere else is saved.
    """
    if runs is not None:
        await runs.clear(await store.read(_attempts_of, board_id, card_id, guard(if_match)))
    await store.run(cards.delete, board_id, card_id, guard(if_match))


def _attempts_of(
    tx: Reading, board_id: BoardId, card_id: CardId, check: cards.Guard | None
) -> list[AttemptId]:
    """The card's attempts, if it is there and the version that the caller meant."""
    placed = queries.card(tx, board_id, card_id)
    if check is not None:
        check(placed)
    return [one.id for one in tx.attempts.of_card(card_id)]


@post(
    "/boards/{board_id:str}/cards/move",
    summary="Move several cards",
    tags=["cards"],
    status_code=200,
    opt=also({204: "Done, for a caller who wants to hear nothing more.", 409: BLOCKED}),
)
async def move_cards(
    board_id: BoardPath,
    data: JSONBody[BulkMove],
    store: FromStore,
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[BulkMoveAnswer]:
    """Puts up to 1,000 cards one after the other at a place, in the order named. All move or none does.

    Answers with the cards that moved, or with `Prefer: return=minimal` with nothing (204).
    """
    request = named(call="POST cards/move", board=board_id, body=data)
    work = partial(_move_many, board_id=board_id, data=data, minimal=is_minimal(prefer))
    return await once(store, idempotency_key, request, work)


def _move_many(tx: Transaction, *, board_id: BoardId, data: BulkMove, minimal: bool) -> Reply:
    moved = cards.move_many(tx, board_id, data.card_ids, Placement(data.column_id, data.index))
    if minimal:
        return Reply(204, dict(MINIMAL), b"")
    return json_reply(BulkMoveAnswer([one.placed.card for one in moved]), 200)


@get("/boards/{board_id:str}/cards/{card_id:str}/images", summary="A card's images", tags=["cards"])
async def read_images(board_id: BoardPath, card_id: CardPath, store: FromStore) -> ImagesAnswer:
    """The images that go to the agent's first run."""
    return ImagesAnswer(await store.read(_images, board_id, card_id))


def _images(tx: Reading, board_id: BoardId, card_id: CardId) -> tuple[Image, ...]:
    queries.card(tx, board_id, card_id)
    return tx.cards.images(card_id)


ROUTES = (read_board, create_card, read_card, edit_card, delete_card, move_cards, read_images)
