"""Projects: repositories with a board."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain import sample as contents
from kanbanai.domain.ids import AttemptId, ProjectId
from kanbanai.domain.projects import MAX_SLUG, Project, project_name
from kanbanai.domain.repositories import Branch, repository_url
from kanbanai.domain.texts import optional_line
from kanbanai.http.answers import also
from kanbanai.http.conditions import (
    IdempotencyKey,
    IfMatch,
    IfNoneMatch,
    etag,
    guard,
    is_fresh,
    json_reply,
    named,
    not_modified,
    once,
)
from kanbanai.http.provide import FromGit, FromRuns, FromSampleFolder, FromStore, ProjectPath
from kanbanai.ports import Reading, Reply, Transaction
from kanbanai.usecases import projects, queries, sample

ProjectName = Annotated[
    str, Meta(min_length=1, description="1 to 200 characters.", examples=["Wire capture"])
]


class ProjectDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """A new project: a name and the folder of its repository on the server's machine."""

    name: ProjectName
    repository_path: Annotated[
        str,
        Meta(
            min_length=1,
            description="From the root, or from `~`. The top of a work tree: linked worktrees and submodules count.",
            examples=["~/code/wire-capture"],
        ),
    ]
    initialize: Annotated[
        bool, Meta(description="Make the folder, and a repository in it, where there is none.")
    ] = False
    repository_slug: Annotated[str, Meta(min_length=1)] | None = None
    repository_url: str | None = None


class ProjectPatch(msgspec.Struct, kw_only=True, rename="camel"):
    """What to change of a project."""

    name: ProjectName | msgspec.UnsetType = msgspec.UNSET


class BranchesAnswer(msgspec.Struct):
    """A repository's branches."""

    branches: list[Branch]


@get("/projects", summary="All projects", tags=["projects"])
async def list_projects(store: FromStore) -> list[Project]:
    """Every project, the newest first."""
    return await store.read(_all)


def _all(tx: Reading) -> list[Project]:
    return tx.projects.all()


@post("/projects", summary="Add a project", tags=["projects"])
async def create_project(
    data: JSONBody[ProjectDraft], store: FromStore, git: FromGit, idempotency_key: IdempotencyKey = None
) -> Response[Project]:
    """Adds a repository as a project with a board of four columns. Work starts from the repository's main branch.

    When anything fails, nothing is left of it: no project, and no folder that `initialize` made.
    """
    name, url = project_name(data.name), repository_url(data.repository_url)
    slug = optional_line("repositorySlug", data.repository_slug, MAX_SLUG)
    request = named(call="POST projects", body=data)
    async with git.prepared(data.repository_path, initialize=data.initialize) as repository:
        new = projects.NewProject(
            name=name,
            repository_path=repository.path,
            repository_slug=slug or PurePath(repository.path).name or None,
            repository_url=url,
            base_branch=repository.default_branch,
        )
        return await once(store, idempotency_key, request, partial(_create, new=new))


def _create(tx: Transaction, *, new: projects.NewProject) -> Reply:
    project = projects.create(tx, new)
    return json_reply(project, 201, {"ETag": etag(project), "Location": f"/api/v1/projects/{project.id}"})


@post(
    "/projects/demo",
    summary="The demo project",
    tags=["projects"],
    status_code=200,
    opt=also({201: Project}),
)
async def create_demo_project(
    store: FromStore, git: FromGit, sample_folder: FromSampleFolder
) -> Response[Project]:
    """A project for trying things out, with three cards for the demo agent.

    Its small repository is in the server's data folder. If the project is there already: that one (200), as people
    left it.
    """
    repository = await git.planted(sample_folder, contents.FILES, contents.FIRST_COMMIT, contents.AUTHOR)
    project, is_new = await store.run(sample.create, repository)
    return Response(project, status_code=201 if is_new else 200, headers={"ETag": etag(project)})


@get("/projects/{project_id:str}", summary="One project", tags=["projects"])
async def read_project(
    project_id: ProjectPath, store: FromStore, if_none_match: IfNoneMatch = None
) -> Response[Project]:
    """One project."""
    project = await store.read(queries.project, project_id)
    tag = etag(project)
    return not_modified(tag) if is_fresh(if_none_match, tag) else Response(project, headers={"ETag": tag})


@patch("/projects/{project_id:str}", summary="Rename a project", tags=["projects"])
async def edit_project(
    project_id: ProjectPath, data: JSONBody[ProjectPatch], store: FromStore, if_match: IfMatch = None
) -> Response[Project]:
    """Gives a project another name. Ticket keys and folders of worktrees keep the old one."""
    name = None if data.name is msgspec.UNSET else data.name
    project = await store.run(projects.rename, project_id, name, guard(if_match))
    return Response(project, headers={"ETag": etag(project)})


@delete(
    "/projects/{project_id:str}",
    summary="Delete a project",
    tags=["projects"],
    opt=also({409: "An agent was put to work on a card of it at that very moment; ask again."}),
)
async def delete_project(
    project_id: ProjectPath, store: FromStore, runs: FromRuns, if_match: IfMatch = None
) -> None:
    """Deletes a project with its board and all that is on it. The repository stays as it is.

    Agents at work on its cards are stopped first, and work in its worktrees that is nowhere else is saved.
    """
    if runs is not None:
        await runs.clear(await store.read(_attempts_of, project_id, guard(if_match)))
    await store.run(projects.delete, project_id, guard(if_match))


def _attempts_of(tx: Reading, project_id: ProjectId, check: projects.Guard | None) -> list[AttemptId]:
    """The project's attempts that are active or have a worktree, if it is the version that the caller meant."""
    project = queries.project(tx, project_id)
    if check is not None:
        check(project)
    concerned = (*tx.attempts.active(), *tx.attempts.with_worktree())
    return list(dict.fromkeys(one.id for one in concerned if one.board_id == project_id))


@get("/projects/{project_id:str}/git/branches", summary="Branches of a project", tags=["projects"])
async def list_branches(project_id: ProjectPath, store: FromStore, git: FromGit) -> BranchesAnswer:
    """The branches of the project's repository: its own first, then those of remotes; 502 when git cannot tell."""
    project = await store.read(queries.project, project_id)
    return BranchesAnswer(await git.branches(project.repository_path))


ROUTES = (
    list_projects,
    create_project,
    create_demo_project,
    read_project,
    edit_project,
    delete_project,
    list_branches,
)
