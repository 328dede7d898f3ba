"""Projects and their settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import channels, projects
from kanbanai.domain.channels import board_channel
from kanbanai.domain.ids import BoardId, ProjectId
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings

FIELDS = (
    projects.c.id,
    projects.c.name,
    projects.c.repository_path,
    projects.c.repository_url,
    projects.c.repository_slug,
    projects.c.created_at,
)
_BY_ID = projects.c.id == bindparam("project")
_GET = Prepared(select(*FIELDS).where(_BY_ID))
_ALL = Prepared(select(*FIELDS).order_by(projects.c.created_at.desc(), projects.c.id))
_SETTINGS = Prepared(select(projects.c.settings).where(_BY_ID))
_SAVE_SETTINGS = Prepared(update(projects).where(_BY_ID).values(settings=bindparam("body")))
_NEXT_TICKET = Prepared(select(projects.c.next_ticket).where(_BY_ID))
_SET_NEXT_TICKET = Prepared(update(projects).where(_BY_ID).values(next_ticket=bindparam("number")))
_TAKE_TICKET = Prepared(
    update(projects)
    .where(_BY_ID)
    .values(next_ticket=projects.c.next_ticket + 1)
    .returning(projects.c.next_ticket - 1)
)
_settings = msgspec.msgpack.Decoder(ProjectSettings)


class SqlProjects:
    """`kanbanai.ports.Projects`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, project_id: ProjectId) -> Project | None:
        row = _GET.first(self._connection, project=project_id)
        return None if row is None else project_of(row)

    def all(self) -> list[Project]:
        return [project_of(row) for row in _ALL.all(self._connection)]

    def add(self, project: Project, settings: ProjectSettings) -> None:
        self._connection.execute(
            insert(projects),
            {
                "id": project.id,
                "settings": msgspec.msgpack.encode(settings),
                "created_at": project.created_at,
                **_values(project),
            },
        )
        self._connection.execute(insert(channels), {"channel": board_channel(BoardId(project.id)), "head": 0})

    def save(self, project: Project) -> None:
        self._connection.execute(update(projects).where(projects.c.id == project.id).values(_values(project)))

    def remove(self, project_id: ProjectId) -> None:
        channel = board_channel(BoardId(project_id))
        self._connection.execute(delete(channels).where(channels.c.channel == channel))
        self._connection.execute(delete(projects).where(projects.c.id == project_id))

    def settings(self, project_id: ProjectId) -> ProjectSettings | None:
        body = _SETTINGS.value(self._connection, project=project_id)
        return None if body is None else _settings.decode(body)

    def save_settings(self, project_id: ProjectId, settings: ProjectSettings) -> None:
        _SAVE_SETTINGS.run(self._connection, project=project_id, body=msgspec.msgpack.encode(settings))

    def next_ticket_number(self, project_id: ProjectId) -> int:
        return self._number(_NEXT_TICKET, project_id)

    def take_ticket_number(self, project_id: ProjectId) -> int:
        return self._number(_TAKE_TICKET, project_id)

    def set_next_ticket_number(self, project_id: ProjectId, number: int) -> None:
        _SET_NEXT_TICKET.run(self._connection, project=project_id, number=number)

    def _number(self, statement: Prepared, project_id: ProjectId) -> int:
        number = statement.value(self._connection, project=project_id)
        if number is None:
            raise LookupError(f"there is no project {project_id}")
        return int(number)


def _values(project: Project) -> dict[str, Any]:
    return {
        "name": project.name,
        "repository_path": project.repository_path,
        "repository_url": project.repository_url,
        "repository_slug": project.repository_slug,
    }


def project_of(row: Sequence[Any]) -> Project:
    """The project of a row of `FIELDS`."""
    identity, name, path, url, slug, created_at = row
    return Project(
        id=identity,
        board_id=identity,
        name=name,
        created_at=created_at,
        repository_path=path,
        repository_url=url,
        repository_slug=slug,
    )
