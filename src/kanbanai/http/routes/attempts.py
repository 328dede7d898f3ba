"""Attempts, as far as they can be read; contract section 11."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import PathParameter, QueryParameter

from kanbanai.domain.attempts import Attempt, AttemptLog
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId, LogId, ProjectId
from kanbanai.http.provide import BoardPath, CardPath, FromStore, ProjectPath
from kanbanai.ports import Reading
from kanbanai.usecases import queries

MAX_PAGE = 1_000
"""Items of a conversation in one page; a screen shows some twenty."""
PAGE = 100
"""Items of a conversation in one page, unless more are asked for."""

AttemptPath = Annotated[AttemptId, PathParameter(description="The attempt's id.")]
BeforeItem = Annotated[
    ItemId | None, QueryParameter(description="The item that the page ends before; left out: the end.")
]
BeforeLine = Annotated[
    LogId | None, QueryParameter(description="The line that the page ends before; left out: the end.")
]
ItemLimit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="How many items at most.")]
LineLimit = Annotated[int, QueryParameter(ge=1, le=queries.WHOLE_LOG, description="How many lines at most.")]


class LogsAnswer(msgspec.Struct):
    """Lines of a log, oldest first. `before` goes into the next query for the ones before; null: there are none."""

    logs: list[AttemptLog]
    before: LogId | None


class ConversationAnswer(msgspec.Struct):
    """Items of a conversation, oldest first. `before` goes into the next query for the ones before; null: none."""

    conversation: list[ConversationItem]
    before: ItemId | None


@get(
    "/boards/{board_id:str}/cards/{card_id:str}/attempt", summary="A card's newest attempt", tags=["attempts"]
)
async def read_card_attempt(board_id: BoardPath, card_id: CardPath, store: FromStore) -> queries.AttemptView:
    """The card's newest attempt with the last 5,000 lines and 2,000 items of what it said; 404 when it has none yet."""
    return await store.read(queries.attempt_of_card, board_id, card_id)


@get(
    "/projects/{project_id:str}/cards/{card_id:str}/attempt",
    summary="A card's newest attempt",
    tags=["attempts"],
)
async def read_project_card_attempt(
    project_id: ProjectPath, card_id: CardPath, store: FromStore
) -> queries.AttemptView:
    """The same under the project's address."""
    return await store.read(_attempt_of_card, project_id, card_id)


def _attempt_of_card(tx: Reading, project_id: ProjectId, card_id: CardId) -> queries.AttemptView:
    queries.project(tx, project_id)
    return queries.attempt_of_card(tx, BoardId(project_id), card_id)


@get("/attempts/{attempt_id:str}", summary="One attempt", tags=["attempts"])
async def read_attempt(attempt_id: AttemptPath, store: FromStore) -> Attempt:
    """One attempt, without what it said."""
    return await store.read(queries.attempt, attempt_id)


@get("/attempts/{attempt_id:str}/logs", summary="An attempt's log", tags=["attempts"])
async def read_logs(
    attempt_id: AttemptPath,
    store: FromStore,
    before: BeforeLine = None,
    limit: LineLimit = queries.WHOLE_LOG,
) -> LogsAnswer:
    """The last lines of a log, or the last before one of them. An attempt that is not known has an empty one."""
    return LogsAnswer(*await store.read(queries.logs, attempt_id, before, limit))


@get("/attempts/{attempt_id:str}/conversation", summary="An attempt's conversation", tags=["attempts"])
async def read_conversation(
    attempt_id: AttemptPath, store: FromStore, before: BeforeItem = None, limit: ItemLimit = PAGE
) -> ConversationAnswer:
    """The last items of a conversation, or the last before one of them."""
    return ConversationAnswer(*await store.read(queries.conversation, attempt_id, before, limit))


ROUTES = (read_card_attempt, read_project_card_attempt, read_attempt, read_logs, read_conversation)
