"""What needs a person; contract section 18."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kanbanai.domain.attempts import ACTIVE, AttemptStatus
from kanbanai.domain.dashboard_rows import AttemptRow, InboxRow
from kanbanai.domain.ids import AttemptId, CardId, ProjectId
from kanbanai.domain.inbox import (
    MAX_ITEMS,
    MAX_SUMMARY,
    QUEUED_TOO_LONG,
    RUNNING_TOO_LONG,
    Inbox,
    findings,
    inbox,
    summary,
)
from kanbanai.domain.times import Timestamp, later

NOW = Timestamp("2026-11-23T18:42:00.000Z")


def ago(seconds: float) -> Timestamp:
    return later(NOW, -timedelta(seconds=seconds))


def row(
    status: AttemptStatus,
    *,
    number: int = 1,
    card: int = 1,
    started: float = 100,
    ended: float | None = None,
    **more: Any,
) -> InboxRow:
    """An attempt that started and ended so many seconds ago."""
    end = None if status in ACTIVE else ago(started - 50 if ended is None else ended)
    given: dict[str, Any] = {
        "pr_url": None,
        "column_title": "Review",
        "column_role": "review",
        "has_success": status == "succeeded",
        **more,
    }
    return InboxRow(
        attempt_id=AttemptId(f"att-{number}"),
        card_id=CardId(f"card-{card}"),
        status=status,
        created_at=ago(started),
        updated_at=end or ago(started),
        started_at=None if status == "queued" else ago(started),
        ended_at=end,
        **given,
    )


def named(row: InboxRow) -> AttemptRow:
    return AttemptRow(
        attempt_id=row.attempt_id,
        project_id=ProjectId("project-1"),
        project_name="Shop",
        card_id=row.card_id,
        card_title="Pay",
        ticket_key="SHOP-1",
        agent="CODEX",
        status=row.status,
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def shown(rows: Sequence[InboxRow], last_words: str | None = None) -> Inbox:
    """The inbox of these attempts, each of which logged the same last."""
    said = {} if last_words is None else {row.attempt_id: last_words for row in rows}
    return inbox(findings(rows, NOW), {row.attempt_id: named(row) for row in rows}, said, NOW)


def kinds(rows: Sequence[InboxRow]) -> list[tuple[str, str]]:
    return [(one.kind, one.row.attempt_id) for one in findings(rows, NOW)]


PR = "https://github.com/o/r/pull/1"
DONE: dict[str, Any] = {"column_title": "Shipped", "column_role": "done"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "card is not in a Done column"),
        ({"pr_url": PR}, "PR is still open or pending review; card is not in a Done column"),
        ({"pr_url": PR, **DONE}, "PR is still open or pending review"),
    ],
)
def test_a_success_is_to_be_reviewed_while_it_has_a_pull_request_or_is_not_done(
    more: dict[str, Any], reason: str
) -> None:
    (item,) = shown([row("succeeded", **more)]).review
    assert (item.kind, item.type, item.reason) == ("review", "review", reason)


def test_a_success_whose_card_is_done_needs_nobody() -> None:
    assert kinds([row("succeeded", **DONE)]) == []


@pytest.mark.parametrize(("title", "needs"), [("Done", False), (" closed ", False), ("Dones", True)])
def test_a_column_without_a_role_is_done_by_its_title(title: str, needs: bool) -> None:
    assert bool(kinds([row("succeeded", column_role=None, column_title=title)])) is needs
    assert bool(kinds([row("failed", column_role=None, column_title=title)])) is needs


def test_a_role_says_more_than_a_title() -> None:
    assert kinds([row("succeeded", column_role="backlog", column_title="Done")]) == [("review", "att-1")]


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_a_failure_needs_somebody_until_the_card_succeeds_or_is_done(status: AttemptStatus) -> None:
    assert kinds([row(status)]) == [("failed", "att-1")]
    assert kinds([row(status, has_success=True)]) == []
    assert kinds([row(status, **DONE)]) == []


def test_of_a_cards_attempts_the_newest_failure_and_the_newest_success_count() -> None:
    failures = [row("failed", number=2), row("failed", number=1)]
    assert kinds(failures) == [("failed", "att-2")]
    assert kinds([row("running", number=3), *failures]) == []
    successes = [row("succeeded", number=2), row("succeeded", number=1)]
    assert kinds(successes) == [("review", "att-2")]
    assert kinds([row("failed", number=3, has_success=True), *successes]) == [("review", "att-2")]
    assert len(kinds([row("failed", card=1), row("failed", card=2, number=2)])) == 2


@pytest.mark.parametrize(
    ("status", "limit"),
    [("queued", QUEUED_TOO_LONG), ("running", RUNNING_TOO_LONG), ("stopping", RUNNING_TOO_LONG)],
)
def test_an_attempt_is_stuck_from_its_limit_on(status: AttemptStatus, limit: int) -> None:
    assert kinds([row(status, started=limit - 1)]) == []
    (item,) = shown([row(status, started=limit)]).stuck
    assert (item.kind, item.stuck_for_seconds, item.finished_at) == ("stuck", limit, None)


def test_a_follow_up_that_waits_is_stuck_by_its_own_wait() -> None:
    old = row("queued", started=10 * RUNNING_TOO_LONG)
    assert kinds([msgspec.structs.replace(old, updated_at=ago(5))]) == []


def test_the_last_changed_come_first_and_no_more_than_25_of_all_kinds() -> None:
    rows = [row("failed", number=n, card=n, started=1000, ended=n) for n in range(20)]
    rows += [row("succeeded", number=100 + n, card=100 + n, started=1000, ended=n + 0.5) for n in range(20)]
    found = shown(rows)
    assert len(found.failed) + len(found.review) == MAX_ITEMS
    assert [item.attempt_id for item in found.failed] == [f"att-{n}" for n in range(13)]
    assert [item.attempt_id for item in found.review] == [f"att-{100 + n}" for n in range(12)]
    assert found.meta is not None
    assert (found.meta.total_items, found.meta.total_failed, found.meta.total_review) == (40, 20, 20)


def test_an_empty_inbox_has_three_empty_lists_and_no_totals() -> None:
    assert msgspec.json.encode(shown([])) == b'{"review":[],"failed":[],"stuck":[]}'


def test_an_item_says_what_the_contract_names() -> None:
    (item,) = shown([row("failed", ended=40)], "no  such\nfile").failed
    assert msgspec.to_builtins(item) == {
        "id": "att-1",
        "type": "failed",
        "kind": "failed",
        "attemptId": "att-1",
        "projectId": "project-1",
        "projectName": "Shop",
        "cardId": "card-1",
        "cardTitle": "Pay",
        "ticketKey": "SHOP-1",
        "agentId": "CODEX",
        "agentName": "CODEX",
        "status": "failed",
        "cardStatus": "Review",
        "createdAt": ago(100),
        "updatedAt": ago(40),
        "finishedAt": ago(40),
        "lastUpdatedAt": ago(40),
        "prUrl": None,
        "meta": {},
        "errorSummary": "no such file",
    }


def test_a_summary_is_one_line_of_at_most_200_characters() -> None:
    assert summary("x" * MAX_SUMMARY, "failed") == "x" * MAX_SUMMARY
    cut = summary("x" * (MAX_SUMMARY + 1), "failed")
    assert (len(cut), cut[-1]) == (MAX_SUMMARY, "…")
    assert summary("[runner] failed: git is not installed", "failed") == "git is not installed"
    assert summary(" \n ", "failed") == "The attempt failed and logged nothing"
    assert summary(None, "stopped") == "The attempt was stopped and logged nothing"
