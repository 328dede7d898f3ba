"""A project: a git repository and the board of the work on it. Both share one id."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.errors import Invalid, OverLimit
from kanbanai.domain.ids import BoardId, ProjectId
from kanbanai.domain.times import Timestamp

MAX_NAME = 200
"""Characters of a project's name."""
MAX_SLUG = 200
"""Characters of the short name of its repository."""


class Project(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project as the wire shows it."""

    id: ProjectId
    board_id: BoardId
    name: str
    status: Literal["Active"] = "Active"
    created_at: Timestamp
    repository_path: str
    repository_url: str | None
    repository_slug: str | None


def project_name(text: str) -> str:
    """`text` as a project's name: trimmed, one to 200 characters. Raises Invalid."""
    name = text.strip()
    if not name:
        raise Invalid.field("name", "a project needs a name")
    if len(name) > MAX_NAME:
        raise OverLimit.field("name", f"is {len(name)} characters long; the limit is {MAX_NAME}")
    return name
