"""What the core asks of the place where issues and pull requests live, and of the connection to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal, Protocol

from kanbanai.domain.github import (
    DeviceCode,
    GithubAccount,
    Grant,
    Issue,
    IssueComment,
    IssuePage,
    RateLimit,
    Waiting,
)
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.issues import (
    IssueCounts,
    IssuePreview,
    IssueQuestion,
    IssueSyncStatus,
)


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
        labels: Sequence[str] = (),
    ) -> AsyncGenerator[IssuePage]:
        """The issues of `owner/name`, the one longest unchanged first, page by page to the last.

        `labels`: only those that have all of them. `since`: only what was changed at that time or later. `etag` of an
        earlier answer to the same question: no page at all when nothing has changed since, which costs GitHub's limit
        nothing.
        """
        ...

    async def issue(self, token: str, repository: str, number: int) -> Issue:
        """One issue as it is now."""
        ...

    async def create_issue(self, token: str, repository: str, title: str, body: str | None) -> Issue:
        """Makes an issue. A failure without GitHub's answer leaves open whether it was made."""
        ...

    async def edit_issue(
        self, token: str, repository: str, number: int, fields: Mapping[Literal["title", "body"], str]
    ) -> Issue:
        """Changes an issue's texts."""
        ...

    async def issue_comments(self, token: str, repository: str, number: int) -> list[IssueComment]:
        """What was said to an issue, the oldest first; all pages."""
        ...

    def rate_limit(self) -> RateLimit | None:
        """What GitHub said last of how many requests it takes; None: it was not asked yet."""
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


class IssueImports(Protocol):
    """Issues on their way in.

    Every call that asks GitHub raises as `Forge` does, GithubLoginNeeded when no account is connected, NotFound for an
    unknown project, and Conflict while the project's issues are coming in already.
    """

    async def preview(self, board_id: BoardId, question: IssueQuestion) -> IssuePreview:
        """What an import would bring. Nothing is stored."""
        ...

    async def bring_in(
        self, board_id: BoardId, question: IssueQuestion, *, with_deleted: bool = False
    ) -> IssueCounts:
        """Makes cards of the issues that no card stands for, and merges what is new of the others.

        `with_deleted`: those whose cards were deleted as well. What came in before a failure stays, and the same
        question goes on from there.
        """
        ...

    async def sync(self, board_id: BoardId) -> IssueCounts:
        """Brings in what is new of the project's own repository since the last time, by its settings, now.

        What GitHub refused of the other direction is told once more.

        Raises Invalid when the project's origin is no repository of GitHub.
        """
        ...

    async def status(self, board_id: BoardId) -> IssueSyncStatus:
        """How the project's issues are kept in step. GitHub is not asked."""
        ...


class IssueExports(Protocol):
    """Cards on their way out."""

    async def ready(self, board_id: BoardId) -> str:
        """The `owner/name` that issues of the project's cards are made in.

        Raises NotFound; Invalid when the project's origin is no repository of GitHub; GithubLoginNeeded when no account
        is connected. GitHub is not asked.
        """
        ...

    async def send(self, card_id: CardId) -> str | None:
        """Tells GitHub now what waits of this card, and says why that did not work; None: nothing waits any more.

        It takes 10 seconds at most: what GitHub has not answered by then goes on behind the caller's back.
        """
        ...

    async def comments(self, board_id: BoardId, card_id: CardId) -> list[IssueComment]:
        """What was said to the card's issue, the oldest first.

        Raises NotFound when it has none, and as `Forge` does.
        """
        ...
