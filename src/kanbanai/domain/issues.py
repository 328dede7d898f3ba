"""Issues of GitHub and the cards that stand for them: what is remembered of each, and which text counts.

A card and its issue share two texts, the title and the description. `base` is what both sides had when they were last
the same; a side that differs from it was changed since. Where one side was changed its text is taken over; where both
were, neither is touched and a person decides. So nobody's text is lost.

An issue that was made for its card follows it in everything. One that came in belongs to others: it follows in what
people edited on the card while their project wanted that (`LinkedIssue.edited`), and in nothing that was there before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kanbanai.domain.cards import MAX_DESCRIPTION, MAX_TITLE, Card, GithubIssueLink, TextField
from kanbanai.domain.errors import Invalid
from kanbanai.domain.github import Issue, IssueState, RateLimit
from kanbanai.domain.ids import BoardId, CardId, IssueLinkId
from kanbanai.domain.settings import SyncStatus
from kanbanai.domain.times import Timestamp

MAX_NUMBERS = 1_000
"""Issues that one import may name."""
MAX_LABELS = 20
"""Labels that one import may ask for."""
MAX_LABEL = 50
"""Characters; GitHub takes no longer one."""
MAX_ISSUE_TITLE = 256
"""Characters that GitHub takes of an issue's title."""
MAX_ISSUE_BODY = 65_536
"""Characters that GitHub takes of an issue's body."""
LOCK_MINUTES = 60
"""A run that has said nothing for so long has died with its server."""
MAX_SHOWN = 500
"""Issues that a preview lists; it counts them all."""
TEXT_FIELDS: tuple[TextField, ...] = ("title", "description")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")

Direction = Literal["imported", "exported"]
Slot = Literal["sync", "imports", "closings"]
"""What a progress is of: a project's own sync; an import; looking for closed issues without a sync."""
Choice = Literal["mine", "theirs"]
"""Which of two texts counts: the card's or the issue's."""
Fate = Literal["new", "updated", "skipped"]
IssueNumber = Annotated[int, Meta(ge=1)]


class Texts(msgspec.Struct, frozen=True):
    """The texts that a card and its issue share, as the card has them."""

    title: str
    description: str | None

    def with_(self, given: Mapping[TextField, str | None]) -> Texts:
        """These texts, but for those that are given."""
        return msgspec.structs.replace(self, **{str(field): text for field, text in given.items()})


class LinkedIssue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue and the card that stands for it, as it is stored.

    `number` None: GitHub has not made it yet. `card_id` None: the card was deleted, and the issue is not to come back
    by itself. `waits_since`: something is still to be told to GitHub; `error` then says why it did not work the last
    time, and `is_refused` that it was GitHub's decision. `edited`: the texts of an issue that came in which people have
    changed on the card and which GitHub is to be told of. `asked_at`: GitHub was asked to make the issue and may have
    done so without our hearing of it. `seen`: the board's last event when the issue was last looked at.
    """

    id: IssueLinkId
    board_id: BoardId
    card_id: CardId | None
    repository: str
    number: int | None = None
    direction: Direction
    url: str = ""
    base: Texts | None = None
    theirs: Texts | None = None
    state: IssueState = "open"
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    comments: int = 0
    updated_at: str = ""
    waits_since: Timestamp | None = None
    error: str | None = None
    is_refused: bool = False
    edited: tuple[TextField, ...] = ()
    asked_at: Timestamp | None = None
    seen: int = 0

    def conflicts(self, mine: Texts) -> tuple[TextField, ...]:
        """The texts that differ from what they were on both sides, and from each other."""
        if self.base is None or self.theirs is None:
            return ()
        found: list[TextField] = []
        for field in TEXT_FIELDS:
            ours, before, other = (getattr(one, field) for one in (mine, self.base, self.theirs))
            if not (is_same(ours, before) or is_same(other, before) or is_same(ours, other)):
                found.append(field)
        return tuple(found)

    def unsent(self, mine: Texts) -> tuple[TextField, ...]:
        """The texts that only the card has changed."""
        if self.base is None or self.theirs is None:
            return ()
        found: list[TextField] = []
        for field in TEXT_FIELDS:
            ours, before, other = (getattr(one, field) for one in (mine, self.base, self.theirs))
            if is_same(other, before) and not is_same(ours, before):
                found.append(field)
        return tuple(found)

    def to_tell(self, mine: Texts) -> tuple[TextField, ...]:
        """The texts that GitHub is to be told of."""
        unsent = self.unsent(mine)
        if self.direction == "exported":
            return unsent
        return tuple(field for field in unsent if field in self.edited)

    @property
    def rests(self) -> bool:
        """Whether nothing is told until a person does something: GitHub refused a change of an issue of others."""
        return self.is_refused and self.number is not None and self.direction == "imported"

    def shown(self, mine: Texts) -> GithubIssueLink | None:
        """What the card shows of it; None: there is no issue yet."""
        if self.number is None:
            return None
        return GithubIssueLink(
            self.number,
            self.url,
            self.state,
            self.labels,
            self.assignees,
            self.comments,
            self.conflicts(mine),
            self.waits_since is not None,
            self.is_refused,
        )


def merged(mine: Texts, base: Texts | None, theirs: Texts) -> tuple[Texts, Texts]:
    """The texts that the card has from now on, and what both sides had when they were last the same.

    Without a `base` (the card knew its issue, but not what it said) the issue counts as unchanged.
    """
    known = theirs if base is None else base
    card, agreed = {}, {}
    for field in TEXT_FIELDS:
        ours, before, other = (getattr(one, field) for one in (mine, known, theirs))
        keeps_ours = is_same(ours, other) or not is_same(ours, before)
        card[field] = ours if keeps_ours else other
        agreed[field] = other if is_same(card[field], other) else before
    return Texts(**card), Texts(**agreed)


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two texts are the same, but for how their lines end and blanks after the last.

    Browsers send CRLF, and GitHub keeps what it is sent or trims it: such a difference is nobody's change. Were it one,
    each side would answer the other's form with its own, without an end.
    """
    return one == other or _plain(one) == _plain(other)


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").rstrip()


def card_texts(issue: Issue, ticket_key: str | None = None) -> Texts:
    """The issue's texts as its card has them: without the key before the title, lines ended as here.

    Raises Invalid for an issue whose texts are longer than a card's may be.
    """
    title = issue.title.strip()
    if ticket_key is not None:
        title = title.removeprefix(f"[{ticket_key}] ").strip() or title
    body = (issue.body or "").replace("\r\n", "\n")
    if len(title) > MAX_TITLE or len(body) > MAX_DESCRIPTION or not title:
        raise Invalid(f"Issue {issue.number} has a text that no card can have")
    return Texts(title, body if body.strip() else None)


def key_in_title(card: Card, link: LinkedIssue) -> str | None:
    """The card's key, if its issue has it before its title: one that was made for the card has."""
    return card.ticket_key if link.direction == "exported" else None


def issue_title(title: str, ticket_key: str | None) -> str:
    """The title that GitHub is told; `ticket_key`: what stands before it."""
    return title if ticket_key is None else f"[{ticket_key}] {title}"


def repository_name(owner: str, name: str) -> str:
    """`owner/name` as GitHub spells it in addresses. Raises Invalid, naming the field."""
    for field, text in (("owner", owner), ("repo", name)):
        if not _NAME.fullmatch(text) or text in {".", ".."}:
            raise Invalid.field(field, f"{text!r} is no name that GitHub gives")
    return f"{owner}/{name}"


class IssueQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which issues are meant. `labels`: those that have all of them. `numbers`: only these; None: any."""

    repository: str
    state: Literal["open", "all", "closed"] = "open"
    labels: tuple[str, ...] = ()
    numbers: frozenset[int] | None = None

    def wants(self, issue: Issue) -> bool:
        """Whether an issue is meant."""
        return (
            self.state in {"all", issue.state}
            and set(self.labels) <= set(issue.labels)
            and (self.numbers is None or issue.number in self.numbers)
        )


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a question has been followed: everything up to `since` has come in.

    `began_at`: when it was asked first. `etag`: of the answer to what was asked last. `is_whole`: all of it came once,
    so that only news are asked for.
    """

    question: IssueQuestion
    began_at: Timestamp
    since: str | None = None
    etag: str | None = None
    is_whole: bool = False


class IssueCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of issues.

    `skipped`: nothing was new, or their cards were deleted, or no card can hold them. `conflicts`: of those updated,
    how many were changed on both sides. `closed`: cards that went to the done column, because their issue was closed.
    """

    imported: int = 0
    updated: int = 0
    skipped: int = 0
    conflicts: int = 0
    closed: int = 0

    def __add__(self, other: IssueCounts) -> IssueCounts:
        return IssueCounts(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        )


class IssueSync(msgspec.Struct, frozen=True, kw_only=True):
    """How far a project has come with its issues, as it is stored.

    `slot`: what the last run was about. `beat_at`: when the one that is going on last said something; None: none is.
    `not_before`: GitHub wants to be left alone until then.
    """

    status: SyncStatus = "idle"
    slot: Slot = "sync"
    beat_at: Timestamp | None = None
    ended_at: Timestamp | None = None
    succeeded_at: Timestamp | None = None
    not_before: Timestamp | None = None
    error: str | None = None
    error_code: str | None = None
    counts: IssueCounts = IssueCounts()
    sync: Progress | None = None
    imports: Progress | None = None
    closings: Progress | None = None


class ShownIssue(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An issue of a preview, and what an import would make of it. `cardId`: the card that stands for it already."""

    number: int
    title: str
    url: str
    state: IssueState
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    updated_at: str
    fate: Fate
    card_id: CardId | None


class IssuePreview(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an import would bring. `issues`: the first 500 of them, new ones first; the counts are of all."""

    repository: str
    new: int
    updated: int
    skipped: int
    issues: list[ShownIssue]


class IssueSyncStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a project's issues are kept in step.

    `repository` null: the project's origin is no repository of GitHub. `waiting`: changes of cards that GitHub is still
    to be told of; `waitingError` is why the last one could not be. `nextSyncAt` null: nothing is planned. `rateLimit`:
    what GitHub said of it last.
    """

    enabled: bool
    repository: str | None
    status: SyncStatus
    last_sync_at: Timestamp | None
    last_success_at: Timestamp | None
    next_sync_at: Timestamp | None
    error: str | None
    error_code: str | None
    counts: IssueCounts
    waiting: int
    waiting_error: str | None
    rate_limit: RateLimit | None


class IssueStats(msgspec.Struct, frozen=True):
    """How many cards stand for issues, by where they began."""

    imported: int
    exported: int
    total: int


class TextConflict(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was changed on both sides: what both had, the card's, the issue's."""

    field: TextField
    base: str | None
    mine: str | None
    theirs: str | None


class IssueDetails(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A card's issue. `number` null: GitHub has still to make it, and `error` says why it has not.

    `waiting`: a change of the card is still to be told to GitHub.
    """

    repository: str
    number: int | None
    url: str | None
    direction: Direction
    state: IssueState
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    comments: int
    updated_at: str | None
    conflicts: list[TextConflict]
    waiting: bool
    error: str | None
