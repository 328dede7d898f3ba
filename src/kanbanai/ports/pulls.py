"""What the core asks of the place where pull requests live, and what the edge asks of the core about them."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from kanbanai.domain.ids import AttemptId, CardId, ProfileId, ProjectId
from kanbanai.domain.messages import QueuedBrief
from kanbanai.domain.pulls import (
    Check,
    Feedback,
    NewPullRequest,
    PullRequest,
    PullRequestDetail,
    PullRequestText,
)
from kanbanai.ports.store import Store

ListedState = Literal["open", "closed", "all"]


class Standing(msgspec.Struct, frozen=True):
    """How a pull request stands, and what to ask with the next time (entity tags, by what was asked for)."""

    pull: PullRequest
    head_sha: str
    runs: tuple[Check, ...] = ()
    statuses: tuple[Check, ...] = ()
    tags: dict[str, str] = {}

    @property
    def checks(self) -> tuple[Check, ...]:
        """All that is said of its last commit."""
        return self.runs + self.statuses


class PullForge(Protocol):
    """Pull requests of GitHub. `repository` is `owner/name`.

    Raises GithubFailed when it refuses or cannot be reached, GithubLimited when it takes no more requests for now,
    GithubLoginNeeded when it does not take the token, Forbidden and NotFound for what the account may not.
    """

    async def list(
        self, token: str, repository: str, *, state: ListedState, branch: str | None = None
    ) -> list[PullRequest]:
        """The last 50 that were changed, the last first; with `branch` those that come from there."""
        ...

    async def read(self, token: str, repository: str, number: int) -> PullRequestDetail:
        """One of them, whole."""
        ...

    async def create(self, token: str, repository: str, new: NewPullRequest) -> PullRequest | None:
        """Makes one. None: there is one already between these branches."""
        ...

    async def checks(self, token: str, repository: str, sha: str) -> tuple[Check, ...]:
        """What check runs and other services say of a commit: all of it, each by its latest word."""
        ...

    async def feedback(self, token: str, repository: str, number: int) -> Feedback:
        """All that reviewers said of it: reviews, comments on lines, and the conversation below it."""
        ...

    async def standing(
        self, token: str, repository: str, number: int, known: Standing | None = None
    ) -> Standing:
        """How it stands. What has not changed since `known` costs GitHub's limit nothing."""
        ...


class PullRequestOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wants a pull request for. A field left out is made of the card, the attempt and the settings."""

    branch: str | None = None
    attempt_id: AttemptId | None = None
    card_id: CardId | None = None
    base: str | None = None
    title: str | None = None
    body: str | None = None
    draft: bool = False


class PullRequestView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A pull request with all that is said of it, and the card and the attempt that it belongs to, if any."""

    pr: PullRequestDetail
    checks: tuple[Check, ...]
    feedback: Feedback
    card_id: CardId | None
    attempt_id: AttemptId | None


class FeedbackOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Which attempt's agent is told what reviewers said. `again`: also what it has been told already."""

    attempt_id: AttemptId | None = None
    profile_id: ProfileId | None = None
    note: str | None = None
    again: bool = False


class FeedbackSent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an agent will be told: how many reviews and comments. `queued` is the message as it waits.

    `resolved`: comments that it is not told, because their threads are resolved. `threadsKnown` false: GitHub did not
    say which threads are, so it is told of all.
    """

    attempt_id: AttemptId
    reviews: int
    comments: int
    resolved: int
    threads_known: bool
    queued: QueuedBrief


class PullRequests(Protocol):
    """The pull requests of projects. `store` acts as whoever asks.

    Everything raises NotFound for an unknown project, GithubLoginNeeded without a connected account, Conflict for a
    project whose remote is not on GitHub, and what `PullForge` raises.
    """

    async def list(
        self, store: Store, project_id: ProjectId, *, state: ListedState, branch: str | None
    ) -> list[PullRequest]:
        """The last 50 that were changed, the last first."""
        ...

    async def read(self, store: Store, project_id: ProjectId, number: int) -> PullRequestView:
        """One of them, with checks, reviews and comments."""
        ...

    async def text(self, store: Store, project_id: ProjectId, order: PullRequestOrder) -> PullRequestText:
        """The title and body that one would get. GitHub is not asked, and need not be connected.

        Raises Invalid for an attempt or a card of another project, Conflict when no branch is known.
        """
        ...

    async def open(self, store: Store, project_id: ProjectId, order: PullRequestOrder) -> PullRequest:
        """Pushes the branch and makes a pull request of it, or finds the open one that it has.

        Card and attempt refer to it from then on. Raises Invalid for an attempt or a card of another project, Conflict
        when no branch is known, and what pushing raises.
        """
        ...

    async def send_feedback(
        self, store: Store, project_id: ProjectId, number: int, order: FeedbackOrder
    ) -> FeedbackSent:
        """Tells an agent what reviewers said that it has not been told yet, as one message in its queue.

        Raises Conflict when there is nothing new or no attempt to tell, and what saying something to an agent raises.
        """
        ...
