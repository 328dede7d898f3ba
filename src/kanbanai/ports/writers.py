"""Agents that write a text and nothing else: a better ticket, a pull request's summary."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol, TypeVar

from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.domain.pull_summaries import BranchWork
from kanbanai.domain.writing import Choice, PullRequested, PullSummary, TicketDraft

T_co = TypeVar("T_co", covariant=True)


class Writing(Protocol[T_co]):
    """A text that is being written. It goes on by itself, whether somebody listens or not."""

    def pieces(self) -> AsyncGenerator[str]:
        """The answer as the agent writes it, some pieces a second, from its beginning. Ends when it is over."""
        ...

    async def text(self) -> T_co:
        """Waits for the end, and answers with what was written.

        Raises WritingFailed with a sentence, Cancelled when it was called off. Cancelling who waits does not call it
        off.
        """
        ...

    async def call_off(self) -> None:
        """Ends it. When this returns no process of it is left; `text` then raises Cancelled, unless it was done."""
        ...


class Writers(Protocol):
    """Puts agents to writing. They read the project in a copy of their own, and may change nothing.

    What is asked for is checked before an agent is started. All of these raise NotFound, Invalid for an agent or a
    profile that cannot be, Unavailable when too many wait already.
    """

    async def ticket(self, project_id: ProjectId, draft: TicketDraft, choice: Choice) -> Writing[Suggestion]:
        """A better text for a ticket."""
        ...

    async def enhance(self, project_id: ProjectId, card_id: CardId, choice: Choice) -> None:
        """Has a card's text rewritten in the background; the outcome is the card's enhancement.

        The viewers of its board follow it as it is written.

        Raises Conflict while that is going on already.
        """
        ...

    async def call_off(self, project_id: ProjectId, card_id: CardId) -> None:
        """Ends whatever is being written for a card. When this returns no process of it is left."""
        ...

    async def summary(
        self, project_id: ProjectId, asked: PullRequested, choice: Choice
    ) -> Writing[PullSummary]:
        """The text of a pull request, from what its branch has and its base has not.

        Raises Conflict when there is no branch, or nothing on it that the base has not.
        """
        ...

    async def close(self) -> None:
        """Ends everything that is being written, and takes nothing more. No process is left afterwards."""
        ...


class Copy(NamedTuple):
    """A folder with a project's files as they are in one commit.

    `missing`: why they are not there, and the folder is empty; a sentence.
    """

    path: str
    transcript: str
    missing: str | None = None


class Copies(Protocol):
    """Throw-away copies of repositories, for agents that are to read and nothing else."""

    def copy(self, repository: str, commit: str | None) -> AbstractAsyncContextManager[Copy]:
        """A copy of a commit's files, for as long as it is entered; None: an empty folder.

        It is a repository of its own: what is done to it is done to nothing else. A commit that is too large to be
        copied for this leaves the folder empty.
        """
        ...

    async def clear(self) -> None:
        """Removes what is left of copies that nobody is in: to be called before the first one."""
        ...


class Branches(Protocol):
    """What is on branches, in words that an agent can be given."""

    async def head(self, repository: str) -> str | None:
        """The branch that is checked out; None: none is."""
        ...

    async def commit(self, repository: str, base: str, remote: str | None) -> str | None:
        """The commit of a branch; None where there is none yet, or no such branch."""
        ...

    async def work(self, repository: str, branch: str, base: str, remote: str | None) -> BranchWork:
        """What the branch has and its base has not.

        `remote` None: `origin`, or the only one. The remote's branch stands in where there is no local one. Raises
        Invalid for a branch or a base that is not there.
        """
        ...
