"""What people set: for the whole application, and per project."""

from __future__ import annotations

import msgspec
from litestar import Response, get, patch
from litestar.params import JSONBody

from kanbanai.domain.ids import BoardId, ProjectId
from kanbanai.domain.settings import (
    AppSettings,
    AppSettingsChanges,
    ProjectSettings,
    ProjectSettingsChanges,
    as_set,
)
from kanbanai.http.conditions import IfMatch, IfNoneMatch, etag, guard, is_fresh, not_modified
from kanbanai.http.provide import FromStore, ProjectPath
from kanbanai.usecases import settings


class ShownAppSettings(AppSettings, frozen=True, kw_only=True, rename="camel"):
    """The application's settings."""

    id: str = "singleton"


class ShownProjectSettings(ProjectSettings, frozen=True, kw_only=True, rename="camel"):
    """A project's settings, and the number that its next card gets."""

    project_id: ProjectId
    board_id: BoardId
    next_ticket_number: int


class AppSettingsAnswer(msgspec.Struct):
    """The application's settings."""

    settings: ShownAppSettings


class ProjectSettingsAnswer(msgspec.Struct):
    """A project's settings."""

    settings: ShownProjectSettings


@get("/settings", summary="The application's settings", tags=["settings"])
async def read_settings(store: FromStore, if_none_match: IfNoneMatch = None) -> Response[AppSettingsAnswer]:
    """The settings that hold for every project."""
    found = await store.read(settings.stored_app)
    if found is None:
        found = await store.run(settings.app)
    tag = etag(found)
    return not_modified(tag) if is_fresh(if_none_match, tag) else _app_answer(found)


@patch("/settings", summary="Change the application's settings", tags=["settings"])
async def edit_settings(
    data: JSONBody[AppSettingsChanges], store: FromStore, if_match: IfMatch = None
) -> Response[AppSettingsAnswer]:
    """Changes the settings that are named, all or none. A blank text where none is needed becomes null."""
    return _app_answer(await store.run(settings.edit_app, data, guard(if_match)))


@get("/projects/{project_id:str}/settings", summary="A project's settings", tags=["settings"])
async def read_project_settings(project_id: ProjectPath, store: FromStore) -> Response[ProjectSettingsAnswer]:
    """The settings of one project."""
    found, number = await store.read(settings.project, project_id)
    return _project_answer(project_id, found, number)


@patch("/projects/{project_id:str}/settings", summary="Change a project's settings", tags=["settings"])
async def edit_project_settings(
    project_id: ProjectPath,
    data: JSONBody[ProjectSettingsChanges],
    store: FromStore,
    if_match: IfMatch = None,
) -> Response[ProjectSettingsAnswer]:
    """Changes the settings that are named, all or none. Agents and profiles must exist and agree."""
    found, number = await store.run(settings.edit_project, project_id, data, guard(if_match))
    return _project_answer(project_id, found, number)


def _app_answer(found: AppSettings) -> Response[AppSettingsAnswer]:
    shown = ShownAppSettings(**msgspec.structs.asdict(found))
    return Response(AppSettingsAnswer(shown), headers={"ETag": etag(found)})


def _project_answer(
    project_id: ProjectId, found: ProjectSettings, number: int
) -> Response[ProjectSettingsAnswer]:
    """The tag leaves out what people do not set, or every new card and every sync would make an open form outdated."""
    shown = ShownProjectSettings(
        project_id=project_id,
        board_id=project_id,
        next_ticket_number=number,
        **msgspec.structs.asdict(found),
    )
    return Response(ProjectSettingsAnswer(shown), headers={"ETag": etag(as_set(found))})


ROUTES = (read_settings, edit_settings, read_project_settings, edit_project_settings)
