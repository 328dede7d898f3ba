"""One way of telling a channel, and everybody who is told it that way.

A feed says what is new at once when it was silent, then not again before its window is over: what comes
meanwhile goes out together. It is made up once, coded once per coding and written in a tight loop, in slices, so
that a flush to ten thousand readers holds nobody else up. Who joins, pauses or leaves in the middle of a flush
is told everything, and nothing twice: a group keeps those who have been written to before those who have not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from operator import length_hint
from typing import TYPE_CHECKING, Any, cast

from kanbanai.realtime.batches import Batch
from kanbanai.realtime.drafts import Aside, Topic
from kanbanai.realtime.texts import Coding, Text, joined, shifted
from kanbanai.realtime.variants import Spelling, Together, Variant, View

if TYPE_CHECKING:
    from kanbanai.realtime.channel import LiveChannel
    from kanbanai.realtime.subscriber import Subscriber, TogetherCarrier

WINDOW: dict[View, float] = {"patch": 0.02, "state": 0.05}
"""Seconds between two flushes. Nobody sees 20 ms, and at 1,000 events a second it joins twenty of them into one write,
which costs as much as a write of one. A whole state says all that happened, so it can wait a little longer."""
MANY = 10
"""Events in one flush: from here on changes come faster than anybody reads them,"""
WINDOW_OF_MANY = 0.05
"""and the next flush may wait so many seconds: a third of the writes less, and it still looks like a film."""
RELIEF = 0.0005
"""Seconds of the window after a flush for each write of it: a write takes some 5 µs, so that writing takes a hundredth
of the loop's time. Where fewer than forty watch, the view's own window is longer,"""
RELIEF_MOST = 0.04
"""and for that reason no window is longer than so many seconds: what is told 25 times a second moves before one's eyes,
and twenty changes in a second are still told one by one."""
STREAM = 5
"""Flushes in a row that were due because news had waited for them: from here on it comes in a stream, as text does,"""
RELIEF_OF_STREAM = 0.07
"""and the window may be as long as this: with the 25 ms in which an agent is heard, less than a tenth of a second."""
RELIEF_OF_MANY = 0.1
"""Where changes come faster than anybody reads them it may be as long as this."""
SHARE: dict[View, float] = {"patch": 2, "state": 10}
"""A flush that took t is followed by a window of at least t times this: writing to very many leaves half of the
loop's time to requests; encoding and compressing a big board, which is worth less to everybody, takes a tenth at
most."""
SLICE = 500
"""Writes in a row: 2 to 4 ms, which a request can wait."""
WEIGHT = 16 * 1024
"""Bytes that take the system about as long as a write of its own."""


class _Failed(Exception):
    """A carrier raised on a write."""

    def __init__(self, subscriber: Subscriber) -> None:
        super().__init__(subscriber)
        self.subscriber = subscriber


class Group:
    """Readers of a feed who share the very bytes. The first `written` of them have been given the current ones."""

    __slots__ = (
        "_before", "_handles", "checksum", "data", "length", "members", "spelling", "written",
    )  # fmt: skip

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        self.members: list[Subscriber] = []
        self._handles: list[Any] = []
        """Beside each member what it is written to by: its carrier's handle, or its `write`."""
        self.written = 0
        self.data = b""
        self.checksum = 0
        self.length = 0
        self._before = (0, 0)

    def load(self, texts: list[Text], coded: bytes) -> None:
        """Takes the next bytes; from now on nobody has been given them."""
        self.data = self.spelling.envelope.wrap(coded)
        self.written = 0
        if self.spelling.coding == "gzip":
            self._before = (self.checksum, self.length)
            for text in texts:
                self.checksum = text.extend(self.checksum)
                self.length += len(text.plain)

    def add(self, subscriber: Subscriber) -> None:
        """Lets one in who has been told all that the group has been told, the current bytes included."""
        if self.spelling.coding == "gzip":
            # Kept as a difference to the group's own running checksum, so that a write needs no arithmetic.
            subscriber.checksum ^= self.checksum
            subscriber.joined_at = self.length
        place = self.written
        self.members.append(subscriber)
        if self.spelling.together is None:
            self._handles.append(subscriber.write)
        else:
            self._handles.append(cast("TogetherCarrier", subscriber.carrier).handle)
        self._swap(place, len(self.members) - 1)
        self.written += 1

    def remove(self, subscriber: Subscriber) -> bool:
        """Lets one go; answers whether it has been given the current bytes."""
        place = subscriber.place
        was_written = place < self.written
        if was_written:
            self.written -= 1
            self._swap(place, self.written)
            place = self.written
        self._swap(place, len(self.members) - 1)
        self.members.pop()
        self._handles.pop()
        if self.spelling.coding == "gzip":
            self._settle(subscriber, was_written=was_written)
        return was_written

    def _settle(self, subscriber: Subscriber, *, was_written: bool) -> None:
        """Turns the difference back into the checksum and length of what this reader itself has been told."""
        checksum, length = (self.checksum, self.length) if was_written else self._before
        since = length - subscriber.joined_at
        subscriber.checksum = shifted(subscriber.checksum, since) ^ checksum
        subscriber.length += since

    @property
    def weight(self) -> int:
        """How many writes each one of the current bytes counts as."""
        return 1 + len(self.data) // WEIGHT

    def write(self, budget: int) -> int:
        """Gives the current bytes to more members: one at least, at most what `budget` allows. Answers what it took.

        Raises _Failed when a carrier breaks its promise not to raise; all before it have been given the bytes,
        and so it counts, too.
        """
        weight = self.weight
        handles = self._handles[self.written : self.written + max(1, budget // weight)]
        if self.spelling.together is not None:
            self._write_together(handles, self.spelling.together)
        else:
            self._write_one_by_one(handles)
        return len(handles) * weight

    def _write_together(self, handles: list[Any], together: Together) -> None:
        start, data = self.written, self.data
        left_over = together(handles, data)
        self.written += len(handles)
        for place, taken in left_over:
            cast("TogetherCarrier", self.members[start + place].carrier).keep_rest(data, taken)

    def _write_one_by_one(self, writes: list[Callable[[bytes], object]]) -> None:
        data = self.data
        left = iter(writes)
        try:
            for write in left:
                write(data)
        except Exception as error:
            self.written += len(writes) - length_hint(left)
            raise _Failed(self.members[self.written - 1]) from error
        self.written += len(writes)

    def _swap(self, a: int, b: int) -> None:
        members, handles = self.members, self._handles
        members[a], members[b] = members[b], members[a]
        handles[a], handles[b] = handles[b], handles[a]
        members[a].place = a
        members[b].place = b


class Feed:
    """One variant of a channel. Made when its first reader comes, let go with its last."""

    __slots__ = (
        "_asides",
        "_busy",
        "_channel",
        "_closing",
        "_groups",
        "_handle",
        "_joinable",
        "_joining",
        "_leaving",
        "_loop",
        "_pace",
        "_previous",
        "_relief",
        "_started",
        "_waited",
        "_window",
        "_writes",
        "_writing",
        "cursor",
        "variant",
    )  # fmt: skip

    def __init__(self, channel: LiveChannel, variant: Variant) -> None:
        self.variant = variant
        self.cursor = channel.head
        """Everything up to it has been handed to the groups, or is being written to them."""
        self._previous = channel.head
        self._channel = channel
        self._groups: dict[Spelling, Group] = {}
        self._joining: dict[Subscriber, None] = {}
        self._asides: list[tuple[int, Aside]] = []
        self._joinable: dict[Topic, int] = {}
        """Where in them the last aside of a topic stands, if the next one may be joined to it."""
        self._closing: dict[str, bytes] = {}
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.Handle | None = None
        self._busy = False
        self._writing = False
        self._leaving: list[Subscriber] = []
        self._pace = self._window = WINDOW[variant.view]
        self._relief = RELIEF_MOST
        self._writes = 0
        """Of the flush that is going on or was last; a long one counts as several."""
        self._waited = 0
        """Flushes in a row that news has waited for."""
        self._started = self._loop.time() - self._window

    # ── what is new ─────────────────────────────────────────────────────────────────────────────────────────────────

    def wake(self) -> None:
        """There is something to tell: at once, or when the window ends.

        At once is the end of this turn of the loop: all that falls into it goes out together.
        """
        if self._handle is not None or self._busy:
            return
        due = self._started + self._window
        if self._loop.time() >= due:
            self._waited = 0
            self._handle = self._loop.call_soon(self._flush)
        else:
            self._waited += 1
            self._handle = self._loop.call_at(due, self._flush)

    def add_aside(self, aside: Aside) -> None:
        """Tells a frame without id, after the events so far; one that goes on where the last one ended, with it."""
        if not self.variant.hears_of(aside.attempt):
            return
        head = self._channel.head
        place = self._joinable.get(aside.topic)
        if place is not None:
            after, last = self._asides[place]
            joined = last.joined(aside) if after == head else None
            if joined is not None:
                self._asides[place] = (head, joined)
                return
        self._joinable[aside.topic] = len(self._asides)
        self._asides.append((head, aside))
        self.wake()

    def add_closing(self, name: str, tail: bytes) -> None:
        """Tells a frame at the end of the next batch, in place of one of that name that has not gone out yet."""
        self._closing[name] = tail
        self.wake()

    # ── readers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def admit(self, subscriber: Subscriber) -> None:
        """Lets one in whose cursor the ring reaches. It is told what it lacks, now or with the next flush."""
        channel = self._channel
        subscriber.feed = self
        if channel.head == self.cursor and not (
            self.variant.view == "state" and subscriber.cursor < channel.head
        ):
            self._catch_up(subscriber)
        else:
            # Events wait to be told to all, or a whole state is needed, which the window paces.
            subscriber.condition = "joining"
            self._joining[subscriber] = None
            self.wake()

    def leave(self, subscriber: Subscriber) -> None:
        """Lets one go; its cursor then says what it has been told."""
        group = subscriber.group
        if group is not None:
            was_written = group.remove(subscriber)
            subscriber.group = None
            subscriber.cursor = subscriber.state_seq = self.cursor if was_written else self._previous
            if not group.members:
                del self._groups[group.spelling]
        else:
            self._joining.pop(subscriber, None)
        subscriber.feed = None
        self._close_if_unused()

    def pause(self, subscriber: Subscriber) -> None:
        """Takes one out that cannot take more for now. Called by carriers, also from within a write."""
        if self._writing and subscriber.group is not None:
            self._leaving.append(subscriber)
        else:
            self.leave(subscriber)

    @property
    def floor(self) -> int:
        """Events after it are still to be told to somebody."""
        return min([self.cursor, *(subscriber.cursor for subscriber in self._joining)])

    def close(self) -> None:
        """Tells nobody anything any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _close_if_unused(self) -> None:
        if self._groups or self._joining or self._busy:
            return
        self.close()
        self._channel.forget(self)

    def _catch_up(self, subscriber: Subscriber) -> None:
        """Tells one reader all up to this feed's cursor, which is the head, and lets it join."""
        channel, cursor = self._channel, self.cursor
        missed = channel.missed(self.variant, subscriber.cursor, subscriber.state_seq, cursor)
        # It is told what waits, too, and passes over that when it comes: nothing that follows may be in the same frame.
        self._joinable.clear()
        so_far = channel.so_far(self.variant, cursor)
        subscriber.condition = "catching up"
        subscriber.cursor = subscriber.state_seq = cursor
        subscriber.tell([*missed.texts, *so_far.texts])
        channel.tally.frames += missed.frames + so_far.frames
        if subscriber.is_paused:  # what it was told was already more than it could take
            subscriber.feed = None
            return
        group = self._groups.get(subscriber.spelling)
        if group is None:
            group = self._groups[subscriber.spelling] = Group(subscriber.spelling)
        group.add(subscriber)
        subscriber.group = group
        subscriber.condition = "live"

    # ── flushing ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _flush(self) -> None:
        self._started = self._loop.time()
        self._busy = True
        try:
            self._begin()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody must wait for a flush that never comes
            self._channel.fail(error)
            return
        self._go_on()

    def _begin(self) -> None:
        """Makes up what is to be told and hands it to the groups, and to those who join now."""
        channel = self._channel
        asides, self._asides = self._asides, []
        self._joinable.clear()
        closing, self._closing = self._closing, {}
        self._previous, self.cursor = self.cursor, channel.head
        self._writes = 0
        self._pace = WINDOW[self.variant.view]
        self._relief = RELIEF_OF_STREAM if self._waited >= STREAM else RELIEF_MOST
        if self.cursor - self._previous >= MANY:
            self._pace = max(self._pace, WINDOW_OF_MANY)
            self._relief = RELIEF_OF_MANY
        if self._groups:
            told = channel.ring.after(self._previous)
            batch = channel.told(
                self.variant, told, upto=self.cursor, asides=asides, closing=tuple(closing.values())
            )
            if batch.texts:
                self._load(batch)
        joining, self._joining = self._joining, {}
        for subscriber in joining:
            self._catch_up(subscriber)

    def _load(self, batch: Batch) -> None:
        tally = self._channel.tally
        tally.flushes += 1
        coded: dict[Coding, bytes] = {}
        for spelling, group in self._groups.items():
            if spelling.coding not in coded:
                coded[spelling.coding] = joined(batch.texts, spelling.coding)
            group.load(batch.texts, coded[spelling.coding])
            tally.frames += batch.frames * len(group.members)
            tally.bytes += len(group.data) * len(group.members)
            self._writes += len(group.members) * group.weight

    def _go_on(self) -> None:
        """Writes a slice, then lets the loop do other things."""
        budget = SLICE
        self._writing = True
        for group in self._groups.values():
            while budget > 0 and group.written < len(group.members):
                budget -= self._write(group, budget)
        self._writing = False
        leaving, self._leaving = self._leaving, []
        for subscriber in leaving:
            self.leave(subscriber)
        if any(group.written < len(group.members) for group in self._groups.values()):
            self._handle = self._loop.call_soon(self._go_on)
        else:
            self._finish()

    def _write(self, group: Group, budget: int) -> int:
        try:
            return group.write(budget)
        except _Failed as failed:
            self._channel.report(failed)
            self._leaving.append(failed.subscriber)
            failed.subscriber.abandon()
            return 0

    def _finish(self) -> None:
        self._busy = False
        self._handle = None
        for group in self._groups.values():
            group.data = b""
        taken = self._loop.time() - self._started
        self._window = max(
            self._pace, min(self._writes * RELIEF, self._relief), taken * SHARE[self.variant.view]
        )
        if self._channel.head > self.cursor or self._asides or self._closing or self._joining:
            self.wake()
        self._close_if_unused()
