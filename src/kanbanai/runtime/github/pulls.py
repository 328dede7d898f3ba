"""The pull requests of projects: which repository theirs is, pushing, making or finding one, and who said what."""

from __future__ import annotations

import asyncio

from kanbanai.domain.errors import Conflict, GithubFailed
from kanbanai.domain.ids import ProjectId
from kanbanai.domain.pulls import NewPullRequest, PullRequest, PullRequestText
from kanbanai.domain.repositories import github_repository
from kanbanai.ports import Accounts, Git, PullForge, Store, Worktrees
from kanbanai.ports.pulls import FeedbackOrder, FeedbackSent, ListedState, PullRequestOrder, PullRequestView
from kanbanai.usecases import attempts
from kanbanai.usecases import pulls as use_cases
from kanbanai.usecases.pulls import DEFAULT_REMOTE, Ground


class GithubPullRequests:
    """`kanbanai.ports.PullRequests`. `base` is where the pages of this GitHub are."""

    def __init__(
        self, forge: PullForge, accounts: Accounts, git: Git, worktrees: Worktrees, *, base: str
    ) -> None:
        self._forge = forge
        self._accounts = accounts
        self._git = git
        self._worktrees = worktrees
        self.base = base.rstrip("/")

    async def list(
        self, store: Store, project_id: ProjectId, *, state: ListedState, branch: str | None
    ) -> list[PullRequest]:
        token, repository = await self._there(store, project_id)
        return await self._forge.list(token, repository, state=state, branch=branch)

    async def read(self, store: Store, project_id: ProjectId, number: int) -> PullRequestView:
        token, repository = await self._there(store, project_id)
        pull, feedback = await asyncio.gather(
            self._forge.read(token, repository, number), self._forge.feedback(token, repository, number)
        )
        checks = await self._forge.checks(token, repository, pull.head_sha)
        await store.run(use_cases.observe, project_id, pull.url, pull, checks)
        card_id, attempt_id = await store.read(use_cases.belonging, project_id, pull)
        return PullRequestView(
            pr=pull, checks=checks, feedback=feedback, card_id=card_id, attempt_id=attempt_id
        )

    async def text(self, store: Store, project_id: ProjectId, order: PullRequestOrder) -> PullRequestText:
        ground = await store.read(use_cases.ground, project_id, order)
        found = await self.repository(ground.path, ground.remote)
        return ground.text(found)

    async def open(self, store: Store, project_id: ProjectId, order: PullRequestOrder) -> PullRequest:
        ground = await store.read(use_cases.ground, project_id, order)
        token = await self._accounts.token()
        repository = self._needed(await self.repository(ground.path, ground.remote), ground.remote)
        subject = ground.subject
        remote = await self._worktrees.push(
            ground.path, remote=ground.remote, branch=subject.branch, may_rebase=ground.may_rebase
        )
        if subject.attempt is not None:
            await store.run(attempts.record_push, subject.attempt.id, remote=remote, branch=subject.branch)
        pull = await self._found_or_made(token, repository, ground, order)
        await store.run(
            use_cases.record, project_id, pull, card_id=subject.card_id, attempt_id=subject.attempt_id
        )
        return pull

    async def send_feedback(
        self, store: Store, project_id: ProjectId, number: int, order: FeedbackOrder
    ) -> FeedbackSent:
        token, repository = await self._there(store, project_id)
        pull, feedback = await asyncio.gather(
            self._forge.read(token, repository, number), self._forge.feedback(token, repository, number)
        )
        return await store.run(use_cases.tell, project_id, pull, feedback, order)

    async def repository(self, path: str, preferred: str | None) -> str | None:
        """`owner/name` of what a repository's remote is on this GitHub; None: it is elsewhere, or there is none."""
        remotes = await self._git.remotes(path)
        chosen = preferred or (DEFAULT_REMOTE if DEFAULT_REMOTE in remotes or len(remotes) != 1 else None)
        url = remotes.get(chosen) if chosen else next(iter(remotes.values()))
        return github_repository(url, self.base)

    async def _there(self, store: Store, project_id: ProjectId) -> tuple[str, str]:
        """The token, and the project's repository on GitHub."""
        path, preferred = await store.read(use_cases.place, project_id)
        token = await self._accounts.token()
        return token, self._needed(await self.repository(path, preferred), preferred)

    def _needed(self, repository: str | None, preferred: str | None) -> str:
        if repository is None:
            remote = preferred or DEFAULT_REMOTE
            raise Conflict(
                f"The project's remote {remote} is no repository at {self.base}; choose another remote in the "
                "project's settings, or `git remote add` one"
            )
        return repository

    async def _found_or_made(
        self, token: str, repository: str, ground: Ground, order: PullRequestOrder
    ) -> PullRequest:
        """The branch's open pull request; one is made if there is none."""
        branch = ground.subject.branch
        if found := await self._forge.list(token, repository, state="open", branch=branch):
            return found[0]
        text = ground.text(repository)
        new = NewPullRequest(
            title=order.title or text.title,
            head=branch,
            base=text.base,
            body=text.body if order.body is None else order.body,
            draft=order.draft,
        )
        made = await self._forge.create(token, repository, new)
        if made is None:
            # Somebody else was quicker.
            found = await self._forge.list(token, repository, state="open", branch=branch)
            if not found:
                raise GithubFailed(
                    f"GitHub says that {branch} has a pull request already, and does not show it"
                )
            made = found[0]
        return made
