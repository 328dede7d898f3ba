"""A project as a file: one JSON object a line (NDJSON), each naming what it is in `type`.

    project                         first, with the format's version
    settings  profile…              the project's own
    column…                         from left to right
    card…                           column by column, from top to bottom
    enhancement…
    (attempt  log…  item…)…         an attempt, then what it said; oldest first

A line refers only to lines before it; `dependsOn` alone may name cards that come later. Ids mean something within the
file and nowhere else. All that has a default may be left out, so that a file is easily written by hand or by a script:

    {"type":"project","version":1,"name":"Wire","repositoryPath":"/srv/wire"}
    {"type":"column","id":"todo","title":"To do","key":"backlog"}
    {"type":"card","id":"a","columnId":"todo","title":"Retry uploads"}
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from kanbanai.domain.attempts import AttemptStatus, LogLevel, Todos
from kanbanai.domain.boards import Role
from kanbanai.domain.cards import GithubIssueLink, Image, TicketType
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.enhancements import MAX_FAILURE, EnhancementStatus, Suggestion
from kanbanai.domain.errors import Invalid, KanbanError, TooLarge
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage

VERSION = 1
"""Of the format. A reader refuses a newer one; a writer raises it when an older reader would misunderstand a line."""
MAX_LINE = 75 * 1024 * 1024
"""Bytes of one line: a card with five images of 10 MB in base64 and the longest description."""

SECRETS = frozenset({"apiKey"})
"""Settings of a profile that are not told: a file is sent around more easily than a database."""

FileId = Annotated[str, Meta(min_length=1, max_length=200)]
"""What a line is called within its file."""


class _Line(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename="camel",
    tag_field="type",
    forbid_unknown_fields=True,
):
    pass


class ProjectLine(_Line, tag="project", frozen=True, kw_only=True):
    """The project itself. `nextTicketNumber` is raised when a card of the file has a number beyond it."""

    version: int
    name: str
    repository_path: Annotated[str, Meta(min_length=1, max_length=4096)]
    repository_url: str | None = None
    repository_slug: str | None = None
    created_at: Timestamp | None = None
    next_ticket_number: Annotated[int, Meta(ge=1, le=10**15)] = 1


class SettingsLine(_Line, tag="settings", frozen=True, kw_only=True):
    """The project's settings; without this line it gets those of a new one."""

    settings: ProjectSettings


class ProfileLine(_Line, tag="profile", frozen=True, kw_only=True):
    """A profile of the project, without the secrets in its settings."""

    id: FileId
    agent: Annotated[str, Meta(min_length=1)]
    name: Annotated[str, Meta(min_length=1)]
    config: dict[str, Any]
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None


class ColumnLine(_Line, tag="column", frozen=True, kw_only=True):
    """A column, to the right of those before it."""

    id: FileId
    title: str
    key: Role | None = None
    wip_limit: int | None = None


class CardLine(_Line, tag="card", frozen=True, kw_only=True):
    """A card, below those before it in its column. Without a ticket key it gets the next one."""

    id: FileId
    column_id: FileId
    title: str
    ticket_key: str | None = None
    description: str | None = None
    ticket_type: TicketType | None = None
    pr_url: str | None = None
    github_issue: GithubIssueLink | None = None
    is_enhanced: bool = False
    disable_auto_close_on_pr_merge: bool = msgspec.field(default=False, name="disableAutoCloseOnPRMerge")
    disable_auto_close_on_issue_close: bool = False
    depends_on: tuple[FileId, ...] = ()
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    images: tuple[Image, ...] = ()


class EnhancementLine(_Line, tag="enhancement", frozen=True, kw_only=True):
    """A proposal for a card's text."""

    card_id: FileId
    status: EnhancementStatus
    suggestion: Suggestion | None = None
    failure: Annotated[str, Meta(max_length=MAX_FAILURE)] | None = None


class AttemptLine(_Line, tag="attempt", frozen=True, kw_only=True):
    """An attempt on a card. Its worktree is another machine's and not told; one that was active comes in as stopped."""

    id: FileId
    card_id: FileId
    agent: Annotated[str, Meta(min_length=1)]
    profile_id: str | None = None
    status: AttemptStatus
    base_branch: str
    branch_name: str
    session_id: str | None = None
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None = None
    ended_at: Timestamp | None = None
    base_commit: str | None = None
    failure: str | None = None
    usage: Usage | None = None
    todos: Todos | None = None


class LogLine(_Line, tag="log", frozen=True, kw_only=True):
    """A line of an attempt's log."""

    attempt_id: FileId
    ts: Timestamp
    level: LogLevel
    message: str


class ItemLine(_Line, tag="item", frozen=True, kw_only=True):
    """An item of an attempt's conversation."""

    attempt_id: FileId
    item: ConversationItem


Line = (
    ProjectLine
    | SettingsLine
    | ProfileLine
    | ColumnLine
    | CardLine
    | EnhancementLine
    | AttemptLine
    | LogLine
    | ItemLine
)


class _Head(msgspec.Struct, frozen=True):
    """What any version of the format begins with."""

    type: Literal["project"]
    version: Annotated[int, Meta(ge=1)]


_head = msgspec.json.Decoder(_Head)
_first = msgspec.json.Decoder(ProjectLine)
_lines: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
L = TypeVar("L")


def read_head(line: bytes) -> ProjectLine:
    """The first line of a file. Raises Invalid, told of line 1, when it is none, or one of a newer version."""
    try:
        return _read_head(line)
    except KanbanError as error:
        raise in_line(1, error) from error


def _read_head(line: bytes) -> ProjectLine:
    try:
        head = _head.decode(line)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("this is no project file: it must begin with type project and a version") from error
    if head.version > VERSION:
        raise Invalid.field("version", f"is {head.version}; this program reads up to version {VERSION}")
    return _read(line, _first)


def read_line(line: bytes) -> Line:
    """A line of a file. Raises Invalid, naming the field, when it is no line of this format, TooLarge over 75 MB."""
    return _read(line, _lines)


def _read(line: bytes, decoder: msgspec.json.Decoder[L]) -> L:
    if len(line) > MAX_LINE:
        raise TooLarge(f"is longer than {MAX_LINE // 1024 // 1024} MB")
    try:
        return decoder.decode(line)
    except msgspec.ValidationError as error:
        raise _named(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"is not JSON: {error}") from error
    except RecursionError as error:
        raise Invalid("is nested too deeply") from error


def in_line(number: int, error: KanbanError) -> KanbanError:
    """The same error, told of line `number`, counted from 1."""
    fields = tuple(
        msgspec.structs.replace(one, field=f"line {number}: {one.field}".removesuffix(": "))
        for one in error.fields
    )
    return type(error)(f"line {number}: {error.detail}", fields=fields)


_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MEMBER = re.compile(r"Object (?P<fault>missing required|contains unknown) field `(?P<name>[^`]+)`")


def _named(finding: str) -> Invalid:
    """The decoder's finding, by the field that it is about."""
    place = _AT.search(finding)
    text, path = (finding[: place.start()], place["path"]) if place else (finding, "")
    if member := _MEMBER.fullmatch(text):
        path = f"{path}.{member['name']}".lstrip(".")
        text = "is required" if member["fault"].startswith("missing") else "is not known"
    return Invalid.field(path, text) if path else Invalid(text)
