"""What the calls of the client take, and what servers answer them with."""

from __future__ import annotations

from typing import Any

import msgspec

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.boards import BoardState
from kanbanai.domain.cards import Card, Image
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.errors import FieldError
from kanbanai.domain.ids import CardId, ColumnId, ItemId
from kanbanai.domain.permissions import Permission
from kanbanai.domain.projects import Project
from kanbanai.domain.pulls import PullRequest, PullRequestText
from kanbanai.domain.settings import ProjectSettings


class PlacedCard(msgspec.Struct, frozen=True, rename="camel"):
    """A card and the column it stands in. `etag` names this version of it, for `if_match`."""

    card: Card
    column_id: ColumnId
    etag: str = ""


class BoardRead(msgspec.Struct, frozen=True):
    """A board and the stream's cursor at which it is so, as an entity tag."""

    state: BoardState
    etag: str = ""


class NewCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What a card is made of. `index` None: at the column's end."""

    column_id: ColumnId
    title: str
    description: str | None = None
    ticket_type: str | None = None
    depends_on: tuple[CardId, ...] = ()
    images: tuple[Image, ...] = ()
    index: int | None = None


class NewProject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What a project is made of. `initialize` makes a repository where there is none."""

    name: str
    repository_path: str
    initialize: bool = False
    repository_slug: str | None = None
    repository_url: str | None = None


class ImportedProject(msgspec.Struct, frozen=True, kw_only=True):
    """A project that came in, and how much came with it. `dropped` names fields that could not be kept, and why."""

    project: Project
    columns: int
    cards: int
    attempts: int
    dropped: tuple[FieldError, ...] = ()


class NewAttempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What an attempt is made of. What is left out comes from the project's and the application's settings."""

    agent: str
    profile_id: str | None = None
    base_branch: str | None = None
    branch_name: str | None = None
    parallel: bool = False


class ListedAttempt(Attempt, frozen=True, kw_only=True, rename="camel"):
    """An attempt. `queue_position` is its place among all that wait, 1 the next; None: it does not wait."""

    queue_position: int | None = None


class ConversationPage(msgspec.Struct, frozen=True):
    """Items of a conversation, oldest first. `before` goes into the next call for the ones before; None: none."""

    conversation: list[ConversationItem]
    before: ItemId | None


# ── Answers as they come, which the calls unwrap ────────────────────────────────────────────────────────────────────


class CardList(msgspec.Struct):
    """A page of cards."""

    cards: list[PlacedCard]
    next: str | None = None


class AttemptList(msgspec.Struct):
    """A page of attempts."""

    attempts: list[ListedAttempt]
    next: str | None = None


class Stopped(msgspec.Struct):
    """The attempt that was told to stop."""

    attempt: Attempt


class Said(msgspec.Struct):
    """The message that waits now; None: it was the first, and is at work."""

    queued: dict[str, Any] | None = None


class TextAnswer(msgspec.Struct):
    """A title and a body."""

    text: PullRequestText


class PullRequestAnswer(msgspec.Struct):
    """A pull request."""

    pr: PullRequest


class PermissionList(msgspec.Struct):
    """Permission requests."""

    permissions: list[Permission]


class Answered(msgspec.Struct):
    """The permission request that was answered."""

    permission: Permission


class Version(msgspec.Struct, rename="camel"):
    """What runs there."""

    current_version: str


class Ready(msgspec.Struct):
    """Whether it serves."""

    ok: bool


class SettingsAnswer(msgspec.Struct):
    """A project's settings."""

    settings: ProjectSettings
