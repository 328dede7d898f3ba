"""Ticket keys; contract section 7."""

from __future__ import annotations

import msgspec
from litestar import get

from kanbanai.domain.ids import ProjectId
from kanbanai.domain.tickets import ticket_key
from kanbanai.http.provide import FromStore, ProjectPath
from kanbanai.ports import Reading
from kanbanai.usecases import queries


class KeyPreview(msgspec.Struct):
    """A ticket key and its parts."""

    key: str
    prefix: str
    number: int


class NextKeyAnswer(msgspec.Struct):
    """The key that the next card gets, if it is made now."""

    preview: KeyPreview


@get("/projects/{project_id:str}/tickets/next-key", summary="The next ticket key", tags=["cards"])
async def next_key(project_id: ProjectPath, store: FromStore) -> NextKeyAnswer:
    """The key that the next card of the project would get. It is not held for anybody."""
    return NextKeyAnswer(await store.read(_preview, project_id))


def _preview(tx: Reading, project_id: ProjectId) -> KeyPreview:
    prefix = queries.project_settings(tx, project_id).ticket_prefix
    number = tx.projects.next_ticket_number(project_id)
    return KeyPreview(ticket_key(prefix, number), prefix, number)


ROUTES = (next_key,)
