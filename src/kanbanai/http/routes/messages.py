"""Talking to an agent: messages wait in a queue and can be changed until it is told them; contract section 11."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from kanbanai.domain.cards import Image
from kanbanai.domain.changes import given
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import AttemptId, MessageId, ProfileId
from kanbanai.domain.messages import MAX_MESSAGE, QueuedBrief, QueuedMessage
from kanbanai.http.answers import also
from kanbanai.http.conditions import IdempotencyKey, json_reply, named, once
from kanbanai.http.provide import FromStore
from kanbanai.http.routes.attempts import AttemptPath
from kanbanai.http.routes.cards import MAX_BODY
from kanbanai.ports import Reply, Transaction
from kanbanai.usecases import messages
from kanbanai.usecases.messages import MessageChanges

MessagePath = Annotated[MessageId, PathParameter(description="The message's id.")]
Text = Annotated[
    str, Meta(min_length=1, description=f"1 to {MAX_MESSAGE} characters.", examples=["Add a test"])
]
TOLD = "The agent has been told the message, or the attempt would be left with nothing to be told."


class MessageDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """Something to say to the agent. `profileId`: the profile to go on with."""

    prompt: Text
    profile_id: ProfileId | None = None
    images: tuple[Image, ...] = ()


class SaidAnswer(msgspec.Struct, omit_defaults=True):
    """The message will be told. `queued` is there when the attempt was active already: the message waits its turn."""

    ok: bool
    queued: QueuedBrief | None = None


class MessagesAnswer(msgspec.Struct):
    """The messages that wait, in the order in which the agent will be told them."""

    messages: list[QueuedMessage]


class MessageAnswer(msgspec.Struct):
    """A message that waits."""

    message: QueuedMessage


@post(
    "/attempts/{attempt_id:str}/messages",
    summary="Say something to the agent",
    tags=["attempts"],
    request_max_body_size=MAX_BODY,
    opt=also({409: "The card is done or blocked, too much waits already, or the card has a newer attempt."}),
)
async def say(
    attempt_id: AttemptPath,
    data: JSONBody[MessageDraft],
    store: FromStore,
    idempotency_key: IdempotencyKey = None,
) -> Response[SaidAnswer]:
    """Puts a message behind those that wait for the agent; an attempt that has ended is woken for it."""
    request = named(call="POST messages", attempt=attempt_id, body=data)
    return await once(store, idempotency_key, request, partial(_say, attempt_id=attempt_id, data=data))


def _say(tx: Transaction, *, attempt_id: AttemptId, data: MessageDraft) -> Reply:
    said = messages.say(tx, attempt_id, data.prompt, data.images, data.profile_id)
    return json_reply(SaidAnswer(ok=True, queued=None if said.woke else QueuedBrief.of(said.message)), 201)


@get("/attempts/{attempt_id:str}/messages", summary="What waits to be said", tags=["attempts"])
async def list_messages(attempt_id: AttemptPath, store: FromStore) -> MessagesAnswer:
    """The messages that the agent has not been told yet, whole, in order."""
    return MessagesAnswer(await store.read(messages.waiting, attempt_id))


@patch(
    "/attempts/{attempt_id:str}/messages/{message_id:str}",
    summary="Change a message that waits",
    tags=["attempts"],
    request_max_body_size=MAX_BODY,
    opt=also({409: TOLD}),
)
async def edit_message(
    attempt_id: AttemptPath, message_id: MessagePath, data: JSONBody[MessageChanges], store: FromStore
) -> MessageAnswer:
    """Changes a message in its place, as long as the agent has not been told it."""
    if not given(data):
        raise Invalid("No updates provided")
    return MessageAnswer(await store.run(messages.edit, attempt_id, message_id, data))


@delete(
    "/attempts/{attempt_id:str}/messages/{message_id:str}",
    summary="Take a message back",
    tags=["attempts"],
    opt=also({409: TOLD}),
)
async def withdraw_message(attempt_id: AttemptPath, message_id: MessagePath, store: FromStore) -> None:
    """Takes a message back, as long as the agent has not been told it."""
    await store.run(messages.withdraw, attempt_id, message_id)


ROUTES = (say, list_messages, edit_message, withdraw_message)
