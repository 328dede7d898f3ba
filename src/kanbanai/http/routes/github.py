"""What the web client needs to know of GitHub to start: the app, the account, where a project came from."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import get, put
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.github import GithubAccount, GithubAppStatus
from kanbanai.domain.repositories import Origin, origin_of
from kanbanai.http.provide import FromEnvironment, FromGit, FromStore, ProjectPath
from kanbanai.usecases import github_app as app_cases
from kanbanai.usecases import queries


class GithubAppDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """The OAuth app to speak as. A secret left out stays as it is, null takes it away."""

    client_id: Annotated[str, Meta(min_length=1)]
    client_secret: Annotated[str, Meta(min_length=1)] | msgspec.UnsetType | None = msgspec.UNSET

    def __repr__(self) -> str:
        """Without the secret, so that no log and no traceback holds it."""
        return f"GithubAppDraft({self.client_id!r})"


class Connection(msgspec.Struct, omit_defaults=True):
    """Whether an account is connected, and whose it is."""

    status: Literal["valid", "invalid"]
    account: GithubAccount | None = None


@get("/auth/github/app", summary="The GitHub app", tags=["github"])
async def read_app(store: FromStore, github_app: FromEnvironment) -> GithubAppStatus:
    """What is known of the OAuth app; its secret is never told."""
    return await store.read(app_cases.status, github_app)


@put("/auth/github/app", summary="Set the GitHub app", tags=["github"])
async def save_app(
    data: JSONBody[GithubAppDraft], store: FromStore, github_app: FromEnvironment
) -> GithubAppStatus:
    """Stores the OAuth app; its secret is never told."""
    return await store.run(app_cases.save, data.client_id, data.client_secret, github_app)


@get("/auth/github/check", summary="The GitHub account", tags=["github"])
async def check_connection(store: FromStore) -> Connection:
    """Whether an account is connected, as far as this server knows: GitHub is not asked."""
    account = await store.read(app_cases.account)
    return Connection("invalid") if account is None else Connection("valid", account)


@get(
    "/projects/{project_id:str}/github/origin",
    summary="Where a project came from",
    tags=["github", "projects"],
)
async def read_origin(project_id: ProjectPath, store: FromStore, git: FromGit) -> Origin:
    """The address of the remote `origin`, without any password in it; owner and repository when it is on github.com."""
    project = await store.read(queries.project, project_id)
    return origin_of(await git.origin_url(project.repository_path))


ROUTES = (read_app, save_app, check_connection, read_origin)
