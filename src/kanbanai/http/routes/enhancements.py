"""Proposals for better ticket texts; contract section 10. Whoever drives an agent notes here how far it is."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import delete, get, put
from litestar.params import JSONBody

from kanbanai.domain.enhancements import Enhancement, Suggestion
from kanbanai.domain.ids import CardId
from kanbanai.http.answers import DoneAnswer
from kanbanai.http.provide import CardPath, FromStore, ProjectPath
from kanbanai.usecases import enhancements


class EnhancementDraft(msgspec.Struct, kw_only=True):
    """How far a proposal is, and its text once it is ready."""

    status: Literal["enhancing", "ready"]
    suggestion: Suggestion | None = None


class EnhancementsAnswer(msgspec.Struct):
    """The proposals of a project, by card; a card without one is left out."""

    enhancements: dict[CardId, Enhancement]


@get("/projects/{project_id:str}/enhancements", summary="Proposals for better texts", tags=["enhancements"])
async def list_enhancements(project_id: ProjectPath, store: FromStore) -> EnhancementsAnswer:
    """What is being written, or waits to be looked at, on a project's cards."""
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

    The card stays as it is. To accept a proposal, change the card (`isEnhanced`) and delete the proposal.
    """
    await store.run(enhancements.put, project_id, card_id, Enhancement(data.status, data.suggestion))
    return DoneAnswer()


@delete(
    "/projects/{project_id:str}/cards/{card_id:str}/enhancement",
    summary="Put a proposal away",
    tags=["enhancements"],
    status_code=200,
)
async def delete_enhancement(project_id: ProjectPath, card_id: CardPath, store: FromStore) -> DoneAnswer:
    """Puts a card's proposal away; fine, too, when there is none."""
    await store.run(enhancements.remove, project_id, card_id)
    return DoneAnswer()


ROUTES = (list_enhancements, put_enhancement, delete_enhancement)
