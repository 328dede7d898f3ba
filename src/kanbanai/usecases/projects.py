"""What can be done with projects."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kanbanai.domain.attempts import AT_WORK
from kanbanai.domain.boards import DEFAULT_COLUMNS, ColumnFields
from kanbanai.domain.errors import Conflict, Invalid
from kanbanai.domain.events import ColumnCreated, ProjectCreated, ProjectDeleted, ProjectUpdated
from kanbanai.domain.ids import COLUMN_PREFIX, PROJECT_PREFIX, BoardId, ColumnId, ProjectId
from kanbanai.domain.projects import Project, project_name
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.tickets import default_prefix
from kanbanai.ports import Transaction
from kanbanai.usecases import queries

Guard = Callable[[Project], None]
"""Raises PreconditionFailed when the caller meant another version of the project."""


class NewProject(msgspec.Struct, frozen=True, kw_only=True):
    """What a project is made of. The path was found to be a repository by whoever asks."""

    name: str
    repository_path: str
    repository_slug: str | None = None
    repository_url: str | None = None
    base_branch: str = "main"


def create(tx: Transaction, new: NewProject) -> Project:
    """Makes a project with its settings and a board of four columns. Raises Invalid for a bad name."""
    project_id = ProjectId(tx.new_id(PROJECT_PREFIX))
    board_id = BoardId(project_id)
    project = Project(
        id=project_id,
        board_id=board_id,
        name=project_name(new.name),
        created_at=tx.now,
        repository_path=new.repository_path,
        repository_url=new.repository_url,
        repository_slug=new.repository_slug,
    )
    settings = ProjectSettings(
        base_branch=new.base_branch,
        ticket_prefix=default_prefix(project.name),
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.projects.add(project, settings)
    for index, (title, role) in enumerate(DEFAULT_COLUMNS):
        column = ColumnFields(id=ColumnId(tx.new_id(COLUMN_PREFIX)), title=title, key=role)
        tx.columns.insert(board_id, column, index)
        tx.emit(board_id, ColumnCreated(column=column, index=index))
    tx.emit_dashboard(ProjectCreated(project_id=project_id, name=project.name))
    return project


def rename(tx: Transaction, project_id: ProjectId, name: str | None, guard: Guard | None = None) -> Project:
    """Gives a project another name. Raises NotFound, Invalid, and what `guard` raises."""
    before = queries.project(tx, project_id)
    if guard is not None:
        guard(before)
    if name is None:
        raise Invalid("No updates provided")
    after = msgspec.structs.replace(before, name=project_name(name))
    if after != before:
        tx.projects.save(after)
        tx.emit_dashboard(ProjectUpdated(project_id=project_id, name=after.name))
    return after


def delete(tx: Transaction, project_id: ProjectId, guard: Guard | None = None) -> None:
    """Removes a project with its board and everything on it. Its channel ends.

    Raises NotFound, Conflict while an agent is at work on a card of it, and what `guard` raises.
    """
    project = queries.project(tx, project_id)
    if guard is not None:
        guard(project)
    if any(one.board_id == project_id and one.status in AT_WORK for one in tx.attempts.active()):
        raise Conflict("An agent is at work on a card of the project; stop it first")
    tx.projects.remove(project_id)
    tx.emit_dashboard(ProjectDeleted(project_id=project_id))
