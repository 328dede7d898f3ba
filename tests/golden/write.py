"""Golden triples of the fold: a board before an event, the event, the board after, and the patch that tells it.

Written once by the Python fold and checked by eye; read by the tests of every fold there is. One file a case:

    {"rule": "…", "kind": "card.moved", "before": {"state", "attempts"}, "event": {…}, "after": {…}, "operations": […]}

`make golden` writes them anew.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from kanbanai.domain import events as e
from kanbanai.domain import snapshots, wire
from kanbanai.domain.attempts import Todos
from kanbanai.domain.boards import ColumnChanges, ColumnFields
from kanbanai.domain.cards import Card, CardChanges, GithubIssueLink, PullRequestBadge
from kanbanai.domain.conversations import Message
from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.ids import AttemptId, CardId, ColumnId, ItemId, ProfileId, ProjectId
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp
from kanbanai.http.event_examples import EVENTS

HERE = Path(__file__).parent
STATE_EVENTS = get_args(e.StateEvent)


class Case(NamedTuple):
    """What happened on the board of `history`, and the rule that it shows."""

    name: str
    rule: str
    event: e.Event
    history: tuple[e.Event, ...]


def _at(second: int) -> Timestamp:
    return Timestamp(f"2026-11-23T18:42:{second:02}.000Z")


def _card(name: str, **fields: Any) -> Card:
    plain: dict[str, Any] = {
        "id": CardId(f"card-{name}"),
        "ticket_key": f"WC-{ord(name) - 96}",
        "disable_auto_close_on_pr_merge": False,
        "disable_auto_close_on_issue_close": False,
        "ticket_type": "feat",
        "is_enhanced": False,
        "title": f"Card {name}",
        "created_at": _at(0),
        "updated_at": _at(0),
    }
    return Card(**plain | fields)


BACKLOG, DOING, DONE = ColumnId("col-1"), ColumnId("col-2"), ColumnId("col-3")
A, B, C, D = (CardId(f"card-{name}") for name in "abcd")
RICH = _card(
    "b",
    description='Markdown with "quotes", ~tildes~ and/or slashes\n\nzweite Zeile: größer 日本 🂡',
    depends_on=(A,),
    pr_url="https://github.com/acme/wire/pull/7",
    pull_request=PullRequestBadge(7, "draft", "pending"),
    github_issue=GithubIssueLink(3, "https://github.com/acme/wire/issues/3"),
)

BOARD: tuple[e.Event, ...] = (
    e.ColumnCreated(column=ColumnFields(id=BACKLOG, title="Backlog", key="backlog"), index=0),
    e.ColumnCreated(
        column=ColumnFields(id=DOING, title="In Progress", key="inProgress", wip_limit=3), index=1
    ),
    e.ColumnCreated(column=ColumnFields(id=DONE, title="Done", key="done"), index=2),
    e.CardCreated(card=_card("a"), column_id=BACKLOG, index=0),
    e.CardCreated(card=RICH, column_id=BACKLOG, index=1),
    e.CardCreated(card=_card("c"), column_id=BACKLOG, index=2),
    e.CardCreated(card=_card("d"), column_id=DOING, index=0),
)


def _entered(attempt: str, card_id: CardId, status: Any) -> e.AttemptStatusChanged:
    return e.AttemptStatusChanged(attempt_id=AttemptId(attempt), card_id=card_id, status=status)


RUNNING = (*BOARD, _entered("att-1", D, "running"))


def _changed(name: str, rule: str, *history: e.Event, card_id: CardId = B, **changes: Any) -> Case:
    event = e.CardUpdated(card_id=card_id, changes=CardChanges(**{"updated_at": _at(9)} | changes))
    return Case(name, rule, event, (*BOARD, *history))


def _moved(name: str, rule: str, card_id: CardId, origin: ColumnId, target: ColumnId, index: int) -> Case:
    event = e.CardMoved(
        card_id=card_id, from_column_id=origin, to_column_id=target, index=index, updated_at=_at(9)
    )
    return Case(name, rule, event, BOARD)


def _column(name: str, rule: str, event: e.Event) -> Case:
    return Case(name, rule, event, BOARD)


def _unseen(name: str, event: e.Event) -> Case:
    return Case(name, "The board does not show it, and stays as it is.", event, RUNNING)


MESSAGE = Message(
    id=ItemId("cmsg-1"), timestamp=_at(9), role="user", text="Go", format="plaintext", profile_id=None
)
FIRST = ColumnFields(id=ColumnId("col-9"), title="Ideas")
LIMITED = ColumnChanges(title="Doing", wip_limit=None, key=None)
ATTEMPT = AttemptId("att-1")

CASES: tuple[Case, ...] = (
    Case(
        "column-created-first",
        "The first column of an empty board; role and limit are left out.",
        e.ColumnCreated(column=FIRST, index=0),
        (),
    ),
    _column(
        "column-created-between",
        "A column may stand between others.",
        e.ColumnCreated(column=ColumnFields(id=ColumnId("col-9"), title="Review", key="review"), index=1),
    ),
    _column(
        "column-updated",
        "Role and limit that are taken away leave the JSON.",
        e.ColumnUpdated(column_id=DOING, changes=LIMITED),
    ),
    _column(
        "column-updated-limit",
        "A limit that was not there is added.",
        e.ColumnUpdated(column_id=BACKLOG, changes=ColumnChanges(wip_limit=5)),
    ),
    _column(
        "column-moved-left", "The index counts without the column.", e.ColumnMoved(column_id=DONE, index=0)
    ),
    _column(
        "column-moved-right",
        "The index counts without the column.",
        e.ColumnMoved(column_id=BACKLOG, index=1),
    ),
    _column("column-deleted", "An empty column goes.", e.ColumnDeleted(column_id=DONE)),
    Case(
        "card-created-at-the-end",
        "A card with everything that a card can have.",
        e.CardCreated(card=msgspec.structs.replace(RICH, id=CardId("card-e")), column_id=DONE, index=0),
        BOARD,
    ),
    Case(
        "card-created-between",
        "A card with nothing that may be left out.",
        e.CardCreated(card=_card("e", ticket_key=None, ticket_type=None), column_id=BACKLOG, index=1),
        BOARD,
    ),
    _changed("card-updated-title", "One field and the time.", title="Another title"),
    _changed("card-updated-cleared", "What is cleared leaves the JSON.", description=None, depends_on=()),
    _changed("card-updated-null", "A ticket type that is taken away is null in the JSON.", ticket_type=None),
    _changed("card-updated-absent", "What was not there and is cleared is not told.", card_id=A, pr_url=None),
    _changed(
        "card-updated-links",
        "Objects and lists are replaced as a whole.",
        depends_on=(A, C),
        github_issue=GithubIssueLink(4, "https://github.com/acme/wire/issues/4"),
        disable_auto_close_on_pr_merge=True,
        disable_auto_close_on_issue_close=True,
        is_enhanced=True,
    ),
    _changed(
        "card-updated-pull-request",
        "What a card shows of its pull request, without a new time.",
        updated_at=msgspec.UNSET,
        pull_request=PullRequestBadge(7, "merged"),
    ),
    _moved("card-moved-down", "Within a column the index counts without the card.", A, BACKLOG, BACKLOG, 2),
    _moved("card-moved-up", "Within a column the index counts without the card.", C, BACKLOG, BACKLOG, 0),
    _moved("card-moved-nowhere", "To its own place: the time alone changes.", B, BACKLOG, BACKLOG, 1),
    _moved("card-moved-across", "To the end of another column.", B, BACKLOG, DOING, 1),
    _moved("card-moved-into-empty", "Into an empty column.", D, DOING, DONE, 0),
    Case(
        "card-deleted",
        "A card goes with its attempts.",
        e.CardDeleted(card_id=D, column_id=DOING),
        RUNNING,
    ),
    Case("attempt-queued", "The first attempt of a card.", _entered("att-1", A, "queued"), BOARD),
    Case(
        "attempt-running",
        "An attempt that is known enters a status.",
        _entered("att-1", D, "stopping"),
        RUNNING,
    ),
    Case(
        "attempt-second-while-active",
        "The latest comes last; those before stay while they are active.",
        _entered("att-2", D, "queued"),
        RUNNING,
    ),
    Case(
        "attempt-earlier-one-ends",
        "An attempt that is neither the latest nor active is not shown.",
        _entered("att-1", D, "failed"),
        (*RUNNING, _entered("att-2", D, "running")),
    ),
    Case(
        "attempt-after-one-that-ended",
        "A new attempt takes the place of one that ended.",
        _entered("att-2", D, "queued"),
        (*RUNNING, _entered("att-1", D, "succeeded")),
    ),
    _unseen(
        "card-enhancement", e.CardEnhancement(card_id=A, status="ready", suggestion=Suggestion("Better"))
    ),
    _unseen("github-sync", EVENTS["github_sync"]),
    _changed(
        "card-issue-in-conflict",
        "What is shown of an issue is told as one value; of its parts those that say nothing are left out.",
        github_issue=GithubIssueLink(
            3,
            "https://github.com/acme/wire/issues/3",
            labels=("bug",),
            assignees=("ada",),
            comments=2,
            conflicts=("title",),
        ),
    ),
    _unseen("attempt-started", e.AttemptStarted(attempt_id=ATTEMPT, card_id=D)),
    _unseen("attempt-log", e.AttemptLogged(attempt_id=ATTEMPT, level="info", message="line", ts=_at(9))),
    _unseen("conversation-item", e.ConversationItemAdded(attempt_id=ATTEMPT, item=MESSAGE)),
    _unseen("attempt-todos", e.AttemptTodosChanged(attempt_id=ATTEMPT, todos=Todos.of(()))),
    _unseen("attempt-session", e.AttemptSessionRecorded(attempt_id=ATTEMPT, session_id="s-1")),
    Case(
        "attempt-waits",
        "The same status again, with what waits for a person.",
        e.AttemptStatusChanged(attempt_id=ATTEMPT, card_id=D, status="running", waiting=1),
        RUNNING,
    ),
    _unseen("attempt-permission", EVENTS["attempt_permission"]),
    _unseen("attempt-queue", EVENTS["attempt_queue"]),
    _unseen("attempt-usage", EVENTS["attempt_usage"]),
    _unseen("attempt-pr", EVENTS["attempt_pr"]),
    _unseen("git-status", e.GitStatusChanged()),
    _unseen("git-commit", e.GitCommitted(attempt_id=ATTEMPT, short_sha="abc1234", subject="feat", ts=_at(9))),
    _unseen("git-push", e.GitPushed(attempt_id=ATTEMPT, remote="origin", branch="wc/1", ts=_at(9))),
    _unseen("terminal-opened", e.TerminalOpened(card_id=D, attempt_id=ATTEMPT)),
    _unseen("terminal-closed", e.TerminalClosed(card_id=D, attempt_id=ATTEMPT, reason="manual")),
    _unseen(
        "agent-profile",
        e.AgentProfileChanged(change="created", profile_id=ProfileId("ap-1"), agent="CODEX", label="P"),
    ),
    _unseen("agent-registered", e.AgentRegistered(agent="CODEX", label="Codex Agent")),
    _unseen("project-created", e.ProjectCreated(project_id=ProjectId("p"), name="Wire")),
    _unseen("project-updated", e.ProjectUpdated(project_id=ProjectId("p"), name="Wire")),
    _unseen("project-deleted", e.ProjectDeleted(project_id=ProjectId("p"))),
)


def text(case: Case) -> str:
    """The file of a case."""
    before = BoardSnapshot.empty()
    for event in case.history:
        before = snapshots.apply(before, event)
    told = snapshots.operations(before, case.event) if isinstance(case.event, STATE_EVENTS) else []
    triple = {
        "rule": case.rule,
        "kind": case.event.kind,
        "before": before,
        "event": case.event,
        "after": snapshots.apply(before, case.event),
        "operations": told,
    }
    return msgspec.json.format(wire.encode(triple), indent=2).decode() + "\n"


def main() -> None:
    """Writes every file, and removes those of cases that are no more."""
    wanted = {f"{case.name}.json": text(case) for case in CASES}
    for old in HERE.glob("*.json"):
        if old.name not in wanted:
            old.unlink()
    for name, content in wanted.items():
        (HERE / name).write_text(content, encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} golden triples in {HERE}\n")


if __name__ == "__main__":
    main()
