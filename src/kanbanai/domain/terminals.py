"""Terminals: shells in attempts' worktrees, one a card, shared by all who look at it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kanbanai.domain.attempts import AttemptStatus
from kanbanai.domain.ids import AttemptId, CardId, ProjectId
from kanbanai.domain.times import Timestamp

OPEN_TO: tuple[AttemptStatus, ...] = ("running", "succeeded")
"""The statuses of an attempt in which its worktree may be entered."""

CloseReason = Literal[
    "process_exit", "card_moved", "attempt_ended", "manual", "project_deleted", "disconnect"
]
"""Why a terminal was closed: its shell ended, the card left, the worktree went or a newer attempt took its place,
somebody asked for it, the project went, or nobody had been there for a while."""

Columns = Annotated[int, Meta(ge=1, le=500, description="Characters in a line.")]
Rows = Annotated[int, Meta(ge=1, le=200, description="Lines.")]


class Size(msgspec.Struct, frozen=True):
    """How much of a terminal can be seen."""

    cols: Columns = 80
    rows: Rows = 24


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a card's terminal is opened."""

    project_id: ProjectId
    card_id: CardId
    attempt_id: AttemptId
    worktree_path: str


class Terminal(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A terminal as the wire shows it. `id` is the card's; `clientCount`: how many look at it now."""

    id: CardId
    card_id: CardId
    project_id: ProjectId
    attempt_id: AttemptId
    worktree_path: str
    cols: int
    rows: int
    shell: str
    created_at: Timestamp
    client_count: int
