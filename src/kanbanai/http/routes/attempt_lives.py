"""Starting attempts, stopping them, finding them; contract section 11."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, patch, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from kanbanai.domain.attempts import ACTIVE, Attempt, AttemptStatus
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ProfileId, ProjectId
from kanbanai.http.answers import also
from kanbanai.http.conditions import IdempotencyKey, json_reply, named, once
from kanbanai.http.problems import gone
from kanbanai.http.provide import BoardPath, CardPath, FromStore, ProjectPath
from kanbanai.http.routes.attempts import AttemptPath
from kanbanai.ports import MAX_PAGE, AttemptQuery, Reply, Transaction
from kanbanai.usecases import attempts, queries
from kanbanai.usecases.attempts import NewAttempt

DEFAULT_PAGE = 100
"""Attempts: some 60 KB of JSON."""
NO_WORK = "The card is done, a dependency of it is not, or an attempt of it is active already."

Statuses = Annotated[
    list[AttemptStatus | Literal["active"]] | None,
    QueryParameter(
        name="status",
        description="In one of these; may be repeated. `active` stands for queued, running and stopping.",
    ),
]
Agents = Annotated[
    list[str] | None, QueryParameter(name="agent", description="Of one of these agents; may be repeated.")
]
Card = Annotated[CardId | None, QueryParameter(name="cardId", description="Of this card.")]
After = Annotated[
    AttemptId | None, QueryParameter(description="The `next` of the page before; with the same filters.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="How many at most.")]


class AttemptDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """A new attempt. What is left out comes from the settings: the branch from the template, its base the project's.

    `parallel`: start it although another attempt of the card is active.
    """

    agent: Annotated[str, Meta(min_length=1, examples=["CODEX"])]
    profile_id: ProfileId | None = None
    base_branch: Annotated[str, Meta(min_length=1)] | None = None
    branch_name: Annotated[str, Meta(min_length=1)] | None = None
    parallel: bool = False


class AttemptPatch(msgspec.Struct):
    """What becomes of an attempt: it is to be stopped."""

    status: Literal["stopped"]


class StopAnswer(msgspec.Struct):
    """The attempt, and its status: `stopping` until its run has ended, `stopped` when there was none."""

    attempt: Attempt
    status: AttemptStatus


class AttemptsAnswer(msgspec.Struct):
    """A page of attempts, the newest first. `next` goes into the next request's `after`; null: the last page."""

    attempts: list[queries.ListedAttempt]
    next: AttemptId | None


@post(
    "/projects/{project_id:str}/cards/{card_id:str}/attempts",
    summary="Start an attempt",
    tags=["attempts"],
    opt=also({409: NO_WORK}),
)
async def create_attempt(
    project_id: ProjectPath,
    card_id: CardPath,
    data: JSONBody[AttemptDraft],
    store: FromStore,
    idempotency_key: IdempotencyKey = None,
) -> Response[Attempt]:
    """Makes an attempt with a branch of its own; it is queued, and starts when there is room."""
    request = named(call="POST attempts", board=project_id, card=card_id, body=data)
    work = partial(_queue, board_id=project_id, card_id=card_id, data=data)
    return await once(store, idempotency_key, request, work)


@post(
    "/boards/{board_id:str}/cards/{card_id:str}/attempts",
    summary="Start an attempt (older address)",
    tags=["attempts"],
    opt=also({409: NO_WORK}),
)
async def create_board_attempt(
    board_id: BoardPath,
    card_id: CardPath,
    data: JSONBody[AttemptDraft],
    store: FromStore,
    idempotency_key: IdempotencyKey = None,
) -> Response[Attempt]:
    """The same under the board's address; its answers name the other one (`Deprecation`, `Link`)."""
    request = named(call="POST board attempts", board=board_id, card=card_id, body=data)
    successor = f'</api/v1/projects/{board_id}/cards/{card_id}/attempts>; rel="successor-version"'
    headers = {"Deprecation": "true", "Link": successor}
    work = partial(_queue, board_id=board_id, card_id=card_id, data=data, headers=headers)
    return await once(store, idempotency_key, request, work)


def _queue(
    tx: Transaction,
    *,
    board_id: BoardId,
    card_id: CardId,
    data: AttemptDraft,
    headers: dict[str, str] | None = None,
) -> Reply:
    queries.project(tx, ProjectId(board_id))
    new = NewAttempt(
        agent=data.agent,
        branch_name=data.branch_name,
        base_branch=data.base_branch,
        profile_id=data.profile_id,
        parallel=data.parallel,
    )
    made = attempts.queue(tx, board_id, card_id, new)
    return json_reply(made, 201, (headers or {}) | {"Location": f"/api/v1/attempts/{made.id}"})


@patch(
    "/attempts/{attempt_id:str}",
    summary="Stop an attempt",
    tags=["attempts"],
    opt=also({409: "The attempt is not active."}),
)
async def stop_attempt(attempt_id: AttemptPath, data: JSONBody[AttemptPatch], store: FromStore) -> StopAnswer:
    """Stops an attempt: at once when it waits; else its agent or script is ended, and the stream tells when it is."""
    del data
    attempt = await store.run(attempts.stop, attempt_id)
    return StopAnswer(attempt, attempt.status)


@post(
    "/attempts/{attempt_id:str}/resume",
    summary="Let an attempt go on",
    tags=["attempts"],
    status_code=200,
    opt=also({409: "The attempt has not failed and was not stopped, or the card takes no work."}),
)
async def resume_attempt(
    attempt_id: AttemptPath, store: FromStore, idempotency_key: IdempotencyKey = None
) -> Response[Attempt]:
    """Queues an attempt again that failed or was stopped; its agent is told to go on where it was cut off."""
    request = named(call="POST resume", attempt=attempt_id)
    return await once(store, idempotency_key, request, partial(_resume, attempt_id=attempt_id))


def _resume(tx: Transaction, *, attempt_id: AttemptId) -> Reply:
    return json_reply(attempts.resume(tx, attempt_id), 200)


# ── Finding them ────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/attempts", summary="Attempts of all projects", tags=["attempts"])
async def list_attempts(
    store: FromStore,
    status: Statuses = None,
    agent: Agents = None,
    after: After = None,
    limit: Limit = DEFAULT_PAGE,
) -> AttemptsAnswer:
    """Attempts of every project that pass the filters, the newest first; those that wait say at which place."""
    query = AttemptQuery(statuses=_statuses(status), agents=tuple(agent or ()), after=after, limit=limit)
    return AttemptsAnswer(*await store.read(queries.attempts, query))


@get("/projects/{project_id:str}/attempts", summary="A project's attempts", tags=["attempts"])
async def list_project_attempts(
    project_id: ProjectPath,
    store: FromStore,
    status: Statuses = None,
    agent: Agents = None,
    card_id: Card = None,
    after: After = None,
    limit: Limit = DEFAULT_PAGE,
) -> AttemptsAnswer:
    """Attempts of the project that pass the filters, the newest first."""
    query = AttemptQuery(
        board_id=project_id,
        card_id=card_id,
        statuses=_statuses(status),
        agents=tuple(agent or ()),
        after=after,
        limit=limit,
    )
    return AttemptsAnswer(*await store.read(queries.attempts, query))


@get(
    "/projects/{project_id:str}/cards/{card_id:str}/attempts", summary="A card's attempts", tags=["attempts"]
)
async def list_card_attempts(
    project_id: ProjectPath,
    card_id: CardPath,
    store: FromStore,
    after: After = None,
    limit: Limit = DEFAULT_PAGE,
) -> AttemptsAnswer:
    """All that was tried on the card, the newest first."""
    query = AttemptQuery(board_id=project_id, card_id=card_id, after=after, limit=limit)
    return AttemptsAnswer(*await store.read(queries.attempts, query))


def _statuses(
    asked: list[AttemptStatus | Literal["active"]] | None,
) -> tuple[AttemptStatus, ...]:
    named_here = [status for status in asked or () if status != "active"]
    return (*named_here, *ACTIVE) if "active" in (asked or ()) else tuple(named_here)


# ── What older clients knew ─────────────────────────────────────────────────────────────────────────────────────────


@post("/attempts/{attempt_id:str}/stop", include_in_schema=False)
async def old_stop(attempt_id: AttemptPath) -> Response[bytes]:
    """Gone: PATCH the attempt."""
    return gone(f"/api/v1/attempts/{attempt_id}")


@post("/attempts/{attempt_id:str}/followup", include_in_schema=False)
async def old_follow_up(attempt_id: AttemptPath) -> Response[bytes]:
    """Gone: post a message."""
    return gone(f"/api/v1/attempts/{attempt_id}/messages")


@post("/attempts/boards/{board_id:str}/cards/{card_id:str}/attempts", include_in_schema=False)
async def old_start(board_id: BoardPath, card_id: CardPath) -> Response[bytes]:
    """Gone: post to the project's card."""
    return gone(f"/api/v1/projects/{board_id}/cards/{card_id}/attempts")


ROUTES = (
    create_attempt,
    create_board_attempt,
    stop_attempt,
    resume_attempt,
    list_attempts,
    list_project_attempts,
    list_card_attempts,
    old_stop,
    old_follow_up,
    old_start,
)
