"""What can be done with the project for trying things out."""

from __future__ import annotations

from kanbanai.domain import sample
from kanbanai.domain.projects import Project
from kanbanai.domain.repositories import Repository
from kanbanai.domain.settings import ProjectSettingsChanges
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import cards, projects, settings
from kanbanai.usecases.cards import NewCard


def find(tx: Reading, repository_path: str) -> Project | None:
    """The project that is there already."""
    return next((one for one in tx.projects.all() if one.repository_path == repository_path), None)


def create(tx: Transaction, repository: Repository) -> tuple[Project, bool]:
    """The project of that repository, and whether it was made now, with its cards; else it is just as people left it.

    In a new one what an agent did is committed when it is done, so that it can be merged at once.
    """
    found = find(tx, repository.path)
    if found is not None:
        return found, False
    new = projects.NewProject(
        name=sample.NAME, repository_path=repository.path, base_branch=repository.default_branch
    )
    project = projects.create(tx, new)
    changes = ProjectSettingsChanges(default_agent=sample.AGENT, auto_commit_on_finish=True)
    settings.edit_project(tx, project.id, changes)
    backlog = next(one.id for one in tx.columns.of_board(project.board_id) if one.key == "backlog")
    for card in sample.CARDS:
        cards.create(
            tx,
            project.board_id,
            NewCard(
                column_id=backlog,
                title=card.title,
                description=card.description,
                ticket_type=card.ticket_type,
            ),
        )
    return project, True
