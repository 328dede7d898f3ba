"""A channel that somebody watches: its head, the board folded so far, and the last events ready to be told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from kanbanai.domain import events, wire
from kanbanai.domain.channels import Channel
from kanbanai.domain.cursors import Cursor
from kanbanai.domain.folding import Folding
from kanbanai.domain.log import Entry
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.realtime import frames
from kanbanai.realtime.batches import Batch, batch
from kanbanai.realtime.drafts import Aside, Drafts
from kanbanai.realtime.feed import Feed
from kanbanai.realtime.reasons import Reason
from kanbanai.realtime.ring import Ring, Told
from kanbanai.realtime.tally import Tally
from kanbanai.realtime.texts import Coding, Text
from kanbanai.realtime.variants import Variant

if TYPE_CHECKING:
    from kanbanai.realtime.subscriber import Subscriber

WHOLE_SHARE = 10
"""A state that took t seconds to encode is good for those who connect within 10 t: however many come while the board
changes, encoding takes no more than a tenth of the time. What changed since, they are told like everybody."""
_KEPT_BATCHES = 8
"""Readers who come back together have missed the same events: what was made for the first serves the others."""


class Whole(msgspec.Struct):
    """A snapshot as a prologue tells it, valid at `seq` (RT2): the state, then the attempts' statuses (RT6).

    Only the last frame has an id: who is cut off before it has nothing yet to resume from.
    """

    seq: int
    state: Text
    texts: list[Text]
    encoded_at: float
    cost: float

    async def prepare(self, coding: Coding) -> None:
        """See `Text.prepare`."""
        for text in self.texts:
            await text.prepare(coding)


class Keeper(Protocol):
    """Who looks after channels: the hub."""

    def emptied(self, channel: LiveChannel) -> None:
        """The last reader has left."""
        ...

    def failed(self, channel: LiveChannel, error: Exception) -> None:
        """The channel cannot go on as it is and must be read anew."""
        ...

    def report(self, error: Exception) -> None:
        """Something went wrong that concerns one reader only."""
        ...


class LiveChannel:
    """One channel. `snapshot` is None for the dashboard, which has no state that events add up to."""

    def __init__(
        self,
        name: Channel,
        cursor: Cursor,
        snapshot: BoardSnapshot | None,
        *,
        keeper: Keeper,
        drafts: Drafts,
        tally: Tally,
    ) -> None:
        head = cursor.seq
        self.name = name
        self.epoch = cursor.epoch
        self.ring = Ring(head)
        self.announced = head
        """The greatest number heard of; greater than the head while the log has to be read."""
        self.patch_floor = head
        """A cursor below this that a reader brings may belong to a state newer than the cursor
        (`kanbanai.realtime.joining` says when), so patches must not be told on top of it; the whole state is."""
        self.overview: bytes | None = None
        """The dashboard's last overview, as a frame without id."""
        self.drafts = drafts
        self.tally = tally
        self.feeds: dict[Variant, Feed] = {}
        self.subscribers: set[Subscriber] = set()
        self._snapshot = snapshot
        self._keeper = keeper
        self._epoch = cursor.epoch.encode()
        self._whole: Whole | None = None
        self._batches: dict[tuple[Variant, int, int, int], Batch] = {}
        self._loop = asyncio.get_running_loop()

    @property
    def head(self) -> int:
        """The last event folded."""
        return self.ring.head

    @property
    def has_state(self) -> bool:
        """Whether its events add up to a state: a board's do, the dashboard's do not."""
        return self._snapshot is not None

    def cursor(self, seq: int) -> Cursor:
        """The position `seq` of this channel's log."""
        return Cursor(self.epoch, seq)

    def take(self, *entries: Entry) -> bool:
        """Folds the entries that follow the head, in order; answers False where entries before one are missing.

        One that is known already is passed over. Raises what the fold raises when one does not fit the snapshot.
        """
        follows = True
        folding = None if self._snapshot is None else Folding(self._snapshot)
        before = self.head
        for entry in entries:
            if entry.seq <= self.head:
                continue
            self.announced = max(self.announced, entry.seq)
            if entry.seq != self.head + 1:
                follows = False
                continue
            done = None if folding is None else folding.take(entry.event)
            self.ring.add(Told(entry, b"" if done is None else frames.patch(done)))
        if self.head > before:
            self._moved_on(folding)
        return follows

    def _moved_on(self, folding: Folding | None) -> None:
        if folding is not None:
            self._snapshot = folding.snapshot
        if self.ring.is_full:
            self.ring.trim(keep_after=min([feed.floor for feed in self.feeds.values()], default=self.head))
        if self._batches:
            self._batches.clear()
        for feed in self.feeds.values():
            feed.wake()

    # ── what readers are told ───────────────────────────────────────────────────────────────────────────────────────

    def whole(self) -> Whole:
        """A snapshot for one who connects: of the head, or a little older when it is dear and was just made."""
        whole = self._whole
        if whole is not None and whole.seq != self.head:
            fresh_enough = self._loop.time() < whole.encoded_at + WHOLE_SHARE * whole.cost
            if fresh_enough and self.ring.reaches(whole.seq):
                return whole
        return self._whole_now()

    def state(self) -> Text:
        """The frame of the state at the head, without its id line; encoded at most once per event (RT12)."""
        return self._whole_now().state

    def _whole_now(self) -> Whole:
        whole = self._whole
        if whole is None or whole.seq != self.head:
            whole = self._whole = self._encoded()
        return whole

    def _encoded(self) -> Whole:
        snapshot = self._snapshot
        if snapshot is None:
            raise TypeError(f"channel {self.name} has no state")
        started = self._loop.time()
        state = Text(frames.frame("state", wire.encode(snapshot.state)))
        briefs = [
            events.AttemptStatusChanged(
                attempt_id=brief.attempt_id, card_id=card_id, status=brief.status, waiting=brief.waiting
            )
            for card_id, shown in snapshot.attempts.items()
            for brief in shown
        ]
        tails = [frames.frame(brief.kind, wire.encode(brief)) for brief in briefs]
        line = frames.id_line(self._epoch, self.head)
        texts = [state, Text(b"".join([*tails[:-1], line, tails[-1]]))] if tails else [Text(line), state]
        self.tally.states += 1
        now = self._loop.time()
        return Whole(self.head, state, texts, now, now - started)

    def missed(self, variant: Variant, cursor: int, state_seq: int, upto: int) -> Batch:
        """The ring's events after `cursor` up to the head, for a reader who knows the state of `state_seq`."""
        key = (variant, cursor, state_seq, upto)
        found = self._batches.get(key)
        if found is None:
            if len(self._batches) >= _KEPT_BATCHES:
                self._batches.clear()
            told = self.ring.after(cursor)[: upto - cursor]
            found = self._batches[key] = self.told(variant, told, upto=upto, state_seq=state_seq)
        return found

    def told(
        self,
        variant: Variant,
        told: Iterable[Told],
        *,
        upto: int,
        state_seq: int = 0,
        asides: Sequence[tuple[int, Aside]] = (),
        closing: Sequence[bytes] = (),
    ) -> Batch:
        """Events of this channel as frames; see `kanbanai.realtime.batches`."""
        return batch(
            self._epoch,
            variant,
            told,
            upto=upto,
            state=self.state,
            state_seq=state_seq,
            asides=asides,
            closing=closing,
        )

    def so_far(self, variant: Variant, cursor: int) -> Batch:
        """What one who joins at `cursor` is told beyond events: text being written (RT8), the dashboard's overview."""
        asides = [(cursor, aside) for aside in self.drafts.so_far()] if self.drafts else ()
        closing = () if self.overview is None else (self.overview,)
        return self.told(variant, (), upto=cursor, asides=asides, closing=closing)

    def remembers(self, variant: Variant, cursor: int) -> bool:
        """Whether one who comes with this cursor can be told everything after it from the ring."""
        return self.ring.reaches(cursor) and (variant.view == "state" or cursor >= self.patch_floor)

    # ── readers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def feed(self, variant: Variant) -> Feed:
        """The feed of a variant; made when its first reader comes."""
        feed = self.feeds.get(variant)
        if feed is None:
            feed = self.feeds[variant] = Feed(self, variant)
        return feed

    def forget(self, feed: Feed) -> None:
        """Lets a feed go that nobody listens to."""
        if self.feeds.get(feed.variant) is feed:
            del self.feeds[feed.variant]

    def part(self, subscriber: Subscriber) -> None:
        """Lets a reader go."""
        self.subscribers.discard(subscriber)
        if not self.subscribers:
            self._keeper.emptied(self)

    def fail(self, error: Exception) -> None:
        """Gives up: the log and what was made of it do not fit together, or something here is wrong."""
        self._keeper.failed(self, error)

    def report(self, error: Exception) -> None:
        """Tells of a fault that concerns one reader only."""
        self._keeper.report(error)

    def close(self, reason: Reason) -> None:
        """Ends every reader's stream."""
        for subscriber in list(self.subscribers):
            subscriber.end(reason)
        for feed in list(self.feeds.values()):
            feed.close()

    def tell_aside(self, aside: Aside) -> None:
        """Tells a frame without id to everybody who hears of its attempt."""
        for feed in self.feeds.values():
            feed.add_aside(aside)

    def tell_overview(self, overview: bytes) -> None:
        """Tells the dashboard's new overview."""
        self.overview = frames.frame("dashboard_overview", overview)
        for feed in self.feeds.values():
            feed.add_closing("overview", self.overview)

    def beat(self, heartbeat: bytes) -> None:
        """Tells a heartbeat (RT10)."""
        for feed in self.feeds.values():
            feed.add_closing("heartbeat", heartbeat)
