"""What people say to an agent and it has not been told yet: a queue per attempt, in order, editable until sent."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kanbanai.domain.cards import Image
from kanbanai.domain.errors import Conflict, Invalid
from kanbanai.domain.ids import ITEM_PREFIX, MESSAGE_PREFIX, AttemptId, ItemId, MessageId, ProfileId
from kanbanai.domain.times import Timestamp

MAX_QUEUED = 50
"""Messages that wait for one agent; more is a loop that posts, not a person who writes."""
MAX_MESSAGE = 200_000
"""Characters of one message: what a card's description may have."""
MAX_QUEUED_TEXT = 400_000
"""Characters of all messages that wait for one agent: every change of the queue is told to all viewers, whole."""
MAX_QUEUED_IMAGES = 20
"""Images of all messages that wait for one agent; each may have 10 MB."""
_ID = slice(len(MESSAGE_PREFIX), None)


class QueuedMessage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A message that waits for the agent to be done with the one before."""

    id: MessageId
    attempt_id: AttemptId
    text: str
    images: tuple[Image, ...]
    profile_id: ProfileId | None
    created_at: Timestamp
    created_by: str


class QueuedBrief(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The same as viewers see it: `images` is how many there are."""

    id: MessageId
    text: str
    images: int
    profile_id: ProfileId | None
    created_at: Timestamp

    @classmethod
    def of(cls, message: QueuedMessage) -> QueuedBrief:
        """What viewers see of a message."""
        return cls(
            id=message.id,
            text=message.text,
            images=len(message.images),
            profile_id=message.profile_id,
            created_at=message.created_at,
        )


def message_text(text: str) -> str:
    """`text` as a message. Raises Invalid when it is blank or over 200,000 characters."""
    if not text.strip():
        raise Invalid.field("prompt", "must not be blank")
    if len(text) > MAX_MESSAGE:
        raise Invalid.field("prompt", f"is {len(text)} characters long; the limit is {MAX_MESSAGE}")
    return text


def refuse_flood(queue: Sequence[QueuedMessage]) -> None:
    """Raises Conflict when the messages that would wait are too many, or too long all together."""
    if len(queue) > MAX_QUEUED:
        raise Conflict(f"{MAX_QUEUED} messages wait for the agent already; more do not")
    if (length := sum(len(one.text) for one in queue)) > MAX_QUEUED_TEXT:
        raise Conflict(f"The waiting messages would have {length} characters; the limit is {MAX_QUEUED_TEXT}")
    if (images := sum(len(one.images) for one in queue)) > MAX_QUEUED_IMAGES:
        raise Conflict(f"The waiting messages would have {images} images; the limit is {MAX_QUEUED_IMAGES}")


def item_of(message_id: MessageId) -> ItemId:
    """The conversation item that a message becomes once the agent is told it: `msg-7` is `cmsg-7`."""
    return ItemId(ITEM_PREFIX + message_id[_ID])
