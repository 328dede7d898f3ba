"""All that has to do with GitHub, wired: the account, issues on their way in, cards on their way out."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.adapters.github.calls import Calls
from kanbanai.adapters.github.forge import GithubForge
from kanbanai.app.work import kept_up
from kanbanai.config import Settings
from kanbanai.domain.environments import child_environment
from kanbanai.domain.github import GithubApp
from kanbanai.ports import Broker, Report, Store, Vault
from kanbanai.runtime.github.accounts import GithubAccounts
from kanbanai.runtime.github.exporting import GithubIssueExports
from kanbanai.runtime.github.importing import GithubIssueImports
from kanbanai.runtime.github.places import Places


class GithubWork(NamedTuple):
    """What was wired."""

    vault: Vault
    accounts: GithubAccounts
    imports: GithubIssueImports
    exports: GithubIssueExports
    report: Report

    @asynccontextmanager
    async def going_on(self) -> AsyncGenerator[None]:
        """Lets all of it go on for as long as this is entered."""
        async with kept_up({"issues in": self.imports.run, "issues out": self.exports.run}, self.report):
            yield


def speaking_to_github(
    settings: Settings, *, store: Store, broker: Broker, vault: Vault, app: GithubApp | None, report: Report
) -> GithubWork:
    """All of it, listening already. `app`: the OAuth app of the server's environment."""
    token = settings.github_token
    calls = Calls(settings.github_url)
    forge = GithubForge(calls, environment=child_environment(os.environ))
    accounts = GithubAccounts(store, forge, vault, given_app=app, given_token=token.value if token else None)
    places = Places(store, GitRepositories(os.environ), calls.base)
    work = GithubWork(
        vault=vault,
        accounts=accounts,
        imports=GithubIssueImports(store, forge, accounts, places, report=report),
        exports=GithubIssueExports(store, forge, accounts, places, report=report),
        report=report,
    )
    work.exports.listen_to(broker)
    return work
