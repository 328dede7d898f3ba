"""What people say to an agent and it has not been told yet: a queue per attempt, in order, editable until sent."""

from __future__ import annotations

import msgspec

from kanbanai.domain.cards import Image
from kanbanai.domain.ids import AttemptId, MessageId, ProfileId
from kanbanai.domain.times import Timestamp

MAX_QUEUED = 50
"""Messages that wait for one agent; more is a loop that posts, not a person who writes."""
MAX_MESSAGE = 200_000
"""Characters of one message: what a card's description may have."""


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
