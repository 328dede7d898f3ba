"""The connection to GitHub: the app, the account, its repositories, where a project came from."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from litestar import Response, get, post, put
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.errors import Unavailable
from kanbanai.domain.github import PUBLIC_GITHUB, DeviceCode, GithubAccount, GithubAppStatus, Waiting
from kanbanai.domain.repositories import Origin, origin_of
from kanbanai.http.answers import also
from kanbanai.http.provide import (
    FromAccounts,
    FromEnvironment,
    FromGit,
    FromGithubUrl,
    FromStore,
    FromVault,
    ProjectPath,
)
from kanbanai.ports import Accounts
from kanbanai.usecases import github_app as app_cases
from kanbanai.usecases import queries

MAX_CODE = 50
"""Characters; GitHub's have 9."""


class GithubAppDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """The OAuth app to speak as. A secret left out stays as it is, null takes it away."""

    client_id: Annotated[str, Meta(min_length=1)]
    client_secret: Annotated[str, Meta(min_length=1)] | msgspec.UnsetType | None = msgspec.UNSET

    def __repr__(self) -> str:
        """Without the secret, so that no log and no traceback holds it."""
        return f"GithubAppDraft({self.client_id!r})"


class Connection(msgspec.Struct, omit_defaults=True):
    """Whether an account is connected, and whose it is. `url`: of the GitHub Enterprise; left out: github.com."""

    status: Literal["valid", "invalid"]
    account: GithubAccount | None = None
    url: str | None = None


class DeviceStart(msgspec.Struct, kw_only=True, rename="camel"):
    """What a person has to type where. `expiresIn` and `interval` (between two polls) are seconds."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    expires_in: int
    interval: int


class DevicePoll(msgspec.Struct, kw_only=True, rename="camel"):
    """Which flow is asked about; without a code any that is open."""

    user_code: Annotated[str, Meta(min_length=1, max_length=MAX_CODE)] | None = None


class DevicePending(msgspec.Struct):
    """The person has not answered yet; ask again after `interval` seconds."""

    status: Literal["authorization_pending"]
    interval: int | None

    EXAMPLE: ClassVar = {"status": "authorization_pending", "interval": 5}


class DeviceSuccess(msgspec.Struct):
    """The account is connected."""

    status: Literal["success"]
    account: GithubAccount


class Repositories(msgspec.Struct):
    """Repositories as GitHub tells them."""

    repos: list[dict[str, Any]]


@get("/auth/github/app", summary="The GitHub app", tags=["github"])
async def read_app(store: FromStore, github_app: FromEnvironment) -> GithubAppStatus:
    """What is known of the OAuth app; its secret is never told."""
    return await store.read(app_cases.status, github_app)


@put(
    "/auth/github/app",
    summary="Set the GitHub app",
    tags=["github"],
    opt=also({409: "The key for secrets cannot be read."}),
)
async def save_app(
    data: JSONBody[GithubAppDraft], store: FromStore, github_app: FromEnvironment, vault: FromVault
) -> GithubAppStatus:
    """Stores the OAuth app, its secret encrypted; it is never told."""
    cipher = await vault.cipher()
    return await store.run(app_cases.save, data.client_id, data.client_secret, github_app, cipher)


@get("/auth/github/check", summary="The GitHub account", tags=["github"])
async def check_connection(accounts: FromAccounts, github_url: FromGithubUrl) -> Connection:
    """Whether an account is connected, as far as this server knows; GitHub is not asked about it."""
    account = None if accounts is None else await accounts.check()
    url = None if github_url == PUBLIC_GITHUB else github_url
    return Connection("invalid" if account is None else "valid", account, url)


@post(
    "/auth/github/device/start",
    summary="Begin to connect an account",
    tags=["github"],
    status_code=200,
    opt=also({503: "There is no app to speak as, or GitHub does not answer."}),
)
async def start_device(accounts: FromAccounts) -> DeviceStart:
    """Begins GitHub's device flow. Several may be open at once."""
    return _told(await _needed(accounts).begin())


@post(
    "/auth/github/device/poll",
    summary="Whether the account is connected",
    tags=["github"],
    status_code=200,
    opt=also(
        {
            202: DevicePending,
            403: "The person said no.",
            410: "The code has expired, or no flow is open.",
            502: "GitHub refused.",
        }
    ),
)
async def poll_device(data: JSONBody[DevicePoll], accounts: FromAccounts) -> Response[DeviceSuccess]:
    """What became of a device flow. GitHub is asked no oftener than it wants, however often this is called."""
    found = await _needed(accounts).poll(data.user_code)
    if isinstance(found, Waiting):
        pending: Any = DevicePending("authorization_pending", found.interval)
        return Response(pending, status_code=202)
    return Response(DeviceSuccess("success", found))


@post(
    "/auth/github/gh",
    summary="Connect the account of the gh program",
    tags=["github"],
    status_code=200,
    opt=also({401: "The program `gh` is not there, or not logged in.", 502: "GitHub refused."}),
)
async def adopt_gh(accounts: FromAccounts) -> Connection:
    """Connects the account that the `gh` program of whoever runs this server is logged in to."""
    return Connection("valid", await _needed(accounts).adopt_local())


@post("/auth/github/logout", summary="Disconnect the account", tags=["github"], status_code=204)
async def log_out(accounts: FromAccounts) -> None:
    """Forgets the account and its token. GitHub itself is not told: tokens are revoked in its settings."""
    await _needed(accounts).log_out()


@get(
    "/auth/github/repos",
    summary="The account's repositories",
    tags=["github"],
    opt=also({401: "No account is connected.", 502: "GitHub refused."}),
)
async def read_repositories(accounts: FromAccounts) -> Repositories:
    """The repositories that the account sees, the last pushed first, as GitHub tells them."""
    return Repositories(await _needed(accounts).repositories())


@get(
    "/projects/{project_id:str}/github/origin",
    summary="Where a project came from",
    tags=["github", "projects"],
)
async def read_origin(project_id: ProjectPath, store: FromStore, git: FromGit) -> Origin:
    """The address of the remote `origin`, without any password in it; owner and repository when it is on github.com."""
    project = await store.read(queries.project, project_id)
    return origin_of(await git.origin_url(project.repository_path))


def _told(code: DeviceCode) -> DeviceStart:
    return DeviceStart(
        user_code=code.user_code,
        verification_uri=code.verification_uri,
        verification_uri_complete=code.verification_uri_complete,
        expires_in=code.expires_in,
        interval=code.interval,
    )


def _needed(accounts: Accounts | None) -> Accounts:
    if accounts is None:
        raise Unavailable("This server does not speak to GitHub")
    return accounts


ROUTES = (
    read_app,
    save_app,
    check_connection,
    start_device,
    poll_device,
    adopt_gh,
    log_out,
    read_repositories,
    read_origin,
)
