"""What the core asks of the place where issues and pull requests live, and of the connection to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal, Protocol

from kanbanai.domain.github import DeviceCode, GithubAccount, Grant, IssuePage, Waiting


class Forge(Protocol):
    """GitHub.

    Every call raises GithubFailed when it refuses or cannot be reached, GithubLimited when it takes no more requests
    for now, GithubLoginNeeded when it does not take the token, Forbidden and NotFound for what the account may not.
    """

    async def begin_device(self, client_id: str) -> DeviceCode:
        """Begins a device flow for that app."""
        ...

    async def ask_device(self, client_id: str, device_code: str) -> Grant | Waiting:
        """What became of a device flow. Raises Expired and DeviceDenied."""
        ...

    async def account(self, token: str) -> GithubAccount:
        """Whose the token is."""
        ...

    async def repositories(self, token: str) -> list[dict[str, Any]]:
        """The repositories that the account sees, as GitHub tells them, the last pushed first; all pages."""
        ...

    def issues(
        self,
        token: str,
        repository: str,
        *,
        state: Literal["open", "closed", "all"],
        since: str | None = None,
        etag: str | None = None,
    ) -> AsyncIterator[IssuePage]:
        """The issues of `owner/name`, the one longest unchanged first, page by page to the last.

        `since`: only what was changed at that time or later. `etag` of an earlier answer to the same question: no page
        at all when nothing has changed since, which costs GitHub's limit nothing.
        """
        ...

    async def local_token(self) -> str | None:
        """The token of the `gh` program of whoever runs this server; None: it is not there, or not logged in."""
        ...


class Accounts(Protocol):
    """The connection of a person's account."""

    async def begin(self) -> DeviceCode:
        """Begins a device flow, beside those that are open. Raises NoDeviceFlow."""
        ...

    async def poll(self, user_code: str | None = None) -> GithubAccount | Waiting:
        """What became of the flow with that code, or of any that is open (None); asks GitHub no oftener than it wants.

        Raises Expired when there is none, or it took too long; DeviceDenied, GithubFailed.
        """
        ...

    async def adopt_local(self) -> GithubAccount:
        """Connects the account that the `gh` program is logged in to. Raises GithubLoginNeeded when there is none."""
        ...

    async def check(self) -> GithubAccount | None:
        """Whose account is connected, as far as this server knows.

        GitHub is asked only whose a token of the environment is, once.
        """
        ...

    async def log_out(self) -> None:
        """Forgets account and token, and every flow that is open."""
        ...

    async def token(self) -> str:
        """The token to speak to GitHub with. Raises GithubLoginNeeded, SecretLost."""
        ...

    async def repositories(self) -> list[dict[str, Any]]:
        """See `Forge`."""
        ...
