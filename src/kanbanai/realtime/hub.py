"""All streams of this node: which channels are watched, who watches them, and how news gets to them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from operator import attrgetter

from kanbanai.domain.actors import Actor
from kanbanai.domain.channels import DASHBOARD, Channel, board_channel, board_of
from kanbanai.domain.cursors import Cursor
from kanbanai.domain.errors import NotFound, Unavailable
from kanbanai.domain.events import ProjectDeleted
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId
from kanbanai.domain.log import Entry
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.ports import Broker, Clock, Reading, Store
from kanbanai.realtime import frames
from kanbanai.realtime.channel import LiveChannel
from kanbanai.realtime.drafts import SETTLING_KINDS, Drafts, Topic
from kanbanai.realtime.follower import Follower, Page, page_after
from kanbanai.realtime.joining import Joining, outcome_of
from kanbanai.realtime.overview import TRIGGERS, Compute, Overview
from kanbanai.realtime.reasons import DENIED, GONE, RESYNC, SHUTDOWN, Reason
from kanbanai.realtime.subscriber import CONDITIONS, Subscriber
from kanbanai.realtime.tally import Statistics, Tally
from kanbanai.realtime.texts import Coding
from kanbanai.realtime.variants import Variant

HEARTBEAT_EVERY = 15.0
"""Seconds; what clients of the contract count on, and below the 30 to 60 that proxies allow a silent connection."""
LINGER = 60.0
"""Seconds a channel is kept after its last reader left: one who reconnects (1.5 to 12 s) finds its events in the
ring."""
DRAIN_STEPS = 20
"""A shutdown ends a twentieth of the streams at a time."""

BoardView = Callable[[Reading, BoardId], tuple[BoardSnapshot, int]]
"""The query for a board and the number it is valid at."""
Access = Callable[[Actor, Channel], Awaitable[None]]
"""Raises Forbidden or NotFound when the actor may not watch the channel."""


async def open_to_all(_actor: Actor, _channel: Channel) -> None:
    """The access rule of a server without accounts."""


_WITHOUT_STATE = Variant("patch")
"""A channel without a state has one way of being told."""


class Hub:
    """The registry of watched channels. `report` is told of every fault; none is swallowed."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        board_view: BoardView,
        overview: Compute,
        report: Callable[[Exception], None],
        access: Access = open_to_all,
    ) -> None:
        self._store = store
        self._clock = clock
        self._board_view = board_view
        self._access = access
        self._report = report
        self._channels: dict[Channel, LiveChannel] = {}
        self._loading: dict[Channel, asyncio.Task[LiveChannel]] = {}
        self._announced: dict[Channel, int] = {}
        """What was heard of channels while they were loading."""
        self._lingering: dict[LiveChannel, asyncio.TimerHandle] = {}
        self._drafts: dict[Channel, Drafts] = {}
        self._tally = Tally()
        self._follower = Follower(store, self.report)
        self._overview = Overview(
            overview, tell=self._tell_overview, is_watched=self._has_dashboard_readers, report=self.report
        )
        self._heartbeat: asyncio.TimerHandle | None = None
        self._is_draining = False

    # ── news ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def listen_to(self, broker: Broker) -> None:
        """From now on hears what the broker rings."""
        broker.listen(self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        """Takes committed entries, in order of commit. Those of channels that nobody watches cost a look-up."""
        for name, some in groupby(entries, attrgetter("channel")):
            self._take(name, list(some))
        for entry in entries:
            if entry.kind in SETTLING_KINDS:
                drafts = self._drafts.get(entry.channel)
                if drafts is not None:
                    self._settle(entry.channel, drafts, entry)
            if entry.kind in TRIGGERS:
                self._overview.changed()
                if entry.kind == ProjectDeleted.kind:
                    self._end_of_project(entry)

    def tell_draft(self, board_id: BoardId, attempt: AttemptId, item: ItemId, text: str) -> None:
        """Tells the next piece of an item that is being written (RT8).

        It is not stored, and settles by itself when the item's `conversation_item` is recorded.
        """
        self._tell_aside(board_id, (attempt, item), text)

    def tell_proposal(self, board_id: BoardId, card_id: CardId, text: str) -> None:
        """Tells the next piece of the better text that is being written for a card (RT8).

        It is not stored, and settles by itself with the card's next `card_enhancement`.
        """
        self._tell_aside(board_id, card_id, text)

    def _tell_aside(self, board_id: BoardId, topic: Topic, text: str) -> None:
        name = board_channel(board_id)
        aside = self._drafts.setdefault(name, Drafts()).add(topic, text)
        channel = self._channels.get(name)
        if channel is not None:
            channel.tell_aside(aside)

    def _take(self, name: Channel, entries: Sequence[Entry]) -> None:
        channel = self._channels.get(name)
        if channel is not None:
            self._fold(channel, entries)
        elif name in self._announced:
            self._announced[name] = entries[-1].seq

    def _fold(self, channel: LiveChannel, entries: Sequence[Entry]) -> None:
        try:
            follows = channel.take(*entries)
        except Exception as error:  # noqa: BLE001 - whatever does not fit, the channel is read anew
            self.failed(channel, error)
        else:
            if not follows:
                self._follower.follow(channel)

    def _settle(self, name: Channel, drafts: Drafts, entry: Entry) -> None:
        drafts.settle(entry.event)
        if not drafts and name not in self._channels:
            del self._drafts[name]

    def _end_of_project(self, entry: Entry) -> None:
        event = entry.event
        if isinstance(event, ProjectDeleted):
            name = board_channel(event.project_id)
            self._drafts.pop(name, None)
            loading = self._loading.get(name)
            if loading is not None:
                loading.cancel()
            channel = self._channels.get(name)
            if channel is not None:
                self._discard(channel, GONE)

    # ── readers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def check(self, name: Channel, actor: Actor) -> None:
        """Raises NotFound, Forbidden or Unavailable when `open` would."""
        if self._is_draining:
            raise Unavailable("The server is shutting down")
        await self._access(actor, name)
        await self._channel(name)

    async def open(
        self,
        name: Channel,
        actor: Actor,
        *,
        variant: Variant,
        coding: Coding = "identity",
        cursor: Cursor | None = None,
    ) -> Joining:
        """A reader on its way to the channel.

        Whoever opens it sees it through: its `pieces`, then `go_live`, or `lost`.

        Raises NotFound (no such board), Forbidden, Unavailable (the store cannot be read, or the server is
        shutting down).
        """
        await self.check(name, actor)
        channel = await self._channel(name)
        if not channel.has_state:
            variant = _WITHOUT_STATE
        subscriber = Subscriber(channel, actor, variant, coding)
        channel.subscribers.add(subscriber)
        self._beat_later()
        try:
            return await self._joining(channel, subscriber, cursor)
        except BaseException:
            subscriber.lost()
            raise

    async def _joining(self, channel: LiveChannel, subscriber: Subscriber, cursor: Cursor | None) -> Joining:
        async def read(after: int) -> Page:
            await self._access(subscriber.actor, channel.name)
            self._tally.log_reads += 1
            return await self._store.read(page_after, channel.name, after)

        page: Page | None = None
        if cursor is not None and cursor.epoch == channel.epoch:
            if cursor.seq > channel.head:
                # Told by another node, perhaps, whose ring was faster.
                await self._follower.caught_up(channel)
            if cursor.seq < channel.head and not channel.remembers(subscriber.variant, cursor.seq):
                page = await read(cursor.seq)
        if channel.name == DASHBOARD:
            await self._overview.fresh()
        if self._is_draining:  # the farewell came while this reader was still being looked up
            subscriber.end(SHUTDOWN)
        outcome = outcome_of(channel, cursor, page)
        resumes_at = cursor.seq if cursor is not None and outcome == "resumed" else channel.head
        return Joining(
            subscriber,
            outcome,
            cursor=resumes_at,
            page=page if outcome == "resumed" else None,
            read=read,
            now=self._clock.now,
        )

    def end(self, name: Channel, reason: Reason) -> None:
        """Ends every stream of a channel."""
        channel = self._channels.get(name)
        if channel is not None:
            self._discard(channel, reason)

    def revoke(self, name: Channel, is_meant: Callable[[Actor], bool]) -> None:
        """Ends the streams of those who may not watch a channel any more (RT11)."""
        channel = self._channels.get(name)
        if channel is not None:
            for subscriber in [one for one in channel.subscribers if is_meant(one.actor)]:
                subscriber.end(DENIED)

    async def drain(self, over: float = 1.0) -> None:
        """Ends all streams, spread over `over` seconds (RT13), and takes no new ones.

        Returns when all have said good-bye.
        """
        self._is_draining = True
        self._overview.close()
        self._follower.close()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        readers = [one for channel in self._channels.values() for one in channel.subscribers]
        step = -(-len(readers) // DRAIN_STEPS)
        for start in range(0, len(readers), step or 1):
            for subscriber in readers[start : start + step]:
                subscriber.end(SHUTDOWN)
            await asyncio.sleep(over / DRAIN_STEPS)
        for task in self._loading.values():
            task.cancel()

    def statistics(self) -> Statistics:
        """What the streams amount to now."""
        tally = self._tally
        conditions = Counter(
            one.condition for channel in self._channels.values() for one in channel.subscribers
        )
        return Statistics(
            channels=len(self._channels),
            feeds=sum(len(channel.feeds) for channel in self._channels.values()),
            subscribers={condition: conditions[condition] for condition in CONDITIONS},
            frames=tally.frames,
            bytes=tally.bytes,
            flushes=tally.flushes,
            states_encoded=tally.states,
            overviews_computed=tally.overviews,
            log_reads=tally.log_reads,
            faults=tally.faults,
            ended={reason.code: count for reason, count in tally.ended.items()},
            disconnected=tally.disconnected,
        )

    # ── channels ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _channel(self, name: Channel) -> LiveChannel:
        channel = self._channels.get(name)
        if channel is not None:
            return channel
        task = self._loading.get(name)
        if task is None:
            task = self._loading[name] = asyncio.create_task(self._load(name))
            self._announced[name] = 0
            task.add_done_callback(lambda _: self._loaded(name))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
            # Not this caller was cancelled, but the loading: the project was deleted in the middle of it.
            raise NotFound("Board not found") from None

    async def _load(self, name: Channel) -> LiveChannel:
        board_id = board_of(name)
        snapshot: BoardSnapshot | None = None
        if board_id is None:
            head = await self._store.read(_head, name)
        else:
            snapshot, head = await self._store.read(self._board_view, board_id)
        channel = self._channels[name] = LiveChannel(
            name,
            Cursor(self._store.epoch, head),
            snapshot,
            keeper=self,
            drafts=self._drafts.setdefault(name, Drafts()),
            tally=self._tally,
        )
        channel.announced = max(head, self._announced[name])
        if channel.announced > head:
            self._follower.follow(channel)
        self._let_go_later(channel)
        return channel

    def _loaded(self, name: Channel) -> None:
        del self._loading[name], self._announced[name]

    def _discard(self, channel: LiveChannel, reason: Reason) -> None:
        """Takes a channel out, then ends its streams: whoever comes back meets a new one."""
        if self._channels.get(channel.name) is channel:
            del self._channels[channel.name]
        self._follower.forget(channel)
        channel.close(reason)

    def _let_go_later(self, channel: LiveChannel) -> None:
        waiting = self._lingering.pop(channel, None)
        if waiting is not None:
            waiting.cancel()
        loop = asyncio.get_running_loop()
        self._lingering[channel] = loop.call_later(LINGER, self._let_go, channel)

    def _let_go(self, channel: LiveChannel) -> None:
        self._lingering.pop(channel, None)
        if not channel.subscribers and self._channels.get(channel.name) is channel:
            del self._channels[channel.name]
            self._follower.forget(channel)
            if not channel.drafts:
                self._drafts.pop(channel.name, None)

    # ── what channels say (`kanbanai.realtime.channel.Keeper`) ──────────────────────────────────────────────────────

    def emptied(self, channel: LiveChannel) -> None:
        """The last reader has left."""
        self._let_go_later(channel)

    def failed(self, channel: LiveChannel, error: Exception) -> None:
        """The channel does not fit its log: its readers come back to one that is read anew."""
        self.report(error)
        self._discard(channel, RESYNC)

    def report(self, error: Exception) -> None:
        """Counts a fault and tells of it."""
        self._tally.faults += 1
        self._report(error)

    # ── the dashboard, heartbeats ───────────────────────────────────────────────────────────────────────────────────

    def _has_dashboard_readers(self) -> bool:
        dashboard = self._channels.get(DASHBOARD)
        return dashboard is not None and bool(dashboard.subscribers)

    def _tell_overview(self, body: bytes) -> None:
        self._tally.overviews += 1
        dashboard = self._channels.get(DASHBOARD)
        if dashboard is not None:
            dashboard.tell_overview(body)

    def _beat_later(self) -> None:
        if self._heartbeat is None:
            self._heartbeat = asyncio.get_running_loop().call_later(HEARTBEAT_EVERY, self._beat)

    def _beat(self) -> None:
        """One heartbeat for everybody (RT10), and the next one while there is anybody."""
        self._heartbeat = None
        heartbeat = frames.heartbeat(self._clock.now())
        watched = [channel for channel in self._channels.values() if channel.subscribers]
        for channel in watched:
            channel.beat(heartbeat)
        if watched:
            self._beat_later()


def _head(tx: Reading, name: Channel) -> int:
    return tx.head(name)
