"""Projects: made with a board, renamed, removed with all that is theirs."""

from collections.abc import AsyncGenerator

import pytest

from kanbanai.domain.channels import board_channel
from kanbanai.domain.errors import Invalid, NotFound, PreconditionFailed
from kanbanai.domain.events import ProjectCreated, ProjectDeleted, ProjectUpdated
from kanbanai.domain.ids import ProjectId
from kanbanai.domain.projects import Project
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.usecases import projects, queries
from tests.world import World, verify

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


async def test_rt3_a_new_board_is_what_its_events_make_of_an_empty_one(world: World) -> None:
    project = await world.project()
    said = [entry for entry in world.committed if entry.channel == board_channel(project.id)]
    assert [entry.seq for entry in said] == [1, 2, 3, 4]
    verify(BoardSnapshot.empty(), said, (await world.read(queries.board_view, project.id))[0])
    columns = await world.read(lambda tx: tx.columns.of_board(project.id))
    assert [(column.title, column.key) for column in columns] == [
        ("Backlog", "backlog"),
        ("In Progress", "inProgress"),
        ("Review", "review"),
        ("Done", "done"),
    ]


async def test_the_dashboard_is_told_of_a_project_that_is_made_renamed_and_removed(world: World) -> None:
    project = await world.project("One")
    await world.run(projects.rename, project.id, " Two ")
    await world.run(projects.delete, project.id)
    told = [entry.event for entry in world.committed if entry.channel == "dashboard"]
    assert told == [
        ProjectCreated(project_id=project.id, name="One"),
        ProjectUpdated(project_id=project.id, name="Two"),
        ProjectDeleted(project_id=project.id),
    ]


async def test_the_prefix_and_the_base_branch_are_its_own(world: World) -> None:
    new = projects.NewProject(name="Éclair au café", repository_path="/x", base_branch="trunk")
    project = await world.run(projects.create, new)
    settings = await world.read(queries.project_settings, project.id)
    assert (settings.ticket_prefix, settings.base_branch) == ("CAC", "trunk")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
async def test_a_project_needs_a_name_of_1_to_200_characters(world: World, name: str) -> None:
    project = await world.project()
    count = len(world.committed)
    with pytest.raises(Invalid):
        await world.run(projects.create, projects.NewProject(name=name, repository_path="/x"))
    with pytest.raises(Invalid):
        await world.run(projects.rename, project.id, name)
    assert await world.read(lambda tx: tx.projects.all()) == [project]
    assert len(world.committed) == count


async def test_a_rename_to_the_same_name_says_nothing(world: World) -> None:
    project = await world.project("Same")
    count = len(world.committed)
    assert await world.run(projects.rename, project.id, " Same ") == project
    assert len(world.committed) == count


async def test_a_guard_sees_the_project_before_it_changes_or_goes(world: World) -> None:
    def refuse(_project: Project) -> None:
        raise PreconditionFailed("changed meanwhile")

    project = await world.project()
    with pytest.raises(PreconditionFailed):
        await world.run(projects.rename, project.id, "Other", refuse)
    with pytest.raises(PreconditionFailed):
        await world.run(projects.delete, project.id, refuse)
    assert await world.read(queries.project, project.id) == project


async def test_what_is_removed_takes_its_board_and_its_log_along_and_nothing_of_another(world: World) -> None:
    project, other = await world.project("One"), await world.project("Two")
    await world.card(project.id)
    kept = await world.card(other.id)
    await world.run(projects.delete, project.id)
    assert await world.read(lambda tx: tx.projects.all()) == [other]
    with pytest.raises(NotFound):
        await world.read(queries.board_view, project.id)
    assert await world.read(lambda tx: tx.entries(board_channel(project.id), 0, 100)) == []
    assert list((await world.read(queries.board_state, other.id))[0].cards) == [kept]


async def test_an_unknown_project_can_be_neither_renamed_nor_removed(world: World) -> None:
    for call in (
        world.run(projects.rename, ProjectId("nowhere"), "x"),
        world.run(projects.delete, ProjectId("nowhere")),
    ):
        with pytest.raises(NotFound, match="Project not found"):
            await call
