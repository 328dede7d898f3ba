"""Text that is being written right now (RT8): told as it comes, never stored.

A piece goes out without an id: as `conversation_delta` what an agent says in an attempt, as `enhancement_delta` the
better text that is written for a card. The pieces of an item are counted; each frame says which it holds (`from` up to,
not including, `to`), so that a reader who was given all so far and then hears a piece again can tell: it takes a frame
whose `from` is the number of pieces it has, starts over at `from` 0, and passes over the rest. What is being written is
kept here until it settles: the `conversation_item` of the same id has been recorded, or the attempt is over; the next
`card_enhancement` of the card has been, or the card is gone.
"""

from __future__ import annotations

import msgspec

from kanbanai.domain import wire
from kanbanai.domain.attempts import ACTIVE
from kanbanai.domain.events import (
    AttemptStatusChanged,
    CardDeleted,
    CardEnhancement,
    ConversationItemAdded,
    Event,
)
from kanbanai.domain.ids import AttemptId, CardId, ItemId
from kanbanai.realtime import frames

MAX_CHARACTERS = 1_000_000
"""Kept per channel: some 50 items of the longest kind at once. Beyond it the oldest text is let go: who joins then sees
that item when it settles."""
SETTLING_KINDS = frozenset(
    {ConversationItemAdded.kind, AttemptStatusChanged.kind, CardEnhancement.kind, CardDeleted.kind}
)

Topic = tuple[AttemptId, ItemId] | CardId
"""What is being written: an item of a conversation, or a better text for a card."""


class _Delta(msgspec.Struct, rename="camel"):
    attempt_id: AttemptId
    item_id: ItemId
    start: int = msgspec.field(name="from")
    end: int = msgspec.field(name="to")
    text: str


class _CardDelta(msgspec.Struct, rename="camel"):
    card_id: CardId
    start: int = msgspec.field(name="from")
    end: int = msgspec.field(name="to")
    text: str


class Aside:
    """A frame that has no id: the pieces `start` up to, not including, `end` of what is being written."""

    __slots__ = ("_tail", "end", "start", "text", "topic")

    def __init__(self, topic: Topic, start: int, end: int, text: str) -> None:
        self.topic = topic
        self.start = start
        self.end = end
        self.text = text
        self._tail: bytes | None = None

    @property
    def attempt(self) -> AttemptId | None:
        """Whose detail it is; None: no attempt's."""
        return None if isinstance(self.topic, str) else self.topic[0]

    @property
    def tail(self) -> bytes:
        """The frame; encoded once, however many feeds tell it."""
        if self._tail is None:
            self._tail = self._encoded()
        return self._tail

    def joined(self, following: Aside) -> Aside | None:
        """Both in one; None: the other does not go on where this one ends."""
        if following.topic != self.topic or following.start != self.end:
            return None
        return Aside(self.topic, self.start, following.end, self.text + following.text)

    def _encoded(self) -> bytes:
        if isinstance(self.topic, str):
            about = wire.encode(_CardDelta(self.topic, self.start, self.end, self.text))
            return frames.frame("enhancement_delta", about)
        attempt, item = self.topic
        body = wire.encode(_Delta(attempt, item, self.start, self.end, self.text))
        return frames.frame("conversation_delta", body)


class _Draft:
    __slots__ = ("count", "pieces", "size", "topic")

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.pieces: list[str] = []
        self.count = 0
        self.size = 0

    def told(self, start: int, text: str) -> Aside:
        return Aside(self.topic, start, self.count, text)


class Drafts:
    """The unsettled items of one channel."""

    def __init__(self) -> None:
        self._drafts: dict[Topic, _Draft] = {}
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._drafts)

    def add(self, topic: Topic, text: str) -> Aside:
        """Takes the next piece of what is being written and answers with the frame that tells it."""
        draft = self._drafts.get(topic)
        if draft is None:
            draft = self._drafts[topic] = _Draft(topic)
        draft.count += 1
        if draft.count == len(draft.pieces) + 1:  # otherwise its beginning was let go
            draft.pieces.append(text)
            draft.size += len(text)
            self._size += len(text)
            self._let_go()
        return draft.told(draft.count - 1, text)

    def so_far(self) -> list[Aside]:
        """What one who joins now has to be told."""
        return [draft.told(0, "".join(draft.pieces)) for draft in self._drafts.values() if draft.pieces]

    def settle(self, event: Event) -> None:
        """Puts away what an event settles."""
        match event:
            case ConversationItemAdded(attempt_id=attempt, item=item):
                self._remove((attempt, item.id))
            case AttemptStatusChanged(attempt_id=attempt, status=status) if status not in ACTIVE:
                for topic in [one for one in self._drafts if not isinstance(one, str) and one[0] == attempt]:
                    self._remove(topic)
            case CardEnhancement(card_id=card_id) | CardDeleted(card_id=card_id):
                self._remove(card_id)
            case _:
                return

    def _remove(self, topic: Topic) -> None:
        draft = self._drafts.pop(topic, None)
        if draft is not None:
            self._size -= draft.size

    def _let_go(self) -> None:
        while self._size > MAX_CHARACTERS:
            oldest = next(draft for draft in self._drafts.values() if draft.pieces)
            self._size -= oldest.size
            oldest.size = 0
            oldest.pieces.clear()
