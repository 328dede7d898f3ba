"""Work that was saved before its worktree went: listed, brought back, forgotten."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from kanbanai.domain.worktrees import Salvage
from kanbanai.http.answers import also
from kanbanai.http.provide import FromAttemptGit, FromStore, ProjectPath
from kanbanai.usecases.attempt_git import repository_of

_NO_GIT = "Git failed; its words are in the detail."


class SalvagesAnswer(msgspec.Struct):
    """What was saved in a project's repository, the newest first."""

    salvages: list[Salvage]


class RestoreDraft(msgspec.Struct, kw_only=True):
    """What to bring back, as a branch."""

    ref: Annotated[str, Meta(min_length=1, description="As the list has it.")]
    branch: Annotated[
        str | None,
        Meta(description="Its name; a number is put behind one that is taken. Left out: as it was."),
    ] = None


class Restored(msgspec.Struct):
    """The branch that has the work again."""

    branch: str


@get("/projects/{project_id:str}/salvages", summary="Saved work", tags=["git"], opt=also({502: _NO_GIT}))
async def list_salvages(
    project_id: ProjectPath, store: FromStore, attempt_git: FromAttemptGit
) -> SalvagesAnswer:
    """Work of attempts that was nowhere else when their worktrees were put away."""
    repository = await store.read(repository_of, project_id)
    return SalvagesAnswer(await attempt_git.salvages.all(repository))


@post(
    "/projects/{project_id:str}/salvages/restore",
    summary="Bring saved work back",
    tags=["git"],
    status_code=200,
    opt=also({502: _NO_GIT}),
)
async def restore_salvage(
    project_id: ProjectPath, data: JSONBody[RestoreDraft], store: FromStore, attempt_git: FromAttemptGit
) -> Restored:
    """Makes a branch with the saved work, what was not committed as its last commit. The saved work stays besides."""
    repository = await store.read(repository_of, project_id)
    return Restored(await attempt_git.salvages.restore(repository, data.ref, data.branch))


@delete(
    "/projects/{project_id:str}/salvages", summary="Forget saved work", tags=["git"], opt=also({502: _NO_GIT})
)
async def drop_salvage(
    project_id: ProjectPath,
    store: FromStore,
    attempt_git: FromAttemptGit,
    ref: Annotated[str, QueryParameter(description="As the list has it.")],
) -> None:
    """Forgets one piece of saved work, for good."""
    repository = await store.read(repository_of, project_id)
    await attempt_git.salvages.drop(repository, ref)


ROUTES = (list_salvages, restore_salvage, drop_salvage)
