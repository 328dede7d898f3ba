"""After a crash: no attempt stays at work without an agent; and how one that was cut off goes on."""

from __future__ import annotations

from kanbanai.domain.attempts import ACTIVE, Attempt, LogLine
from kanbanai.domain.conversations import closed
from kanbanai.domain.errors import Conflict
from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.domain.prompts import CONTINUATION
from kanbanai.ports import Transaction
from kanbanai.usecases.attempts.life import (
    LAST_ITEMS,
    fail,
    is_dev,
    profile_config,
    queue_again,
)
from kanbanai.usecases.attempts.steps import enqueue, enter, log, say_items, taken

CUT_OFF = "The server was stopped while the agent was at work"
PAGE = 500
"""Items of a conversation looked at together."""


def reconcile(tx: Transaction) -> list[Attempt]:
    """Ends what the last server left at work, and answers with those attempts as they are now. Queued ones wait on.

    What was stopping is stopped; what was running has failed, or goes on where its profile says so and the agent has
    named its session. Whatever is open in their conversations is closed: their processes are gone.
    """
    ended = [_reconciled(tx, one) for one in tx.attempts.active() if one.status != "queued"]
    for attempt in tx.attempts.with_worktree():
        if attempt.status not in ACTIVE:
            _close_dev(tx, attempt)
    return ended


def resume(tx: Transaction, attempt_id: AttemptId) -> Attempt:
    """Lets an attempt go on that failed or was stopped: it is queued, and its agent told to go on.

    Where messages wait for it already, those are what it is told. Raises NotFound; Conflict when it has not failed and
    was not stopped; and what `queue_again` raises.
    """
    attempt = taken(tx, attempt_id)
    if attempt.status == "succeeded":
        raise Conflict("The attempt has succeeded; there is nothing to resume")
    again = queue_again(tx, attempt_id)
    if not tx.messages.of_attempt(attempt_id):
        enqueue(tx, again, CONTINUATION)
    return again


def _reconciled(tx: Transaction, attempt: Attempt) -> Attempt:
    tx.boards.take(attempt.board_id)
    _close_all(tx, attempt)
    if attempt.status == "stopping":
        return enter(tx, attempt, "stopped")
    goes_on = profile_config(tx, attempt.profile_id).get("resumeOnRestart") is True
    if not goes_on or attempt.session_id is None:
        return fail(tx, attempt.id, CUT_OFF)
    again = enter(tx, attempt, "queued")
    log(tx, again, [LogLine(f"{CUT_OFF}; it goes on", "warn")])
    if not tx.messages.of_attempt(attempt.id):
        enqueue(tx, again, CONTINUATION)
    return again


def _close_all(tx: Transaction, attempt: Attempt) -> None:
    before: ItemId | None = None
    while items := tx.attempts.conversation(attempt.id, before=before, limit=PAGE):
        say_items(tx, attempt, [end for one in items if (end := closed(one, tx.now))])
        before = items[0].id


def _close_dev(tx: Transaction, attempt: Attempt) -> None:
    """The project's own process may have outlived the attempt's run, but not the server."""
    items = tx.attempts.conversation(attempt.id, limit=LAST_ITEMS) or []
    ends = [end for one in items if is_dev(one) and (end := closed(one, tx.now))]
    if ends:
        tx.boards.take(attempt.board_id)
        say_items(tx, attempt, ends)
