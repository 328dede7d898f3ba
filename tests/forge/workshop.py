"""A project whose remote is on the stand-in, with attempts that have real worktrees, and a client of its server."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import Card
from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.domain.settings import ProjectSettingsChanges
from kanbanai.domain.worktrees import NewWorktree
from kanbanai.http.provide import Services
from kanbanai.runtime.github.accounts import GithubAccounts
from kanbanai.usecases import attempts, projects, queries, settings
from kanbanai.usecases.attempts import NewAttempt
from tests.forge.standin import StandIn
from tests.http.conftest import edge
from tests.http.wiring import services_on, speaking_to
from tests.world import World

REPO = "acme/wire"
IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgSign=false")


def git(folder: Path | str, *arguments: str) -> str:
    run = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return run.stdout.strip()


def committed(folder: Path | str, name: str, text: str) -> str:
    """Commits a file, and answers with the commit."""
    (Path(folder) / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", f"Write {name}")
    return git(folder, "rev-parse", "HEAD")


class Workshop:
    """See the module."""

    def __init__(
        self,
        world: World,
        github: StandIn,
        services: Services,
        client: httpx.AsyncClient,
        repository: Path,
        project_id: ProjectId,
        token: str,
    ) -> None:
        self.world = world
        self.github = github
        self.services = services
        self.client = client
        self.repository = repository
        self.id = project_id
        self.token = token
        self.path = f"/api/v1/projects/{project_id}/pull-requests"

    async def attempt(self, title: str = "Retry uploads", **card: Any) -> Attempt:
        """A card with an attempt that has ended, with a commit of its own in its worktree."""
        card_id = await self.world.card(self.id, title, **card)
        made = await self.world.run(attempts.queue, self.id, card_id, NewAttempt(agent="CODEX"))
        path = self.repository.parent / "worktrees" / made.id
        new = NewWorktree(
            repository=str(self.repository), path=str(path), branch=made.branch_name, base="main", fetch=False
        )
        tree = await self.services.attempt_git.worktrees.create(new)
        await self.world.run(attempts.record_worktree, made.id, tree.path, tree.branch, tree.base_commit)
        await self.world.run(attempts.set_status, made.id, "running")
        await self.world.run(attempts.set_status, made.id, "succeeded")
        await asyncio.to_thread(committed, tree.path, "upload.py", "def upload():\n    retry()\n")
        return await self.world.read(queries.attempt, made.id)

    async def opened(self, attempt: Attempt, **draft: Any) -> dict[str, Any]:
        """A pull request of the attempt."""
        body = {"title": "Retry uploads", "attemptId": attempt.id} | draft
        answer = await self.client.post(self.path, json=body)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()["pr"]
        return made

    async def card(self, card_id: CardId) -> Card:
        return (await self.world.read(queries.card, self.id, card_id)).card

    async def column_of(self, card_id: CardId) -> int:
        """The number of the column that the card stands in."""
        placed = await self.world.read(queries.card, self.id, card_id)
        return (await self.world.columns(self.id)).index(placed.column_id)

    async def closes_merged(self, wanted: bool = True) -> None:
        changes = ProjectSettingsChanges(auto_close_ticket_on_pr_merge=wanted)
        await self.world.run(settings.edit_project, self.id, changes)


@asynccontextmanager
async def workshop(world: World, github: StandIn, home: Path) -> AsyncGenerator[Workshop]:
    github.repo(REPO)
    token = github.user("ada")
    repository = home / "wire"
    await asyncio.to_thread(_furnish, repository, github)
    services = services_on(world, home, github.base)
    assert isinstance(services.accounts, GithubAccounts)
    services.accounts._given_token = token
    project = await world.run(
        projects.create, projects.NewProject(name="Wire Capture", repository_path=str(repository))
    )
    async with speaking_to(edge(services)) as client:
        yield Workshop(world, github, services, client, repository, project.id, token)


def _furnish(repository: Path, github: StandIn) -> None:
    """A repository with one commit, which its remote on the stand-in has as well."""
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    committed(repository, "README.md", "Wire\n")
    address = github.host(REPO)
    assert github.root is not None
    git(repository, "push", "--quiet", str(github.root / f"{REPO}.git"), "main")
    git(repository, "remote", "add", "origin", address)
