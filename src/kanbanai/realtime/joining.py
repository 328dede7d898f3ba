"""What a reader is told first (RT4, RT5, RT6): `hello`, then a snapshot or what it missed, until it can join the rest.

    async for piece in joining.pieces():        with back-pressure: the next piece is made when this one has been sent
        await send(piece)
    subscriber.go_live(carrier, spelling)       in the same turn: no gap, no event twice, no lock

Nothing is kept for a reader meanwhile. It has a cursor; what lies between that and the head is read from the log
in pages while the ring does not reach so far back, then taken from the ring. A whole `state` in the middle of a
replay may be newer than the events told after it. That is why a channel has a `patch_floor`: whoever loses the
connection there comes back with a cursor that is older than the state in its hands, and must be given a state
again and not patches on top of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from kanbanai.domain.cursors import Cursor, Outcome
from kanbanai.domain.errors import Forbidden, NotFound, Unavailable
from kanbanai.domain.times import Timestamp
from kanbanai.realtime import frames
from kanbanai.realtime.channel import LiveChannel
from kanbanai.realtime.follower import Page
from kanbanai.realtime.reasons import DENIED, GONE, RESYNC
from kanbanai.realtime.ring import Told
from kanbanai.realtime.subscriber import Subscriber
from kanbanai.realtime.texts import GZIP_HEADER, LARGE, Text
from kanbanai.realtime.variants import Variant

REST = 64 * 1024
"""Bytes. When no more than this is missing, it is told in one go at the moment of joining."""

ReadPage = Callable[[int], Awaitable[Page]]


class Joining:
    """The way of one reader to its group. `read` gives a page of the log and checks the reader's access anew (RT11)."""

    def __init__(
        self,
        subscriber: Subscriber,
        outcome: Outcome,
        *,
        cursor: int,
        page: Page | None,
        read: ReadPage,
        now: Callable[[], Timestamp],
    ) -> None:
        self.subscriber = subscriber
        self.outcome = outcome
        self._channel = subscriber.channel
        self._page = page
        self._read = read
        self._now = now
        self._has_greeted = False
        self.is_over = False
        """The stream's last piece has been asked for."""
        self._floor = self._channel.patch_floor if outcome == "resumed" else 0
        """Patches may be told to a reader who knows the state from here on."""
        subscriber.cursor = subscriber.state_seq = cursor

    @property
    def has_arrived(self) -> bool:
        """Whether `go_live` may be called in this turn of the loop."""
        return self.subscriber.condition == "prologue" and self._ring_reaches() and self._missing() <= REST

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes up to where `go_live` may be called. When the stream is to end, the last piece says so.

        Is asked again when the ring has moved on while the last piece was on its way.
        """
        subscriber = self.subscriber
        if not self._has_greeted:
            self._has_greeted = True
            for piece in await self._greeting():
                yield piece
        while texts := await self._next():
            yield subscriber.coded(texts)
        if subscriber.reason is not None and not self.is_over:
            self.is_over = True
            yield subscriber.farewell(subscriber.reason)

    async def _greeting(self) -> list[bytes]:
        subscriber, channel = self.subscriber, self._channel
        begin = GZIP_HEADER if subscriber.coding == "gzip" else b""
        snapshot: list[Text] = []
        leads_to = channel.head
        if self.outcome != "resumed" and channel.has_state:
            whole = channel.whole()
            await whole.prepare(subscriber.coding)
            snapshot = whole.texts
            leads_to = subscriber.cursor = subscriber.state_seq = whole.seq
        hello = frames.hello(self._now(), self.outcome, channel.cursor(leads_to))
        texts = [Text(frames.PREAMBLE + hello), *snapshot]
        if sum(len(text.plain) for text in texts) < LARGE:
            return [begin + subscriber.coded(texts)]
        # The state's bytes are shared by all who connect; a copy for each reader would not be.
        first, *rest = texts
        return [begin + subscriber.coded([first]), *(subscriber.coded([text]) for text in rest)]

    async def _next(self) -> list[Text]:
        """The next part of what is missing; nothing when the rest can be told at once, or the stream is to end."""
        subscriber, channel = self.subscriber, self._channel
        while subscriber.condition == "prologue":
            if self._ring_reaches():
                if self._missing() <= REST:
                    return []
                told = _page_of(channel.ring.after(subscriber.cursor))
                texts = self._told(told, subscriber.variant)
            else:
                told = await self._told_in_log()
                texts = self._told(told, subscriber.variant._replace(view="state")) if told else []
            if texts:  # else a filter left nothing of the page
                return texts
        return []

    async def _told_in_log(self) -> list[Told]:
        """The next page of the log.

        It comes without patches: what a change was on top of is not known any more, so a whole state stands for all
        of them.
        """
        page, self._page = self._page, None
        if page is None:
            page = await self._read_on()
        if self.subscriber.reason is not None:
            return []
        if not page or page[0].seq != self.subscriber.cursor + 1:
            # Events between have been deleted from the log while this reader was on its way.
            self.subscriber.end(RESYNC)
            return []
        # The log may be ahead of what the channel has folded, and the state must contain all changes it stands for.
        return [Told(entry) for entry in page if entry.seq <= self._channel.head]

    async def _read_on(self) -> Page:
        """The next page; nothing, and the stream's end, when it cannot be had or the reader may not see it any more."""
        try:
            return await self._read(self.subscriber.cursor)
        except NotFound:
            self.subscriber.end(GONE)
        except Forbidden:
            self.subscriber.end(DENIED)
        except Unavailable as error:
            self._channel.report(error)
            self.subscriber.end(RESYNC)
        return []

    def _told(self, told: list[Told], variant: Variant) -> list[Text]:
        subscriber, channel = self.subscriber, self._channel
        upto = told[-1].seq
        texts = channel.told(variant, told, upto=upto, state_seq=subscriber.state_seq).texts
        gave_state = variant.view == "state" and any(
            one.changes_state and one.seq > subscriber.state_seq for one in told
        )
        subscriber.cursor = upto
        subscriber.state_seq = max(subscriber.state_seq, channel.head if gave_state else upto)
        if gave_state and subscriber.variant.view == "patch":
            channel.patch_floor = channel.head
        return texts

    def _ring_reaches(self) -> bool:
        subscriber, channel = self.subscriber, self._channel
        if not channel.ring.reaches(subscriber.cursor):
            return False
        return subscriber.variant.view == "state" or subscriber.state_seq >= self._floor

    def _missing(self) -> int:
        """Bytes."""
        return self._channel.ring.size_after(self.subscriber.cursor)


def _page_of(told: list[Told]) -> list[Told]:
    """The first events, some `REST` bytes of them."""
    size = 0
    for count, one in enumerate(told, 1):
        size += len(one.tail)
        if size >= REST:
            return told[:count]
    return told


def outcome_of(channel: LiveChannel, cursor: Cursor | None, page: Page | None) -> Outcome:
    """What becomes of the cursor that a reader brings. `page` is what the log has after it, when that was looked up."""
    if cursor is None:
        return "snapshot"
    if cursor.epoch != channel.epoch or cursor.seq > channel.head:
        return "epoch"
    if page is not None and (not page or page[0].seq != cursor.seq + 1):
        return "snapshot"
    return "resumed"
