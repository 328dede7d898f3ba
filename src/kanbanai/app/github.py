"""All that has to do with GitHub, wired: the account, issues on their way in, cards on their way out."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.adapters.github.calls import Calls
from kanbanai.adapters.github.forge import GithubForge
from kanbanai.adapters.github.pulls import GithubPulls
from kanbanai.app.work import Job, kept_up
from kanbanai.config import Settings
from kanbanai.domain.environments import child_environment
from kanbanai.domain.github import GithubApp
from kanbanai.ports import Broker, Lender, Report, Store, Vault, Worktrees
from kanbanai.runtime.github.accounts import GithubAccounts
from kanbanai.runtime.github.exporting import GithubIssueExports
from kanbanai.runtime.github.importing import GithubIssueImports
from kanbanai.runtime.github.lending import lender
from kanbanai.runtime.github.places import Places
from kanbanai.runtime.github.pull_watch import PullWatch
from kanbanai.runtime.github.pulls import GithubPullRequests


class GithubDoor(NamedTuple):
    """How this server comes to GitHub: by which calls, and as whose account."""

    vault: Vault
    calls: Calls
    forge: GithubForge
    accounts: GithubAccounts

    def lender(self) -> Lender:
        """Lends git the account."""
        return lender(self.accounts, self.calls.base)


class GithubWork(NamedTuple):
    """What was wired."""

    vault: Vault
    accounts: GithubAccounts
    imports: GithubIssueImports
    exports: GithubIssueExports
    pulls: GithubPullRequests
    pull_watch: PullWatch
    report: Report

    @asynccontextmanager
    async def going_on(self) -> AsyncGenerator[None]:
        """Lets all of it go on for as long as this is entered."""
        jobs: dict[str, Job] = {
            "issues in": self.imports.run,
            "issues out": self.exports.run,
            "pull requests": self.pull_watch.run,
        }
        async with kept_up(jobs, self.report):
            yield


def door_to_github(settings: Settings, *, store: Store, vault: Vault, app: GithubApp | None) -> GithubDoor:
    """`app`: the OAuth app of the server's environment."""
    token = settings.github_token
    calls = Calls(settings.github_url)
    forge = GithubForge(calls, environment=child_environment(os.environ))
    accounts = GithubAccounts(store, forge, vault, given_app=app, given_token=token.value if token else None)
    return GithubDoor(vault, calls, forge, accounts)


def speaking_to_github(
    settings: Settings,
    door: GithubDoor,
    *,
    store: Store,
    broker: Broker,
    worktrees: Worktrees,
    report: Report,
) -> GithubWork:
    """All of it, listening already."""
    vault, calls, forge, accounts = door
    git = GitRepositories(os.environ)
    places = Places(store, git, calls.base)
    pull_forge = GithubPulls(calls)
    pulls = GithubPullRequests(pull_forge, accounts, git, worktrees, base=calls.base)
    work = GithubWork(
        vault=vault,
        accounts=accounts,
        imports=GithubIssueImports(store, forge, accounts, places, report=report),
        exports=GithubIssueExports(store, forge, accounts, places, report=report),
        pulls=pulls,
        pull_watch=PullWatch(
            store, pull_forge, accounts, pulls, report=report, every=settings.github_poll_seconds
        ),
        report=report,
    )
    work.exports.listen_to(broker)
    return work
