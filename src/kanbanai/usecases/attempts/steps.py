"""The steps that the verbs on attempts are made of: take one, bring it to a status, say so, note it in its log."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kanbanai.domain import attempts as rules
from kanbanai.domain.attempts import Attempt, AttemptLog, AttemptStatus, LogLine
from kanbanai.domain.cards import Image
from kanbanai.domain.conversations import ConversationItem, told
from kanbanai.domain.errors import NotFound
from kanbanai.domain.events import (
    AttemptLogged,
    AttemptPermission,
    AttemptQueueChanged,
    AttemptStatusChanged,
    ConversationItemAdded,
    GitStatusChanged,
)
from kanbanai.domain.ids import LOG_PREFIX, MESSAGE_PREFIX, AttemptId, LogId, MessageId, ProfileId
from kanbanai.domain.messages import QueuedBrief, QueuedMessage
from kanbanai.domain.permissions import Permission
from kanbanai.ports import Transaction


def taken(tx: Transaction, attempt_id: AttemptId) -> Attempt:
    """The attempt, its board taken. Raises NotFound."""
    attempt = tx.attempts.get(attempt_id)
    if attempt is None:
        raise NotFound("Attempt not found")
    tx.boards.take(attempt.board_id)
    return attempt


def enter(tx: Transaction, attempt: Attempt, status: AttemptStatus, *, failure: str | None = None) -> Attempt:
    """Brings the attempt to its next status, in which nobody waits for an answer. Raises Conflict."""
    after = rules.entered(attempt, status, tx.now, failure=failure)
    if attempt.waiting:
        lapse_pending(tx, attempt)
    tx.attempts.save(after)
    say_status(tx, after)
    return after


def lapse_pending(tx: Transaction, attempt: Attempt) -> list[Permission]:
    """Cancels the permission requests that nobody has answered; that none waits any more is for the caller to say."""
    lapsed = [
        msgspec.structs.replace(one, status="cancelled", answered_at=tx.now)
        for one in tx.permissions.of_attempt(attempt.id)
        if one.status == "pending"
    ]
    for one in lapsed:
        put_permission(tx, attempt, one)
    return lapsed


def put_permission(tx: Transaction, attempt: Attempt, permission: Permission) -> None:
    """Stores a permission request as it is now, and says so."""
    tx.permissions.put(permission)
    tx.emit(attempt.board_id, AttemptPermission(attempt_id=attempt.id, permission=permission))


def enqueue(
    tx: Transaction,
    attempt: Attempt,
    text: str,
    images: tuple[Image, ...] = (),
    profile_id: ProfileId | None = None,
) -> QueuedMessage:
    """Puts a message at the end of those that wait for the agent."""
    message = QueuedMessage(
        id=MessageId(tx.new_id(MESSAGE_PREFIX)),
        attempt_id=attempt.id,
        text=text,
        images=images,
        profile_id=profile_id,
        created_at=tx.now,
        created_by=str(tx.actor),
    )
    tx.messages.put(message)
    say_queue(tx, attempt)
    return message


def say_queue(tx: Transaction, attempt: Attempt) -> None:
    """Says which messages wait now."""
    briefs = tuple(QueuedBrief.of(one) for one in tx.messages.of_attempt(attempt.id))
    tx.emit(attempt.board_id, AttemptQueueChanged(attempt_id=attempt.id, messages=briefs))


def say_status(tx: Transaction, attempt: Attempt) -> None:
    """Says the attempt's status and how many permission requests wait."""
    status = AttemptStatusChanged(
        attempt_id=attempt.id, card_id=attempt.card_id, status=attempt.status, waiting=attempt.waiting
    )
    tx.emit(attempt.board_id, status)


def say_items(tx: Transaction, attempt: Attempt, items: Sequence[ConversationItem]) -> None:
    """Puts items into the conversation, each at the end or in the place of the one with its id, and says each."""
    tx.attempts.put_items(attempt.id, items)
    for item in items:
        tx.emit(attempt.board_id, ConversationItemAdded(attempt_id=attempt.id, item=told(item)))


def say_git_status(tx: Transaction, attempt: Attempt) -> None:
    """Says that files or commits of the attempt's worktree changed."""
    tx.emit(attempt.board_id, GitStatusChanged(attempt_id=attempt.id))


def log(tx: Transaction, attempt: Attempt, lines: Sequence[LogLine]) -> list[AttemptLog]:
    """Adds lines to the attempt's log, in order, and says each."""
    logged = [
        AttemptLog(
            id=LogId(tx.new_id(LOG_PREFIX)),
            attempt_id=attempt.id,
            ts=line.at or tx.now,
            level=line.level,
            message=rules.log_message(line.message),
        )
        for line in lines
    ]
    tx.attempts.add_logs(logged)
    for line in logged:
        tx.emit(
            attempt.board_id,
            AttemptLogged(attempt_id=attempt.id, level=line.level, message=line.message, ts=line.ts),
        )
    return logged
