"""A card: one piece of work, with what its board shows of it."""

from __future__ import annotations

import binascii
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kanbanai.domain.errors import Invalid, OverLimit, TooLarge
from kanbanai.domain.ids import CardId, ColumnId
from kanbanai.domain.times import Timestamp

TicketType = Literal[
    "feat", "fix", "chore", "docs", "style", "refactor", "perf", "test", "build", "ci", "revert"
]
TICKET_TYPES: tuple[TicketType, ...] = (
    "feat",
    "fix",
    "chore",
    "docs",
    "style",
    "refactor",
    "perf",
    "test",
    "build",
    "ci",
    "revert",
)

MAX_TITLE = 500
"""Characters. A title is a line; longer text belongs into the description."""
MAX_DESCRIPTION = 200_000
"""Characters. A pasted log of 3,900 lines fits; a book does not."""
MAX_DEPENDENCIES = 100
"""Per card."""


TextField = Literal["title", "description"]
"""A text that a card and its issue share."""


class GithubIssueLink(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The GitHub issue that a card was made from or exported to.

    `comments`: how many there are. `conflicts`: texts that were changed on both sides since they were last the same;
    the card shows ours, and a person has to say which one counts. `waiting`: a change of ours is still to be told to
    GitHub. `refused`: GitHub did not take it when it was told last.
    """

    issue_number: int
    url: str
    state: Literal["open", "closed"] = "open"
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    comments: int = 0
    conflicts: tuple[TextField, ...] = ()
    waiting: bool = False
    refused: bool = False


PullRequestLife = Literal["open", "draft", "merged", "closed"]
ChecksSummary = Literal["passed", "failed", "pending"]


class PullRequestBadge(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What a card shows of its pull request, as GitHub last told it. `checks` left out: there are none."""

    number: int
    state: PullRequestLife
    checks: ChecksSummary | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A card as the wire shows it. Fields with a default are left out of the JSON when they have nothing to say."""

    id: CardId
    ticket_key: str | None = None
    pr_url: str | None = None
    pull_request: PullRequestBadge | None = None
    disable_auto_close_on_pr_merge: bool = msgspec.field(name="disableAutoCloseOnPRMerge")
    disable_auto_close_on_issue_close: bool
    ticket_type: TicketType | None
    is_enhanced: bool
    github_issue: GithubIssueLink | None = None
    title: str
    description: str | None = None
    depends_on: tuple[CardId, ...] = ()
    created_at: Timestamp
    updated_at: Timestamp


class CardChanges(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What an edit sets: a field left out stays, null (or an empty list) takes it away."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    ticket_type: TicketType | msgspec.UnsetType | None = msgspec.UNSET
    is_enhanced: bool | msgspec.UnsetType = msgspec.UNSET
    disable_auto_close_on_pr_merge: bool | msgspec.UnsetType = msgspec.field(
        default=msgspec.UNSET, name="disableAutoCloseOnPRMerge"
    )
    disable_auto_close_on_issue_close: bool | msgspec.UnsetType = msgspec.UNSET
    depends_on: tuple[CardId, ...] | msgspec.UnsetType = msgspec.UNSET
    pr_url: str | msgspec.UnsetType | None = msgspec.UNSET
    pull_request: PullRequestBadge | msgspec.UnsetType | None = msgspec.UNSET
    github_issue: GithubIssueLink | msgspec.UnsetType | None = msgspec.UNSET
    updated_at: Timestamp | msgspec.UnsetType = msgspec.UNSET


class Placement(msgspec.Struct, frozen=True, rename="camel"):
    """Where a card goes: `index` is its place in the target column's list once it is there, cut to the list's end."""

    column_id: ColumnId
    index: Annotated[int, Meta(ge=0)]


def card_title(text: str) -> str:
    """`text` as a card's title: trimmed, one line's worth. Raises Invalid when blank or over 500 characters."""
    title = text.strip()
    if not title:
        raise Invalid.field("title", "a card needs a title")
    if len(title) > MAX_TITLE:
        raise OverLimit.field("title", f"is {len(title)} characters long; the limit is {MAX_TITLE}")
    return title


def card_description(text: str | None) -> str | None:
    """`text` as a card's description; blank text is none. Raises Invalid when over 200,000 characters."""
    if text is None or not text.strip():
        return None
    if len(text) > MAX_DESCRIPTION:
        raise OverLimit.field(
            "description", f"is {len(text)} characters long; the limit is {MAX_DESCRIPTION}"
        )
    return text


def ticket_type(text: str | None) -> TicketType | None:
    """The ticket type that `text` names, trimmed and in any case; None for none. Raises Invalid for an unknown one."""
    if text is None:
        return None
    wanted = text.strip().lower()
    for known in TICKET_TYPES:
        if known == wanted:
            return known
    raise Invalid.field("ticketType", f"{text!r} is not one of {', '.join(TICKET_TYPES)}")


class Image(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture that goes with a card: `data` is base64 without a data-URL prefix."""

    data: str
    mime: str
    name: str | None = None


IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp")
MAX_IMAGES = 5
MAX_IMAGE_BYTES = 10 * 1024 * 1024
"""Decoded size of one image. What the agents' own APIs take at most lies near it."""
MAX_IMAGE_NAME = 255
"""Characters; what file systems take."""


def images(given: tuple[Image, ...]) -> tuple[Image, ...]:
    """The images, checked: at most five, each of a known type, at most 10 MB. Raises Invalid or TooLarge."""
    if len(given) > MAX_IMAGES:
        raise OverLimit.field("images", f"{len(given)} given; the limit is {MAX_IMAGES}")
    for place, image in enumerate(given):
        _check_image(image, f"images[{place}]")
    return given


def _check_image(image: Image, field: str) -> None:
    if image.mime not in IMAGE_TYPES:
        raise Invalid.field(f"{field}.mime", f"{image.mime!r} is not one of {', '.join(IMAGE_TYPES)}")
    if image.name is not None and len(image.name) > MAX_IMAGE_NAME:
        raise OverLimit.field(
            f"{field}.name", f"is {len(image.name)} characters long; the limit is {MAX_IMAGE_NAME}"
        )
    try:
        decoded = binascii.a2b_base64(image.data, strict_mode=True)
    except ValueError as error:
        raise Invalid.field(
            f"{field}.data", f"must be base64, without a data URL's beginning: {error}"
        ) from error
    if len(decoded) > MAX_IMAGE_BYTES:
        raise TooLarge(f"{field} is larger than {MAX_IMAGE_BYTES // 1024 // 1024} MB")
    if not decoded:
        raise Invalid.field(f"{field}.data", "is empty")


def difference(before: Card, after: Card) -> CardChanges:
    """The changes that lead from one state of a card to another; every field unset when there are none."""
    return CardChanges(
        **{
            name: value
            for name in CardChanges.__struct_fields__
            if (value := getattr(after, name)) != getattr(before, name)
        }
    )
