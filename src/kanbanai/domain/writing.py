"""What an agent can be asked to write: a ticket's text, or a pull request's. Values that everybody here shares."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.cards import Image, TicketType
from kanbanai.domain.ids import AttemptId, CardId, ProfileId

Kind = Literal["ticket", "pull_request"]


class Choice(msgspec.Struct, frozen=True):
    """Which agent is to write, with which profile; None: as the project's settings say."""

    agent: str | None = None
    profile_id: ProfileId | None = None


class TicketDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as a person wrote it."""

    title: str
    description: str | None = None
    ticket_type: TicketType | None = None
    images: tuple[Image, ...] = ()


class PullRequested(msgspec.Struct, frozen=True, kw_only=True):
    """Which branch a pull request's text is wanted for.

    `branch` None: the attempt's, else that of the card's latest attempt, else the one checked out in the project's
    folder. `base` None: the attempt's, else the project's.
    """

    base: str | None = None
    branch: str | None = None
    attempt_id: AttemptId | None = None
    card_id: CardId | None = None


class PullSummary(msgspec.Struct, frozen=True):
    """The text of a pull request; `body` is Markdown."""

    title: str
    body: str
