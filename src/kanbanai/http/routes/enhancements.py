"""Better ticket texts, and the proposals that wait to be looked at; contract section 10."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.cards import Card, Image, ticket_type
from kanbanai.domain.enhancements import Enhancement, Suggestion
from kanbanai.domain.ids import CardId, ProfileId
from kanbanai.domain.writing import Choice, TicketDraft
from kanbanai.http.answers import DoneAnswer, also
from kanbanai.http.bodies import JsonRequest
from kanbanai.http.provide import CardPath, FromStore, FromWriters, ProjectPath
from kanbanai.http.routes.cards import MAX_BODY
from kanbanai.http.writing import CALLED_OFF, FAILED, answered, present
from kanbanai.usecases import enhancements

AgentKey = Annotated[str, Meta(min_length=1, examples=["CLAUDE_CODE"])]


class EnhancementDraft(msgspec.Struct, kw_only=True):
    """How far a proposal is, and its text once it is ready."""

    status: Literal["enhancing", "ready"]
    suggestion: Suggestion | None = None


class EnhancementsAnswer(msgspec.Struct):
    """The proposals of a project, by card; a card without one is left out."""

    enhancements: dict[CardId, Enhancement]


class TicketToEnhance(msgspec.Struct, kw_only=True, rename="camel"):
    """A ticket's text, and who is to rewrite it; left out: as the project's settings say."""

    title: Annotated[str, Meta(min_length=1, examples=["Retry uploads"])]
    description: str | None = None
    agent: AgentKey | None = None
    profile_id: ProfileId | None = None
    ticket_type: str | None = None
    images: tuple[Image, ...] = ()


class TicketText(msgspec.Struct):
    """A ticket's text; the description is Markdown."""

    title: str
    description: str


class TicketAnswer(msgspec.Struct):
    """The better text."""

    ticket: TicketText


class Enhancer(msgspec.Struct, kw_only=True, rename="camel"):
    """Who is to rewrite a card's text; left out: as the project's settings say."""

    agent: AgentKey | None = None
    profile_id: ProfileId | None = None


class AcceptedAnswer(msgspec.Struct):
    """The card with its new text."""

    card: Card


@post(
    "/projects/{project_id:str}/tickets/enhance",
    summary="Write a ticket's text better",
    tags=["enhancements"],
    status_code=200,
    request_max_body_size=MAX_BODY,
    opt=also({499: CALLED_OFF, 502: FAILED}),
)
async def enhance_ticket(
    project_id: ProjectPath, data: JSONBody[TicketToEnhance], request: JsonRequest, writers: FromWriters
) -> Response[TicketAnswer]:
    """An agent reads the project and writes a ticket's text better; nothing is stored.

    With `Accept: text/event-stream` the answer is a stream: `text` events as it is written, then one `result` (what is
    answered otherwise) or one `problem`. Whoever hangs up calls it off.
    """
    draft = TicketDraft(
        title=data.title,
        description=data.description,
        ticket_type=ticket_type(data.ticket_type),
        images=data.images,
    )
    choice = Choice(data.agent, data.profile_id)
    writing = await present(writers).ticket(project_id, draft, choice)
    return await answered(request, writing, _ticket)


def _ticket(suggestion: Suggestion) -> TicketAnswer:
    return TicketAnswer(TicketText(suggestion.title, suggestion.description or ""))


@post(
    "/projects/{project_id:str}/cards/{card_id:str}/enhance",
    summary="Have a card's text rewritten",
    tags=["enhancements"],
    status_code=202,
    opt=also({409: "The card's text is being rewritten already."}),
)
async def enhance_card(
    project_id: ProjectPath, card_id: CardPath, data: JSONBody[Enhancer], writers: FromWriters
) -> DoneAnswer:
    """Has an agent write a proposal for a card, with its images, whether the caller stays or not.

    The stream tells how far it is: `card_enhancement`, and `enhancement_delta` as it is written. Deleting the
    enhancement calls it off.
    """
    await present(writers).enhance(project_id, card_id, Choice(data.agent, data.profile_id))
    return DoneAnswer()


@get("/projects/{project_id:str}/enhancements", summary="Proposals for better texts", tags=["enhancements"])
async def list_enhancements(project_id: ProjectPath, store: FromStore) -> EnhancementsAnswer:
    """What is being written, failed, or waits to be looked at, on a project's cards."""
    return EnhancementsAnswer(await store.read(enhancements.of_project, project_id))


@put(
    "/projects/{project_id:str}/cards/{card_id:str}/enhancement",
    summary="Note a proposal",
    tags=["enhancements"],
)
async def put_enhancement(
    project_id: ProjectPath, card_id: CardPath, data: JSONBody[EnhancementDraft], store: FromStore
) -> DoneAnswer:
    """Notes that a proposal is being written (`enhancing`) or is ready; viewers of the board learn of it at once.

    For clients that have the text written by `tickets/enhance`. The card stays as it is.
    """
    await store.run(enhancements.put, project_id, card_id, Enhancement(data.status, data.suggestion))
    return DoneAnswer()


@post(
    "/projects/{project_id:str}/cards/{card_id:str}/enhancement/accept",
    summary="Accept a proposal",
    tags=["enhancements"],
    status_code=200,
    opt=also({409: "There is no proposal that is ready."}),
)
async def accept_enhancement(project_id: ProjectPath, card_id: CardPath, store: FromStore) -> AcceptedAnswer:
    """Gives the card the proposed text, marks it as enhanced, and puts the proposal away, all at once."""
    return AcceptedAnswer(await store.run(enhancements.accept, project_id, card_id))


@delete(
    "/projects/{project_id:str}/cards/{card_id:str}/enhancement",
    summary="Put a proposal away",
    tags=["enhancements"],
    status_code=200,
)
async def delete_enhancement(
    project_id: ProjectPath, card_id: CardPath, store: FromStore, writers: FromWriters
) -> DoneAnswer:
    """Puts a card's proposal away, and calls off what is being written; fine, too, when there is none."""
    await store.run(enhancements.remove, project_id, card_id)
    if writers is not None:
        await writers.call_off(project_id, card_id)
    return DoneAnswer()


ROUTES = (
    enhance_ticket,
    enhance_card,
    list_enhancements,
    put_enhancement,
    accept_enhancement,
    delete_enhancement,
)
