"""What can be done with messages to an agent: all of them wait in its queue, and are editable until it is told them."""

from __future__ import annotations

import msgspec
from msgspec import UnsetType

from kanbanai.domain import cards as card_rules
from kanbanai.domain import messages as rules
from kanbanai.domain.attempts import ACTIVE, Attempt
from kanbanai.domain.cards import Image
from kanbanai.domain.conversations import Message
from kanbanai.domain.errors import Conflict, NotFound
from kanbanai.domain.ids import AttemptId, MessageId, ProfileId
from kanbanai.domain.messages import QueuedMessage
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries
from kanbanai.usecases.attempts import queue_again
from kanbanai.usecases.attempts.refusals import refuse_closed_card, refuse_strange_profile
from kanbanai.usecases.attempts.steps import enqueue, say_items, say_queue, taken


class Said(msgspec.Struct, frozen=True):
    """A message that waits, and its attempt. `woke`: the attempt had ended, and is queued for the message's sake."""

    message: QueuedMessage
    attempt: Attempt
    woke: bool


class MessageChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an edit of a message sets: a field left out stays."""

    prompt: str | UnsetType = msgspec.UNSET
    images: tuple[Image, ...] | UnsetType = msgspec.UNSET
    profile_id: ProfileId | UnsetType | None = msgspec.UNSET


def say(
    tx: Transaction,
    attempt_id: AttemptId,
    text: str,
    images: tuple[Image, ...] = (),
    profile_id: ProfileId | None = None,
) -> Said:
    """Puts a message behind those that wait for the agent; an attempt that has ended is woken for it.

    Raises NotFound; Invalid for a text, an image or a profile that cannot be; Conflict while the attempt is being
    stopped, when too much waits already, or when an attempt that has ended is not its card's newest; CardLocked and
    CardBlocked when the card takes no work.
    """
    attempt = taken(tx, attempt_id)
    text, images = rules.message_text(text), card_rules.images(images)
    if profile_id is not None:
        refuse_strange_profile(tx, attempt.board_id, attempt.agent, profile_id)
    if attempt.status == "stopping":
        raise Conflict("The attempt is being stopped; say it again when it has stopped")
    woke = attempt.status not in ACTIVE
    if woke:
        attempt = queue_again(tx, attempt_id)
    else:
        refuse_closed_card(tx, attempt)
    message = enqueue(tx, attempt, text, images, profile_id)
    rules.refuse_flood(tx.messages.of_attempt(attempt_id))
    return Said(message, attempt, woke)


def edit(
    tx: Transaction, attempt_id: AttemptId, message_id: MessageId, changes: MessageChanges
) -> QueuedMessage:
    """Changes a message that still waits, in its place.

    Raises NotFound for an unknown one, Conflict when the agent has been told it; and Invalid and Conflict as `say`.
    """
    attempt, before = _waiting(tx, attempt_id, message_id)
    unset = msgspec.UNSET
    after = msgspec.structs.replace(
        before,
        text=before.text if changes.prompt is unset else rules.message_text(changes.prompt),
        images=before.images if changes.images is unset else card_rules.images(changes.images),
        profile_id=before.profile_id if changes.profile_id is unset else changes.profile_id,
    )
    if after.profile_id is not None and after.profile_id != before.profile_id:
        refuse_strange_profile(tx, attempt.board_id, attempt.agent, after.profile_id)
    if after != before:
        tx.messages.put(after)
        rules.refuse_flood(tx.messages.of_attempt(attempt_id))
        say_queue(tx, attempt)
    return after


def withdraw(tx: Transaction, attempt_id: AttemptId, message_id: MessageId) -> None:
    """Takes a message back that still waits.

    Raises NotFound for an unknown one; Conflict when the agent has been told it, or when it is all that an attempt in
    the queue was going to be told: that one is to be stopped instead.
    """
    attempt, message = _waiting(tx, attempt_id, message_id)
    if attempt.status == "queued" and len(tx.messages.of_attempt(attempt_id)) == 1:
        raise Conflict("The attempt waits to be told this and nothing else; stop it instead")
    tx.messages.remove(message.id)
    say_queue(tx, attempt)


def take_next(tx: Transaction, attempt_id: AttemptId) -> QueuedMessage | None:
    """The next message, which the agent is about to be told: out of the queue, into the conversation.

    The item is the one that `kanbanai.domain.messages.item_of` names. The profile that the message names is the
    attempt's from now on. None: nothing waits, or the attempt is not running (any more). Raises NotFound.
    """
    attempt = taken(tx, attempt_id)
    waiting = tx.messages.of_attempt(attempt_id)
    if attempt.status != "running" or not waiting:
        return None
    message = waiting[0]
    if message.profile_id not in {None, attempt.profile_id}:
        attempt = msgspec.structs.replace(attempt, profile_id=message.profile_id)
        tx.attempts.save(attempt)
    tx.messages.remove(message.id)
    item = Message(
        id=rules.item_of(message.id),
        timestamp=tx.now,
        role="user",
        text=message.text,
        format="markdown",
        profile_id=attempt.profile_id,
        images=message.images,
    )
    say_items(tx, attempt, [item])
    say_queue(tx, attempt)
    return message


def waiting(tx: Reading, attempt_id: AttemptId) -> list[QueuedMessage]:
    """The messages that wait for the agent, in order. Raises NotFound."""
    queries.attempt(tx, attempt_id)
    return tx.messages.of_attempt(attempt_id)


def _waiting(tx: Transaction, attempt_id: AttemptId, message_id: MessageId) -> tuple[Attempt, QueuedMessage]:
    attempt = taken(tx, attempt_id)
    for message in tx.messages.of_attempt(attempt_id):
        if message.id == message_id:
            return attempt, message
    if tx.attempts.item(attempt_id, rules.item_of(message_id)) is not None:
        raise Conflict("The agent has been told this message; it cannot be changed any more")
    raise NotFound("Message not found")
