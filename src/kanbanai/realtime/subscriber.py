"""A reader of a channel: where it stands, and what carries its bytes.

    prologue ──► joining ──► live ◄──► paused
        │           │          │          │            end(reason): a last frame, then the carrier closes
        └───────────┴──────────┴──────────┴─► ending ─► (lost)

A live reader costs nothing until there is news. One whose carrier cannot take more is paused: it leaves its
group, which goes on without it, and later is told from the ring what it missed. It holds no bytes but those that
its carrier has taken (RT9).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from kanbanai.domain.actors import Actor
from kanbanai.realtime import frames
from kanbanai.realtime.reasons import SLOW, Reason
from kanbanai.realtime.texts import Coding, Text, gzip_trailer, joined
from kanbanai.realtime.variants import BARE, Spelling, Variant

if TYPE_CHECKING:
    from kanbanai.realtime.channel import LiveChannel
    from kanbanai.realtime.feed import Feed, Group

STUCK_AFTER = 20.0
"""Seconds in which a reader that has bytes waiting must take some. A phone in a tunnel is given that long; a proxy that
gives up on a silent stream waits longer."""
FAREWELL_TIME = 5.0
"""Seconds in which the last frame must have gone out; then the connection is cut."""

Condition = Literal["prologue", "joining", "catching up", "live", "paused", "ending", "lost"]
CONDITIONS: tuple[Condition, ...] = ("prologue", "joining", "live", "paused", "ending")
"""Those that last."""


class Carrier(Protocol):
    """What takes a reader's bytes. None of its methods blocks or raises."""

    def write(self, data: bytes) -> object:
        """Sends bytes, or keeps them until they can be sent; calls `Subscriber.pause` when it keeps too many."""
        ...

    def waiting(self) -> int:
        """How many bytes it keeps."""
        ...

    def close(self) -> None:
        """Ends the connection once all it keeps has been sent."""
        ...

    def abort(self) -> None:
        """Ends the connection now."""
        ...


class TogetherCarrier(Carrier, Protocol):
    """A carrier whose kind can be written to many at once (`kanbanai.realtime.variants.Together`)."""

    handle: Any
    """What names it to that function."""

    def keep_rest(self, data: bytes, taken: int) -> None:
        """Sends, or keeps, what the function could not give it: all of `data` but the first `taken` bytes."""
        ...


class Subscriber:
    """One reader. Made by the hub, driven by `kanbanai.realtime.joining` until it is live."""

    __slots__ = (
        "_loop", "_mark", "_timer", "actor", "carrier", "channel", "checksum", "coding", "condition", "cursor",
        "feed", "group", "joined_at", "length", "place", "progress", "reason", "spelling", "state_seq", "variant",
        "write",
    )  # fmt: skip

    def __init__(self, channel: LiveChannel, actor: Actor, variant: Variant, coding: Coding) -> None:
        self.channel = channel
        self.actor = actor
        self.variant = variant
        self.coding = coding
        self.spelling = Spelling(coding, BARE)
        self.condition: Condition = "prologue"
        self.reason: Reason | None = None
        """Why it is ending."""
        self.cursor = 0
        """Everything up to it has been told. Of one in a group, the group's feed knows better."""
        self.state_seq = 0
        """The state it knows contains all changes up to here; never behind the cursor once it is live."""
        self.checksum = 0
        self.length = 0
        self.joined_at = 0
        self.progress = 0
        """Grows as the prologue is sent."""
        self.feed: Feed | None = None
        self.group: Group | None = None
        self.place = 0
        self.carrier: Carrier | None = None
        self.write: Callable[[bytes], object] = _nowhere
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._mark = 0
        self._watch()

    @property
    def is_paused(self) -> bool:
        """Whether its carrier takes nothing for now."""
        return self.condition == "paused"

    # ── what it is told by itself, apart from its group ─────────────────────────────────────────────────────────────

    def coded(self, texts: list[Text]) -> bytes:
        """Texts in this reader's coding, counted as told."""
        if self.coding == "gzip":
            for text in texts:
                self.checksum = text.extend(self.checksum)
                self.length += len(text.plain)
        return joined(texts, self.coding)

    def tell(self, texts: list[Text]) -> None:
        """Writes texts to this reader alone."""
        if texts:
            data = self.spelling.envelope.wrap(self.coded(texts))
            self.channel.tally.bytes += len(data)
            self.write(data)

    def farewell(self, reason: Reason) -> bytes:
        """The last bytes in this reader's coding: `bye`, and what ends a gzip stream."""
        last = self.coded([Text(frames.bye(reason))])
        return last if self.coding == "identity" else last + gzip_trailer(self.checksum, self.length)

    # ── from its carrier ────────────────────────────────────────────────────────────────────────────────────────────

    def go_live(self, carrier: Carrier, spelling: Spelling) -> None:
        """The prologue is over and has been sent: from now on `carrier` takes what is told."""
        self._unwatch()
        self.carrier = carrier
        self.write = carrier.write
        self.spelling = spelling
        self.channel.feed(self.variant).admit(self)

    def pause(self) -> None:
        """The carrier keeps as much as it may."""
        feed = self.feed
        if self.condition not in ("joining", "catching up", "live") or feed is None:
            return
        if self.condition != "catching up":
            feed.pause(self)
        self.condition = "paused"
        self._watch()

    def resume(self) -> None:
        """The carrier has sent nearly all it kept."""
        if self.condition != "paused":
            return
        self._unwatch()
        if not self.channel.ring.reaches(self.cursor):
            self.end(SLOW)
            return
        self.channel.feed(self.variant).admit(self)

    def lost(self) -> None:
        """The connection is gone."""
        if self.condition == "lost":
            return
        if self.reason is None:
            self.channel.tally.disconnected += 1
        self._detach()
        self.condition = "lost"
        self.carrier = None
        self.write = _nowhere
        self.channel.part(self)

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def end(self, reason: Reason) -> None:
        """Ends the stream: a last frame that says why, then the carrier closes.

        The connection is cut if that takes longer than `FAREWELL_TIME`.
        """
        if self.condition in ("ending", "lost"):
            return
        in_prologue = self.condition == "prologue"
        self._detach()
        self.condition = "ending"
        self.reason = reason
        self.channel.tally.ended[reason] += 1
        self._timer = self._loop.call_later(FAREWELL_TIME, self.abandon)
        if not in_prologue and self.carrier is not None:
            envelope = self.spelling.envelope
            self.write(envelope.wrap(self.farewell(reason)) + envelope.end)
            self.carrier.close()

    def abandon(self) -> None:
        """Cuts the connection."""
        if self.carrier is not None:
            self.carrier.abort()
        else:
            self.lost()

    def _detach(self) -> None:
        self._unwatch()
        if self.feed is not None:
            self.feed.leave(self)

    # ── one that takes nothing ──────────────────────────────────────────────────────────────────────────────────────

    def _watch(self) -> None:
        self._mark = self._waiting()
        self._timer = self._loop.call_later(STUCK_AFTER, self._look)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Ends a reader that has taken nothing since the last look."""
        if self._waiting() < self._mark:
            self._watch()
            return
        if self.condition == "prologue":
            # Its carrier is stuck in the middle of the prologue: a last frame would wait for ever.
            self.end(SLOW)
            self.abandon()
        else:
            self.end(SLOW)

    def _waiting(self) -> int:
        """A number that falls as the reader takes bytes."""
        if self.condition == "prologue" or self.carrier is None:
            return -self.progress
        return self.carrier.waiting()


def _nowhere(_data: bytes) -> None:
    """Where the bytes of one without a carrier go."""
