"""Projects and their settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from kanbanai.adapters.storage.tables import channels, events, projects
from kanbanai.domain.channels import board_channel
from kanbanai.domain.ids import BoardId, ProjectId
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings

_FIELDS = (
    projects.c.id,
    projects.c.name,
    projects.c.repository_path,
    projects.c.repository_url,
    projects.c.repository_slug,
    projects.c.created_at,
)
_BY_ID = projects.c.id == bindparam("project")
_GET = select(*_FIELDS).where(_BY_ID)
_ALL = select(*_FIELDS).order_by(projects.c.created_at.desc(), projects.c.id)
_SETTINGS = select(projects.c.settings).where(_BY_ID)
_SAVE_SETTINGS = update(projects).where(_BY_ID).values(settings=bindparam("body"))
_NEXT_TICKET = select(projects.c.next_ticket).where(_BY_ID)
_TAKE_TICKET = (
    update(projects)
    .where(_BY_ID)
    .values(next_ticket=projects.c.next_ticket + 1)
    .returning(projects.c.next_ticket - 1)
)
_SAVE = (
    update(projects)
    .where(_BY_ID)
    .values(
        name=bindparam("to_name"),
        repository_path=bindparam("to_path"),
        repository_url=bindparam("to_url"),
        repository_slug=bindparam("to_slug"),
    )
)
_settings = msgspec.msgpack.Decoder(ProjectSettings)


class SqlProjects:
    """`kanbanai.ports.Projects`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, project_id: ProjectId) -> Project | None:
        row = self._connection.execute(_GET, {"project": project_id}).first()
        return None if row is None else _project(row)

    def all(self) -> list[Project]:
        return [_project(row) for row in self._connection.execute(_ALL)]

    def add(self, project: Project, settings: ProjectSettings) -> None:
        self._connection.execute(
            insert(projects),
            {
                "id": project.id,
                "name": project.name,
                "repository_path": project.repository_path,
                "repository_url": project.repository_url,
                "repository_slug": project.repository_slug,
                "settings": msgspec.msgpack.encode(settings),
                "created_at": project.created_at,
            },
        )
        self._connection.execute(insert(channels), {"channel": board_channel(BoardId(project.id)), "head": 0})

    def save(self, project: Project) -> None:
        self._connection.execute(
            _SAVE,
            {
                "project": project.id,
                "to_name": project.name,
                "to_path": project.repository_path,
                "to_url": project.repository_url,
                "to_slug": project.repository_slug,
            },
        )

    def remove(self, project_id: ProjectId) -> None:
        channel = board_channel(BoardId(project_id))
        self._connection.execute(delete(events).where(events.c.channel == channel))
        self._connection.execute(delete(channels).where(channels.c.channel == channel))
        self._connection.execute(delete(projects).where(projects.c.id == project_id))

    def settings(self, project_id: ProjectId) -> ProjectSettings | None:
        body = self._connection.execute(_SETTINGS, {"project": project_id}).scalar()
        return None if body is None else _settings.decode(body)

    def save_settings(self, project_id: ProjectId, settings: ProjectSettings) -> None:
        self._connection.execute(
            _SAVE_SETTINGS, {"project": project_id, "body": msgspec.msgpack.encode(settings)}
        )

    def next_ticket_number(self, project_id: ProjectId) -> int:
        number: int = self._connection.execute(_NEXT_TICKET, {"project": project_id}).scalar_one()
        return number

    def take_ticket_number(self, project_id: ProjectId) -> int:
        number: int = self._connection.execute(_TAKE_TICKET, {"project": project_id}).scalar_one()
        return number

    def set_next_ticket_number(self, project_id: ProjectId, number: int) -> None:
        self._connection.execute(
            update(projects).where(projects.c.id == project_id).values(next_ticket=number)
        )


def _project(row: Sequence[Any]) -> Project:
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
