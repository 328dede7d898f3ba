"""What agents ask before they do something, and the answers."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from kanbanai.domain.ids import AttemptId, BoardId, PermissionId
from kanbanai.domain.permissions import Decision, Permission
from kanbanai.http.answers import also
from kanbanai.http.conditions import IdempotencyKey, json_reply, named, once
from kanbanai.http.provide import FromStore
from kanbanai.http.routes.attempts import AttemptPath
from kanbanai.ports import Reply, Transaction
from kanbanai.usecases import permissions

PermissionPath = Annotated[PermissionId, PathParameter(description="The permission request's id.")]
Board = Annotated[
    BoardId | None, QueryParameter(name="boardId", description="Of this board only; left out: of all.")
]


class PermissionsAnswer(msgspec.Struct):
    """Permission requests, the oldest first."""

    permissions: list[Permission]


class PermissionAnswer(msgspec.Struct):
    """A permission request as it stands now."""

    permission: Permission


class Choice(msgspec.Struct, kw_only=True, rename="camel"):
    """The answer: what is meant, or one of the agent's own options. Exactly one of the two."""

    decision: Decision | None = None
    option_id: str | None = None


@get(
    "/permissions",
    summary="What waits for a person",
    tags=["attempts"],
    opt=also({404: "There is no such board."}),
)
async def list_pending_permissions(store: FromStore, board_id: Board = None) -> PermissionsAnswer:
    """The permission requests that nobody has answered yet, of one board or of all."""
    return PermissionsAnswer(await store.read(permissions.pending, board_id))


@get("/attempts/{attempt_id:str}/permissions", summary="An attempt's permission requests", tags=["attempts"])
async def list_permissions(attempt_id: AttemptPath, store: FromStore) -> PermissionsAnswer:
    """All that the agent has asked in this attempt, answered or not."""
    return PermissionsAnswer(await store.read(permissions.of_attempt, attempt_id))


@post(
    "/attempts/{attempt_id:str}/permissions/{permission_id:str}",
    summary="Answer a permission request",
    tags=["attempts"],
    status_code=200,
    opt=also({409: "The request waits no more: it was answered, or has lapsed."}),
)
async def answer_permission(
    attempt_id: AttemptPath,
    permission_id: PermissionPath,
    data: JSONBody[Choice],
    store: FromStore,
    idempotency_key: IdempotencyKey = None,
) -> Response[PermissionAnswer]:
    """Allows or rejects what the agent wants to do. The first answer counts; any client may give it."""
    request = named(call="POST permissions", attempt=attempt_id, permission=permission_id, body=data)
    work = partial(_answer, attempt_id=attempt_id, permission_id=permission_id, data=data)
    return await once(store, idempotency_key, request, work)


def _answer(tx: Transaction, *, attempt_id: AttemptId, permission_id: PermissionId, data: Choice) -> Reply:
    answered = permissions.answer(
        tx, attempt_id, permission_id, decision=data.decision, option_id=data.option_id
    )
    return json_reply(PermissionAnswer(answered), 200)


ROUTES = (list_pending_permissions, list_permissions, answer_permission)
