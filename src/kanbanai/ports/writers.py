"""Agents that write a text and nothing else: a better ticket, a pull request's summary."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol, TypeVar

from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.ids import CardId, ProjectId
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

    async def ticket(
        self, project_id: ProjectId, draft: TicketDraft, choice: Choice, *, card_id: CardId | None = None
    ) -> Writing[Suggestion]:
        """A better text for a ticket. `card_id`: the viewers of its board follow it as it is written."""
        ...

    async def enhance(self, project_id: ProjectId, card_id: CardId, choice: Choice) -> None:
        """Has a card's text rewritten in the background; the outcome is the card's enhancement.

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
