"""Text that is being written right now (RT8): told as it comes, never stored.

A piece goes out as `conversation_delta` without an id. The pieces of an item are counted; each frame says which
it holds (`from` up to, not including, `to`), so that a reader who was given all so far and then hears a piece
again can tell: it takes a frame whose `from` is the number of pieces it has, starts over at `from` 0, and passes
over the rest. What is being written is kept here until it settles: the `conversation_item` of the same id has
been recorded, or the attempt is over.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kanbanai.domain import wire
from kanbanai.domain.attempts import ACTIVE
from kanbanai.domain.events import AttemptStatusChanged, ConversationItemAdded, Event
from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.realtime import frames

MAX_CHARACTERS = 1_000_000
"""Kept per channel: some 50 items of the longest kind at once. Beyond it the oldest text is let go: who joins then sees
that item when it settles."""
SETTLING_KINDS = frozenset({ConversationItemAdded.kind, AttemptStatusChanged.kind})


class Aside(NamedTuple):
    """A frame that has no id. `attempt` is whose detail it is."""

    attempt: AttemptId
    tail: bytes


class _Delta(msgspec.Struct, rename="camel"):
    attempt_id: AttemptId
    item_id: ItemId
    start: int = msgspec.field(name="from")
    end: int = msgspec.field(name="to")
    text: str


class _Draft:
    __slots__ = ("attempt", "count", "item", "pieces", "size")

    def __init__(self, attempt: AttemptId, item: ItemId) -> None:
        self.attempt = attempt
        self.item = item
        self.pieces: list[str] = []
        self.count = 0
        self.size = 0

    def told(self, start: int, text: str) -> Aside:
        body = wire.encode(_Delta(self.attempt, self.item, start, self.count, text))
        return Aside(self.attempt, frames.frame("conversation_delta", body))


class Drafts:
    """The unsettled items of one channel."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[AttemptId, ItemId], _Draft] = {}
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._drafts)

    def add(self, attempt: AttemptId, item: ItemId, text: str) -> Aside:
        """Takes the next piece of an item and answers with the frame that tells it."""
        draft = self._drafts.get((attempt, item))
        if draft is None:
            draft = self._drafts[attempt, item] = _Draft(attempt, item)
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
                for key in [key for key in self._drafts if key[0] == attempt]:
                    self._remove(key)
            case _:
                return

    def _remove(self, key: tuple[AttemptId, ItemId]) -> None:
        draft = self._drafts.pop(key, None)
        if draft is not None:
            self._size -= draft.size

    def _let_go(self) -> None:
        while self._size > MAX_CHARACTERS:
            oldest = next(draft for draft in self._drafts.values() if draft.pieces)
            self._size -= oldest.size
            oldest.size = 0
            oldest.pieces.clear()
