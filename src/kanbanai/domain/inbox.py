"""The dashboard's inbox: which attempts need a person, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from kanbanai.domain.attempts import ACTIVE, RUN_FAILED, AttemptStatus
from kanbanai.domain.dashboard_rows import AttemptRow, InboxRow
from kanbanai.domain.ids import AttemptId, CardId, PermissionId, ProjectId
from kanbanai.domain.permissions import Permission
from kanbanai.domain.times import Timestamp, seconds_between

SCANNED = 500
"""Attempts of the period that are looked at, the newest first."""
MAX_ITEMS = 25
"""Things that need a person at once; the rest comes up as these are dealt with."""
MAX_SUMMARY = 200
"""Characters of an error's summary: two lines."""
QUEUED_TOO_LONG = 10 * 60
"""Seconds; a queue that moves takes an attempt up well before."""
RUNNING_TOO_LONG = 30 * 60
"""Seconds; most runs of an agent end long before."""

InboxKind = Literal["review", "failed", "stuck"]


class InboxItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Something that needs a person, with the reason that its kind has."""

    id: AttemptId
    type: InboxKind
    kind: InboxKind
    attempt_id: AttemptId
    project_id: ProjectId
    project_name: str
    card_id: CardId
    card_title: str
    ticket_key: str | None
    agent_id: str
    agent_name: str
    status: AttemptStatus
    card_status: str
    created_at: Timestamp
    updated_at: Timestamp
    finished_at: Timestamp | None
    last_updated_at: Timestamp
    pr_url: str | None
    meta: dict[str, Any]
    reason: str | None = None
    error_summary: str | None = None
    stuck_for_seconds: int | None = None


class WaitingItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A permission request that nobody has answered. `id` is its own; `title` says what the agent wants to do."""

    id: PermissionId
    type: Literal["waiting"] = "waiting"
    kind: Literal["waiting"] = "waiting"
    attempt_id: AttemptId
    project_id: ProjectId
    project_name: str
    card_id: CardId
    card_title: str
    ticket_key: str | None
    agent_id: str
    status: AttemptStatus
    title: str
    requested_at: Timestamp
    expires_at: Timestamp | None


class InboxTotals(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """How many there are, those over the limit included."""

    total_items: int
    total_review: int
    total_failed: int
    total_stuck: int
    total_waiting: int = 0


class Inbox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What needs a person, each list the last changed first; `meta` is absent when nothing does.

    `waiting` are permission requests, the oldest first: behind each an agent stands still.
    """

    review: tuple[InboxItem, ...]
    failed: tuple[InboxItem, ...]
    stuck: tuple[InboxItem, ...]
    waiting: tuple[WaitingItem, ...] = ()
    meta: InboxTotals | None = None


class Finding(msgspec.Struct, frozen=True):
    """An attempt that needs a person, before its item is made."""

    kind: InboxKind
    row: InboxRow

    @property
    def last_updated_at(self) -> Timestamp:
        """When it ended, or last changed."""
        return self.row.ended_at or self.row.updated_at


def is_done(row: InboxRow) -> bool:
    """Whether the card stands where work is over: the column's role says so, or the title of one without a role."""
    if row.column_role is not None:
        return row.column_role == "done"
    return row.column_title.strip().lower() in {"done", "closed"}


def waited(row: InboxRow, now: Timestamp) -> int:
    """Whole seconds for which an active attempt has been queued, or running."""
    since = row.updated_at if row.status == "queued" else row.started_at or row.created_at
    return max(0, int(seconds_between(since, now)))


def findings(rows: Sequence[InboxRow], now: Timestamp) -> list[Finding]:
    """What needs a person, the last changed first, out of attempts that come the newest first.

    * review: the card's newest success, while the card has a pull request or is not done;
    * failed: the card's newest attempt failed or was stopped, none ever succeeded, and the card is not done;
    * stuck: queued for ten minutes, or running (or being stopped) for thirty.
    """
    found: list[Finding] = []
    tried: set[CardId] = set()
    succeeded: set[CardId] = set()
    for row in rows:
        card_id, status = row.card_id, row.status
        is_newest, is_newest_success = card_id not in tried, card_id not in succeeded
        tried.add(card_id)
        if status in ACTIVE:
            if waited(row, now) >= (QUEUED_TOO_LONG if status == "queued" else RUNNING_TOO_LONG):
                found.append(Finding("stuck", row))
        elif status == "succeeded":
            succeeded.add(card_id)
            if is_newest_success and (row.pr_url or not is_done(row)):
                found.append(Finding("review", row))
        elif is_newest and not row.has_success and not is_done(row):
            found.append(Finding("failed", row))
    return sorted(found, key=lambda one: one.last_updated_at, reverse=True)


def inbox(
    found: Sequence[Finding],
    named: Mapping[AttemptId, AttemptRow],
    last_words: Mapping[AttemptId, str],
    now: Timestamp,
    pending: Sequence[Permission] = (),
) -> Inbox:
    """The inbox of the first 25 findings and of the first 25 permission requests that wait.

    `named` must know their attempts. `last_words` says what the failed logged last.
    """
    if not found and not pending:
        return Inbox(review=(), failed=(), stuck=())
    items = [_item(one, named[one.row.attempt_id], last_words, now) for one in found[:MAX_ITEMS]]
    counts = Counter(one.kind for one in found)
    return Inbox(
        review=tuple(item for item in items if item.kind == "review"),
        failed=tuple(item for item in items if item.kind == "failed"),
        stuck=tuple(item for item in items if item.kind == "stuck"),
        waiting=tuple(_waiting(one, named[one.attempt_id]) for one in pending[:MAX_ITEMS]),
        meta=InboxTotals(
            total_items=len(found) + len(pending),
            total_review=counts["review"],
            total_failed=counts["failed"],
            total_stuck=counts["stuck"],
            total_waiting=len(pending),
        ),
    )


def _item(
    finding: Finding, attempt: AttemptRow, last_words: Mapping[AttemptId, str], now: Timestamp
) -> InboxItem:
    row, kind = finding.row, finding.kind
    said = last_words.get(attempt.attempt_id)
    return InboxItem(
        id=attempt.attempt_id,
        type=kind,
        kind=kind,
        attempt_id=attempt.attempt_id,
        project_id=attempt.project_id,
        project_name=attempt.project_name,
        card_id=attempt.card_id,
        card_title=attempt.card_title,
        ticket_key=attempt.ticket_key,
        agent_id=attempt.agent,
        agent_name=attempt.agent,
        status=attempt.status,
        card_status=row.column_title,
        created_at=attempt.created_at,
        updated_at=finding.last_updated_at,
        finished_at=attempt.ended_at,
        last_updated_at=finding.last_updated_at,
        pr_url=row.pr_url,
        meta={},
        reason=_reason(row) if kind == "review" else None,
        error_summary=summary(said, attempt.status) if kind == "failed" else None,
        stuck_for_seconds=waited(row, now) if kind == "stuck" else None,
    )


def _waiting(permission: Permission, attempt: AttemptRow) -> WaitingItem:
    return WaitingItem(
        id=permission.id,
        attempt_id=attempt.attempt_id,
        project_id=attempt.project_id,
        project_name=attempt.project_name,
        card_id=attempt.card_id,
        card_title=attempt.card_title,
        ticket_key=attempt.ticket_key,
        agent_id=attempt.agent,
        status=attempt.status,
        title=permission.title,
        requested_at=permission.requested_at,
        expires_at=permission.expires_at,
    )


def _reason(row: InboxRow) -> str:
    parts = []
    if row.pr_url:
        parts.append("PR is still open or pending review")
    if not is_done(row):
        parts.append("card is not in a Done column")
    return "; ".join(parts)


def summary(message: str | None, status: AttemptStatus) -> str:
    """A log line as one line of at most 200 characters; a sentence of our own when there is none.

    Who said it is left out where it was the run itself: the rest is the sentence that was written for a person.
    """
    text = " ".join((message or "").removeprefix(RUN_FAILED).split())
    if not text:
        return f"The attempt {'was stopped' if status == 'stopped' else status} and logged nothing"
    return text if len(text) <= MAX_SUMMARY else f"{text[: MAX_SUMMARY - 1]}…"
