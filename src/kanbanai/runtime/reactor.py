"""What follows from events: each reaction is given the events of its kinds, in order, at least once.

How far a reaction has come in a channel is stored. Where its effect is a use case, effect and mark are one transaction;
an effect outside (a worktree that is put away) is marked when it is done, so that it may happen again after a crash and
has to bear it.

The log is read when the server starts; from then on the doorbell brings the entries themselves. Whatever fails is tried
again, told to `report`, and counted; what fails for good is passed over, told and counted, so that the rest goes on.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from kanbanai.domain.channels import DASHBOARD, Channel, board_channel
from kanbanai.domain.errors import KanbanError, NotFound, Unavailable
from kanbanai.domain.events import Event, ProjectDeleted
from kanbanai.domain.log import Entry
from kanbanai.ports import Broker, Pause, Reading, Report, Store, Transaction

PAGE = 500
"""Entries read at once at the start."""
TRIES = 6
"""Of an effect that fails: half a minute, in which a locked repository is free again."""
LONGEST_WAIT = 60.0
"""Seconds between two tries while the store cannot be written; that is tried for ever."""
LOOK_EVERY = 0.05
"""Seconds from one look at what is stored to the next. The first is at once; what changes fast is looked at together,
for a look takes a fifth of a millisecond whatever it is at."""
BOOKMARK_EVERY = 60.0
"""Seconds. What was heard in them and concerns no reaction is looked through again after a crash."""

Effect = Callable[[Transaction, Event, int, str], None]
"""A use case: the event, its number in its channel, who did it (`kind:id`)."""
Outside = Callable[[Entry], Awaitable[None]]
"""An effect on the world."""
Sieve = Callable[[Reading, Sequence[Entry]], Sequence[Entry]]
"""A query: of entries of one channel, in order, those from which something may follow as things stand."""


def _always(_entry: Entry) -> bool:
    return True


class Reaction(NamedTuple):
    """What follows from events of these kinds. `name` stands in the store, for ever. Exactly one effect is given.

    `concerns`: a first look, which costs nothing, at whether anything can follow from an event of those kinds.
    `sieve`: a second look, at what is stored, for all entries together that were committed together. What neither lets
    through is not marked: it is looked through again after a crash, so both must find no more in it later.
    """

    name: str
    kinds: frozenset[str]
    effect: Effect | None = None
    outside: Outside | None = None
    concerns: Callable[[Entry], bool] = _always
    sieve: Sieve | None = None


class _Share(NamedTuple):
    """What concerns a reaction of the entries of one channel."""

    reaction: Reaction
    channel: Channel
    entries: Sequence[Entry]


class ReactionStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Effects that were done, tries that failed, effects that were given up; each by the reaction's name."""

    done: dict[str, int]
    failed: dict[str, int]
    given_up: dict[str, int]


class Reactor:
    """Runs reactions. `listen_to` first, then `run`, which goes on until it is cancelled."""

    def __init__(
        self, store: Store, reactions: Sequence[Reaction], *, report: Report, pause: Pause = asyncio.sleep
    ) -> None:
        self._store = store
        self._reactions = reactions
        self._report = report
        self._pause = pause
        self._kinds = frozenset(kind for one in reactions for kind in one.kinds)
        self._heard: list[Entry] = []
        """What was not handed out yet."""
        self._rung = asyncio.Event()
        self._waiting: dict[tuple[str, Channel], deque[Entry]] = {}
        self._at: dict[tuple[str, Channel], int] = {}
        """How far each has come, stored or not."""
        self._seen: dict[Channel, int] = {}
        """Up to which entry each channel was heard."""
        self._done: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._given_up: Counter[str] = Counter()

    # ── what is heard ───────────────────────────────────────────────────────────────────────────────────────────────

    def listen_to(self, broker: Broker) -> None:
        """From now on hears what the broker rings."""
        broker.listen(self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        """Takes committed entries, in order of commit."""
        for entry in entries:
            self._seen[entry.channel] = entry.seq
            if entry.kind in self._kinds:
                self._heard.append(entry)
                self._rung.set()
            elif entry.kind == ProjectDeleted.kind and isinstance(entry.event, ProjectDeleted):
                self._seen.pop(board_channel(entry.event.project_id), None)

    # ── what goes on ────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Catches up with the log, then reacts to what is heard.

        When it broke off, it may be run again: what was on its way then is read from the log once more.
        """
        self._waiting.clear()  # whoever was working it off has ended with the group
        async with asyncio.TaskGroup() as group:
            await self._persistently(lambda: self._catch_up(group))
            group.create_task(self._keep_bookmarks())
            while True:
                await self._rung.wait()
                self._rung.clear()
                together = list(self._heard)
                has_looked = await self._hand_out(group, together)
                del self._heard[: len(together)]
                if has_looked:
                    await self._pause(LOOK_EVERY)

    def statistics(self) -> ReactionStatistics:
        """What was done and what was not."""
        return ReactionStatistics(
            done=dict(self._done), failed=dict(self._failed), given_up=dict(self._given_up)
        )

    async def _catch_up(self, group: asyncio.TaskGroup) -> None:
        names = [reaction.name for reaction in self._reactions]
        for channel, cursors in (await self._store.run(_cursors, names)).items():
            for name, at in cursors.items():
                self._at.setdefault((name, channel), at)
            after = min(cursors.values(), default=0)
            while page := await self._store.read(_page, channel, after):
                await self._hand_out(group, page)
                after = page[-1].seq

    async def _hand_out(self, group: asyncio.TaskGroup, entries: Sequence[Entry]) -> bool:
        """Gives each reaction what concerns it; answers whether what is stored had to be looked at."""
        shares = []
        for reaction in self._reactions:
            concerned: dict[Channel, list[Entry]] = {}
            for entry in entries:
                if entry.kind in reaction.kinds and reaction.concerns(entry):
                    concerned.setdefault(entry.channel, []).append(entry)
            shares += [_Share(reaction, channel, some) for channel, some in concerned.items()]
        has_sieve = any(share.reaction.sieve is not None for share in shares)
        if has_sieve:
            shares = await self._sifted(shares)
        for share in shares:
            for entry in share.entries:
                self._queue(group, share.reaction, entry)
        return has_sieve

    async def _sifted(self, shares: list[_Share]) -> list[_Share]:
        try:
            return await self._store.read(_sift, shares)
        except Exception as error:  # noqa: BLE001 - reported; each reaction looks for itself then, and tries again
            self._report(error)
            return shares

    def _queue(self, group: asyncio.TaskGroup, reaction: Reaction, entry: Entry) -> None:
        key = (reaction.name, entry.channel)
        waiting = self._waiting.get(key)
        last = waiting[-1].seq if waiting else self._at.get(key, 0)
        if entry.seq <= last:
            return  # read from the log, and then heard of, too
        if waiting is None:
            self._waiting[key] = deque([entry])
            group.create_task(self._work_off(reaction, key), name=f"reaction {reaction.name}")
        else:
            waiting.append(entry)

    async def _work_off(self, reaction: Reaction, key: tuple[str, Channel]) -> None:
        waiting = self._waiting[key]
        while waiting:
            await self._react(reaction, waiting[0])
            self._at[key] = waiting[0].seq
            waiting.popleft()
        del self._waiting[key]

    async def _react(self, reaction: Reaction, entry: Entry) -> None:
        """Does what follows from one event, however often it has to be tried."""
        tries = 0
        while True:
            tries += 1
            try:
                await self._do(reaction, entry)
            except Unavailable as error:
                self._note_failure(reaction, entry, error)
            except NotFound:
                return  # the board, card or attempt is gone; nothing follows from it any more
            except Exception as error:  # noqa: BLE001 - reported, counted, tried again; never swallowed
                self._note_failure(reaction, entry, error)
                if tries >= TRIES or (reaction.effect is not None and isinstance(error, KanbanError)):
                    self._given_up[reaction.name] += 1
                    await self._persistently(lambda: self._mark(reaction.name, entry.channel, entry.seq))
                    return
            else:
                self._done[reaction.name] += 1
                return
            await self._pause(min(2.0 ** (tries - 1), LONGEST_WAIT))

    async def _do(self, reaction: Reaction, entry: Entry) -> None:
        if reaction.effect is not None:
            await self._store.run(_with_mark, reaction.effect, reaction.name, entry)
        if reaction.outside is not None:
            await reaction.outside(entry)
            await self._mark(reaction.name, entry.channel, entry.seq)

    async def _mark(self, name: str, channel: Channel, seq: int) -> None:
        await self._store.run(_mark, [(channel, name, seq)])

    def _note_failure(self, reaction: Reaction, entry: Entry, error: Exception) -> None:
        self._failed[reaction.name] += 1
        error.add_note(f"in the reaction {reaction.name!r} to {entry!r}")
        self._report(error)

    # ── bookmarks ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _keep_bookmarks(self) -> None:
        while True:
            await self._pause(BOOKMARK_EVERY)
            await self._persistently(self.bookmark)

    async def bookmark(self) -> None:
        """Stores how far all has come where nothing waits, so that a start has less to look through."""
        seen = dict(self._seen)
        marks = [
            (channel, reaction.name, seq)
            for channel, seq in seen.items()
            for reaction in self._reactions
            if (reaction.name, channel) not in self._waiting and not self._heard
        ]
        if marks:
            await self._store.run(_mark, marks)
            for channel, name, seq in marks:
                self._at[name, channel] = max(seq, self._at.get((name, channel), 0))
        for channel, seq in seen.items():
            if self._seen.get(channel) == seq:
                del self._seen[channel]

    async def _persistently(self, work: Callable[[], Awaitable[None]]) -> None:
        wait = 1.0
        while True:
            try:
                await work()
            except KanbanError as error:
                self._report(error)
                await self._pause(wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                return


def _with_mark(tx: Transaction, effect: Effect, name: str, entry: Entry) -> None:
    effect(tx, entry.event, entry.seq, entry.actor)
    tx.note_reacted(entry.channel, name, entry.seq)


def _mark(tx: Transaction, marks: Iterable[tuple[Channel, str, int]]) -> None:
    boards = {board_channel(board_id) for board_id in tx.boards.ids()} | {DASHBOARD}
    for channel, name, seq in marks:
        if channel in boards and seq > (tx.reacted(channel, name) or 0):
            tx.note_reacted(channel, name, seq)


def _sift(tx: Reading, shares: Sequence[_Share]) -> list[_Share]:
    return [
        share
        if share.reaction.sieve is None
        else share._replace(entries=share.reaction.sieve(tx, share.entries))
        for share in shares
    ]


def _page(tx: Reading, channel: Channel, after: int) -> list[Entry]:
    return tx.entries(channel, after, PAGE)


def _cursors(tx: Transaction, names: Sequence[str]) -> dict[Channel, dict[str, int]]:
    """How far each reaction has come in each board's channel.

    A reaction that this database has never had (an upgrade) begins where the boards are now: what happened before is
    not to be reacted to, long afterwards. That it was there from then on stands beside the dashboard's channel.
    """
    found: dict[Channel, dict[str, int]] = {}
    known = {name for name in names if tx.reacted(DASHBOARD, name) is not None}
    for board_id in tx.boards.ids():
        channel = board_channel(board_id)
        found[channel] = {}
        for name in names:
            at = tx.reacted(channel, name)
            if at is None:
                at = 0 if name in known else tx.head(channel)
                tx.note_reacted(channel, name, at)
            found[channel][name] = at
    for name in names:
        if name not in known:
            tx.note_reacted(DASHBOARD, name, tx.head(DASHBOARD))
    return found
