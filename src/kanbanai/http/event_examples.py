"""An example of every message of the streams, for their description."""

from __future__ import annotations

from typing import Any

from kanbanai.domain import events as e
from kanbanai.domain.attempts import Todo, Todos
from kanbanai.domain.boards import ColumnChanges, ColumnFields
from kanbanai.domain.cards import Card, CardChanges
from kanbanai.domain.conversations import Message, ToolUse
from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.ids import (
    AttemptId,
    CardId,
    ColumnId,
    ItemId,
    MessageId,
    PermissionId,
    ProfileId,
    ProjectId,
)
from kanbanai.domain.issues import IssueCounts
from kanbanai.domain.messages import QueuedBrief
from kanbanai.domain.permissions import Permission, PermissionOption
from kanbanai.domain.pulls import PullRequest
from kanbanai.domain.times import Timestamp
from kanbanai.domain.usage import Usage

NOW = Timestamp("2026-11-23T18:42:00.123Z")
PROJECT = ProjectId("5b1f6c1e-8d3a-4d6b-9a53-0f6f0f2f7b11")
BACKLOG = ColumnId("col-0c5e8a90-1f7b-4b7e-9d5d-3f1c2b4a5d6e")
DOING = ColumnId("col-7a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c4d")
CARD = CardId("card-2f9d1c7a-6b5e-4f3d-8a2c-1e0d9b8c7a6f")
ATTEMPT = AttemptId("att-9c8b7a6f-5e4d-4c3b-9a2f-1e0d2c3b4a5f")

_CARD = Card(
    id=CARD,
    ticket_key="WC-17",
    disable_auto_close_on_pr_merge=False,
    disable_auto_close_on_issue_close=False,
    ticket_type="feat",
    is_enhanced=False,
    title="Retry uploads",
    description="Three times, with a pause that doubles.",
    created_at=NOW,
    updated_at=NOW,
)
_MESSAGE = Message(
    id=ItemId("cmsg-1d2c3b4a-5f6e-4d7c-8b9a-0f1e2d3c4b5a"),
    timestamp=NOW,
    role="assistant",
    text="Uploads are tried three times now.",
    format="markdown",
    profile_id=None,
)
_PERMISSION = Permission(
    id=PermissionId("perm-4c3b2a1f-0e9d-4c8b-9a7f-6e5d4c3b2a1f"),
    attempt_id=ATTEMPT,
    item_id=ItemId("cmsg-8f7e6d5c-4b3a-4f2e-9d1c-0b9a8f7e6d5c"),
    title="npm install",
    tool=ToolUse(name="command", action="exec", command="npm install", status="created"),
    options=(
        PermissionOption("allow-once", "allow_once", "Allow"),
        PermissionOption("reject", "reject_once", "Reject"),
    ),
    status="pending",
    option_id=None,
    requested_at=NOW,
    expires_at=None,
    answered_at=None,
    answered_by=None,
)
_PULL_REQUEST = PullRequest(
    number=7,
    url="https://github.com/acme/wire/pull/7",
    state="open",
    draft=False,
    title="[WC-17] Retry uploads",
    head_ref="AB1/WC-17-retry-uploads",
    head_label="AB1/WC-17-retry-uploads",
    base_ref="main",
    created_at=NOW,
    updated_at=NOW,
    merged=False,
)
_EVENTS: tuple[e.Event, ...] = (
    e.ColumnCreated(
        column=ColumnFields(id=DOING, title="In Progress", key="inProgress", wip_limit=3), index=1
    ),
    e.ColumnUpdated(column_id=DOING, changes=ColumnChanges(title="Doing", wip_limit=None)),
    e.ColumnMoved(column_id=DOING, index=0),
    e.ColumnDeleted(column_id=DOING),
    e.CardCreated(card=_CARD, column_id=BACKLOG, index=0),
    e.CardUpdated(card_id=CARD, changes=CardChanges(title="Retry all uploads", updated_at=NOW)),
    e.CardMoved(card_id=CARD, from_column_id=BACKLOG, to_column_id=DOING, index=0, updated_at=NOW),
    e.CardDeleted(card_id=CARD, column_id=DOING),
    e.GithubSync(
        status="running",
        cause="import",
        repository="acme/wire",
        counts=IssueCounts(imported=98, skipped=2),
        page=1,
        pages=20,
        at=NOW,
    ),
    e.CardEnhancement(
        card_id=CARD, status="ready", suggestion=Suggestion("Retry failed uploads", "With a pause.")
    ),
    e.AttemptStatusChanged(attempt_id=ATTEMPT, card_id=CARD, status="running"),
    e.AttemptStarted(attempt_id=ATTEMPT, card_id=CARD),
    e.AttemptLogged(attempt_id=ATTEMPT, level="info", message="[runner] agent exited with code 0", ts=NOW),
    e.ConversationItemAdded(attempt_id=ATTEMPT, item=_MESSAGE),
    e.AttemptTodosChanged(
        attempt_id=ATTEMPT,
        todos=Todos.of((Todo("todo-0", "Find the upload", "done"), Todo("todo-1", "Retry it", "open"))),
    ),
    e.AttemptSessionRecorded(attempt_id=ATTEMPT, session_id="0199a7c4-5f0e-7d31-b1f2-6f3b1a2c4d5e"),
    e.AttemptPermission(attempt_id=ATTEMPT, permission=_PERMISSION),
    e.AttemptQueueChanged(
        attempt_id=ATTEMPT,
        messages=(
            QueuedBrief(
                id=MessageId("msg-7e6d5c4b-3a2f-4e1d-8c0b-9a8f7e6d5c4b"),
                text="And add a test.",
                images=0,
                profile_id=None,
                created_at=NOW,
            ),
        ),
    ),
    e.AttemptUsageChanged(
        attempt_id=ATTEMPT,
        usage=Usage(
            input_tokens=12324,
            output_tokens=71,
            total_tokens=12395,
            context_used=4152,
            context_size=200_000,
            cost=0.054,
            currency="USD",
            work_ms=8_120,
            turns=1,
        ),
    ),
    e.AttemptPullRequest(attempt_id=ATTEMPT, pr=_PULL_REQUEST),
    e.GitStatusChanged(attempt_id=ATTEMPT),
    e.GitCommitted(attempt_id=ATTEMPT, short_sha="7448fa0", subject="feat: retry uploads", ts=NOW),
    e.GitPushed(attempt_id=ATTEMPT, remote="origin", branch="AB1/WC-17-retry-uploads", ts=NOW),
    e.TerminalOpened(card_id=CARD, attempt_id=ATTEMPT),
    e.TerminalClosed(card_id=CARD, attempt_id=ATTEMPT, reason="manual"),
    e.AgentProfileChanged(change="created", profile_id=ProfileId("apg-3"), agent="CODEX", label="Careful"),
    e.AgentRegistered(agent="GEMINI", label="Gemini CLI"),
    e.ProjectCreated(project_id=PROJECT, name="Wire capture"),
    e.ProjectUpdated(project_id=PROJECT, name="Wire"),
    e.ProjectDeleted(project_id=PROJECT),
)
EVENTS: dict[str, e.Event] = {event.kind: event for event in _EVENTS}
"""By kind; a test says that none is missing."""

STATE: dict[str, Any] = {
    "columns": {
        BACKLOG: {"id": BACKLOG, "title": "Backlog", "cardIds": [], "key": "backlog"},
        DOING: {"id": DOING, "title": "In Progress", "cardIds": [CARD], "key": "inProgress", "wipLimit": 3},
    },
    "columnOrder": [BACKLOG, DOING],
    "cards": {
        CARD: {
            "id": CARD,
            "ticketKey": "WC-17",
            "disableAutoCloseOnPRMerge": False,
            "disableAutoCloseOnIssueClose": False,
            "ticketType": "feat",
            "isEnhanced": False,
            "title": "Retry uploads",
            "createdAt": NOW,
            "updatedAt": NOW,
        }
    },
}
OPERATIONS: list[dict[str, Any]] = [
    {"op": "move", "from": f"/columns/{BACKLOG}/cardIds/0", "path": f"/columns/{DOING}/cardIds/0"},
    {"op": "replace", "path": f"/cards/{CARD}/updatedAt", "value": NOW},
]
