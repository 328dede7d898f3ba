"""What the routes are given. The composition root fills a `Services`; Litestar hands each route what it names."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter, SkipValidation

from kanbanai.domain.github import PUBLIC_GITHUB, GithubApp
from kanbanai.domain.ids import BoardId, CardId, ColumnId, ProjectId
from kanbanai.http.auth import actor_of
from kanbanai.http.metrics import Metrics
from kanbanai.http.ui import Site
from kanbanai.ports import (
    Accounts,
    AttemptGit,
    DevProcesses,
    Files,
    Git,
    IssueExports,
    IssueImports,
    Outputs,
    PullRequests,
    Releases,
    Runs,
    Scout,
    Store,
    Terminals,
    Transcripts,
    Vault,
    WorktreeUpkeep,
    Writers,
)
from kanbanai.realtime.hub import Hub

FromStore = NamedDependency[SkipValidation[Store]]
"""The store, acting as whoever makes the request."""
FromGit = NamedDependency[SkipValidation[Git]]
FromAttemptGit = NamedDependency[SkipValidation[AttemptGit]]
FromFiles = NamedDependency[SkipValidation[Files]]
FromDevProcesses = NamedDependency[SkipValidation[DevProcesses]]
FromTerminals = NamedDependency[SkipValidation[Terminals]]
FromReleases = NamedDependency[SkipValidation[Releases]]
FromMetrics = NamedDependency[SkipValidation[Metrics]]
FromEnvironment = NamedDependency[SkipValidation[GithubApp | None]]
FromVault = NamedDependency[SkipValidation[Vault]]
FromGithubUrl = NamedDependency[SkipValidation[str]]
FromAccounts = NamedDependency[SkipValidation[Accounts | None]]
FromIssueImports = NamedDependency[SkipValidation[IssueImports | None]]
FromIssueExports = NamedDependency[SkipValidation[IssueExports | None]]
FromPulls = NamedDependency[SkipValidation[PullRequests | None]]
FromScout = NamedDependency[SkipValidation[Scout | None]]
FromRuns = NamedDependency[SkipValidation[Runs | None]]
FromOutputs = NamedDependency[SkipValidation[Outputs | None]]
FromTranscripts = NamedDependency[SkipValidation[Transcripts | None]]
FromUpkeep = NamedDependency[SkipValidation[WorktreeUpkeep | None]]
FromWriters = NamedDependency[SkipValidation[Writers | None]]
FromSampleFolder = NamedDependency[SkipValidation[str]]
FromVersion = NamedDependency[SkipValidation[str]]

BoardPath = Annotated[BoardId, PathParameter(description="The board's id, which is its project's.")]
ProjectPath = Annotated[ProjectId, PathParameter(description="The project's id.")]
CardPath = Annotated[CardId, PathParameter(description="The card's id.")]
ColumnPath = Annotated[ColumnId, PathParameter(description="The column's id.")]


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that routes may need."""

    store: Store
    hub: Hub
    git: Git
    attempt_git: AttemptGit
    files: Files
    releases: Releases
    terminals: Terminals
    dev_processes: DevProcesses
    vault: Vault
    metrics: Metrics
    sample_folder: str
    """Where the repository for trying things out is, or will be."""
    version: str
    """This program's own, without a leading `v`."""
    scout: Scout | None = None
    """Looks for agents on this machine; None: nobody does."""
    github_app: GithubApp | None = None
    """The one of the environment; what people store goes before it."""
    accounts: Accounts | None = None
    """The connection to GitHub; None: this server does not speak to it."""
    github_url: str = PUBLIC_GITHUB
    """Where its pages are: those of a GitHub Enterprise, if this server speaks to one."""
    issue_imports: IssueImports | None = None
    issue_exports: IssueExports | None = None
    """Issues on their way in and cards on their way out; None as well then."""
    pulls: PullRequests | None = None
    """The pull requests there; None as well then."""
    runs: Runs | None = None
    """The attempts at work; None: this server runs no agents."""
    writers: Writers | None = None
    """Agents that write texts; None as well then."""
    upkeep: WorktreeUpkeep | None = None
    """Their worktrees that may go; None as well then."""
    outputs: Outputs | None = None
    transcripts: Transcripts | None = None
    """What attempts leave beside their conversations; None: nothing is kept."""
    site: Site | None = None
    """The built web client; None: there is none."""


def provided(services: Services) -> dict[str, Provide]:
    """Litestar's dependencies, by the names that routes use: those of the services."""

    def store(request: Request[Any, Any, Any]) -> Store:
        return services.store.acting_as(actor_of(request))

    given = {name: _giving(services, name) for name in services.__struct_fields__}
    return given | {"store": Provide(store, sync_to_thread=False)}


def _giving(services: Services, name: str) -> Provide:
    def give() -> object:
        return getattr(services, name)

    return Provide(give, sync_to_thread=False)
