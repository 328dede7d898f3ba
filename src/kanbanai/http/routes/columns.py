"""Columns of a board."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.boards import ColumnChanges, ColumnFields, Role
from kanbanai.domain.changes import given
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import BoardId
from kanbanai.http.answers import also
from kanbanai.http.conditions import (
    IdempotencyKey,
    IfMatch,
    IfNoneMatch,
    etag,
    guard,
    is_fresh,
    json_reply,
    named,
    not_modified,
    once,
)
from kanbanai.http.provide import BoardPath, ColumnPath, FromStore
from kanbanai.ports import Reply, Transaction
from kanbanai.usecases import columns

ColumnTitle = Annotated[str, Meta(min_length=1, description="1 to 100 characters.", examples=["Testing"])]
WipLimit = Annotated[
    int, Meta(ge=1, description="How many cards the column should hold at most (advice, no lock).")
]
Index = Annotated[int, Meta(ge=0, description="The place in the board's order, from 0, cut to its end.")]


class ColumnDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """A new column; `key` is its role."""

    title: ColumnTitle
    key: Role | None = None
    wip_limit: WipLimit | None = None
    index: Index | None = None


class ColumnPatch(msgspec.Struct, kw_only=True, rename="camel"):
    """What to change of a column; null takes role or limit away, what is left out stays."""

    title: ColumnTitle | msgspec.UnsetType = msgspec.UNSET
    key: Role | msgspec.UnsetType | None = msgspec.UNSET
    wip_limit: WipLimit | msgspec.UnsetType | None = msgspec.UNSET
    index: Index | msgspec.UnsetType = msgspec.UNSET


class ColumnAnswer(msgspec.Struct):
    """A column without its cards."""

    column: ColumnFields


@post(
    "/boards/{board_id:str}/columns",
    summary="Make a column",
    tags=["columns"],
    opt=also({409: "The board has 50 columns."}),
)
async def create_column(
    board_id: BoardPath, data: JSONBody[ColumnDraft], store: FromStore, idempotency_key: IdempotencyKey = None
) -> Response[ColumnAnswer]:
    """Adds an empty column, at the board's end unless `index` says where."""
    request = named(call="POST columns", board=board_id, body=data)
    return await once(store, idempotency_key, request, partial(_create, board_id=board_id, data=data))


def _create(tx: Transaction, *, board_id: BoardId, data: ColumnDraft) -> Reply:
    column = columns.create(
        tx, board_id, title=data.title, role=data.key, wip_limit=data.wip_limit, index=data.index
    )
    return json_reply(ColumnAnswer(column), 201, {"ETag": etag(column)})


@get("/boards/{board_id:str}/columns/{column_id:str}", summary="One column", tags=["columns"])
async def read_column(
    board_id: BoardPath, column_id: ColumnPath, store: FromStore, if_none_match: IfNoneMatch = None
) -> Response[ColumnAnswer]:
    """A column without its cards, and in its ETag the version that a change can be made conditional on."""
    column = await store.read(columns.get, board_id, column_id)
    tag = etag(column)
    if is_fresh(if_none_match, tag):
        return not_modified(tag)
    return Response(ColumnAnswer(column), headers={"ETag": tag})


@patch("/boards/{board_id:str}/columns/{column_id:str}", summary="Change or move a column", tags=["columns"])
async def edit_column(
    board_id: BoardPath,
    column_id: ColumnPath,
    data: JSONBody[ColumnPatch],
    store: FromStore,
    if_match: IfMatch = None,
) -> Response[ColumnAnswer]:
    """Changes a column's title, role, limit and place."""
    asked = given(data)
    if not asked:
        raise Invalid("No updates provided")
    index = asked.pop("index", None)
    column = await store.run(
        columns.edit, board_id, column_id, ColumnChanges(**asked), index, guard(if_match)
    )
    return Response(ColumnAnswer(column), headers={"ETag": etag(column)})


@delete(
    "/boards/{board_id:str}/columns/{column_id:str}",
    summary="Delete an empty column",
    tags=["columns"],
    opt=also({409: "The column holds cards, or is the board's last."}),
)
async def delete_column(
    board_id: BoardPath, column_id: ColumnPath, store: FromStore, if_match: IfMatch = None
) -> None:
    """Deletes a column that holds no cards; 409 when it holds some, or is the board's last."""
    await store.run(columns.delete, board_id, column_id, guard(if_match))


ROUTES = (create_column, read_column, edit_column, delete_column)
