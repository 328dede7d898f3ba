"""Lending git the connected account, where the user's own git is not let in."""

from __future__ import annotations

from kanbanai.domain.errors import GithubLoginNeeded
from kanbanai.domain.github import GIT_USER
from kanbanai.domain.worktrees import Login
from kanbanai.ports import Accounts, Lender


def lender(accounts: Accounts, base: str) -> Lender:
    """Lends the account's token for what is below `base`, where the pages of this GitHub are."""

    async def lend() -> Login | None:
        try:
            return Login(base.rstrip("/"), GIT_USER, await accounts.token())
        except GithubLoginNeeded:
            return None

    return lend
