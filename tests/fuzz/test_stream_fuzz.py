"""Whole histories by seed: a board that changes, readers of every kind that come, stall, break off at any byte and
come back, a server that is killed, a log that is cut. At the end everybody has exactly what there is, and was told
everything once.

A seed that fails becomes a named test below.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from kanbanai.domain import events as e
from kanbanai.domain.boards import ColumnChanges
from kanbanai.domain.cards import CardChanges
from kanbanai.domain.conversations import Message
from kanbanai.domain.ids import AttemptId, CardId, ItemId
from kanbanai.domain.snapshots import BoardSnapshot, apply
from kanbanai.http.sse import CHUNKED
from kanbanai.realtime import feed, follower, joining, reasons, ring
from kanbanai.realtime.texts import Coding
from kanbanai.realtime.variants import BARE, Envelope, Variant
from tests.realtime.stage import (
    BOARD,
    CHANNEL,
    NOW,
    Line,
    Log,
    Reader,
    Stage,
    card,
    column,
    live,
    moved,
    pass_,
    turns,
    unchunked,
    unzipped,
)

pytestmark = pytest.mark.anyio

SEEDS = [*range(20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 60))]
STEPS = 150
WIRES: tuple[tuple[Coding, Envelope, bool], ...] = (
    ("identity", BARE, False),
    ("gzip", CHUNKED, False),
    ("identity", CHUNKED, True),
    ("gzip", CHUNKED, True),
)
"""Coding, what stands around the bytes, and whether connections are written to together."""
ATTEMPTS = [AttemptId(f"att-{number}") for number in range(4)]


class Author:
    """Says things that fit the board."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._count = 0

    def events(self, before: BoardSnapshot, count: int) -> Iterator[e.Event]:
        for _ in range(count):
            event = self._event(before)
            before = apply(before, event)
            yield event

    def _event(self, before: BoardSnapshot) -> e.Event:
        chance, state = self._chance, before.state
        self._count += 1
        places = [(card_id, one) for one in state.columns.values() for card_id in one.card_ids]
        choices: list[Any] = [self._detail, self._status, self._column]
        if state.columns:
            choices += [self._card] * 3
        if places:
            choices += [self._change, self._change, self._move, self._move, self._delete]
        event: e.Event = chance.choice(choices)(before, places)
        return event

    def _detail(self, _before: BoardSnapshot, _places: Any) -> e.Event:
        attempt = self._chance.choice(ATTEMPTS)
        number = self._count
        item = Message(
            id=ItemId(f"item-{number}"),
            timestamp=NOW,
            role="assistant",
            text="x" * self._chance.randrange(300),
            format="markdown",
            profile_id=None,
        )
        choices: list[e.Event] = [
            e.AttemptLogged(attempt_id=attempt, level="info", message=f"line {number}", ts=NOW),
            e.ConversationItemAdded(attempt_id=attempt, item=item),
            e.GitStatusChanged(attempt_id=self._chance.choice([attempt, None])),
            e.GitPushed(attempt_id=attempt, remote="origin", branch=f"b-{number}", ts=NOW),
        ]
        return self._chance.choice(choices)

    def _status(self, _before: BoardSnapshot, places: Any) -> e.Event:
        card_id = self._chance.choice(places)[0] if places else CardId("card-none")
        return e.AttemptStatusChanged(
            attempt_id=self._chance.choice(ATTEMPTS),
            card_id=card_id,
            status=self._chance.choice(["queued", "running", "succeeded", "failed"]),
        )

    def _column(self, before: BoardSnapshot, _places: Any) -> e.Event:
        state = before.state
        empty = [one.id for one in state.columns.values() if not one.card_ids]
        if empty and self._chance.random() < 0.3:
            return e.ColumnDeleted(column_id=self._chance.choice(empty))
        if len(state.columns) > 3:
            chosen = self._chance.choice(list(state.columns))
            if self._chance.random() < 0.5:
                return e.ColumnMoved(column_id=chosen, index=self._chance.randrange(len(state.columns)))
            limit = None if state.columns[chosen].wip_limit else 3
            return e.ColumnUpdated(column_id=chosen, changes=ColumnChanges(wip_limit=limit))
        return column(f"col-{self._count}", self._chance.randrange(len(state.columns) + 1))

    def _card(self, before: BoardSnapshot, _places: Any) -> e.Event:
        chosen = self._chance.choice(list(before.state.columns.values()))
        return card(f"card-{self._count}", chosen.id, self._chance.randrange(len(chosen.card_ids) + 1))

    def _change(self, before: BoardSnapshot, places: Any) -> e.Event:
        card_id = self._chance.choice(places)[0]
        had = before.state.cards[card_id].description
        changes = CardChanges(title=f"title {self._count}", description=None if had else "some text")
        return e.CardUpdated(card_id=card_id, changes=changes)

    def _move(self, before: BoardSnapshot, places: Any) -> e.Event:
        card_id, origin = self._chance.choice(places)
        target = self._chance.choice(list(before.state.columns.values()))
        size = len(target.card_ids) - (target is origin)
        return moved(card_id, origin.id, target.id, self._chance.randrange(size + 1))

    def _delete(self, _before: BoardSnapshot, places: Any) -> e.Event:
        card_id, origin = self._chance.choice(places)
        return e.CardDeleted(card_id=card_id, column_id=origin.id)


class Viewer:
    """A reader with a connection that comes and goes."""

    def __init__(self, view: str, attempts: Any, coding: Coding, envelope: Envelope, directly: bool) -> None:
        self.view = view
        self.attempts = attempts
        self.coding = coding
        self.envelope = envelope
        self.directly = directly
        self.reader = Reader()
        self.line: Line | None = None
        self.opening: asyncio.Task[Line] | None = None
        self.prologue = 0

    def begin(self, stage: Stage) -> None:
        self.opening = asyncio.ensure_future(self._open(stage))

    async def _open(self, stage: Stage) -> Line:
        opened = await stage.open(
            view=self.view, attempts=self.attempts, coding=self.coding, cursor=self.reader.cursor
        )
        return await live(opened, self.envelope, directly=self.directly)

    def settle(self) -> None:
        """Picks up a connection that has been made meanwhile."""
        if self.opening is not None and self.opening.done():
            self.line = self.opening.result()
            self.opening = None

    def cut(self, size: int | None = None) -> None:
        """Breaks off; of what has arrived, the reader got so many bytes (None: all)."""
        line = self.line
        if line is None:
            return
        came = bytes(line.arrived)
        said_bye = line.is_closed and line.subscriber.reason is not None and not line.was_aborted
        is_whole = size is None and said_bye
        line.cut()
        self.line = None
        self.reader.read(self._decoded(came if size is None else came[:size], line, is_whole=is_whole))

    def _decoded(self, came: bytes, line: Line, *, is_whole: bool) -> bytes:
        # The prologue comes bare (its carrier frames it), what follows in the envelope.
        head = line.prologue_size
        prologue, rest = came[:head], came[head:]
        if self.envelope is CHUNKED:
            rest = unchunked(rest, is_whole=is_whole and line.was_live)
        came = prologue + rest
        return unzipped(came, is_whole=is_whole) if self.coding == "gzip" and came else came


class History:
    """One seed's history."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.author = Author(self.chance)
        self.stage = Stage()
        self.viewers = [
            Viewer(view, attempts, coding, envelope, directly)
            for view in ("patch", "state")
            for attempts in ("all", "none", frozenset(ATTEMPTS[:2]))
            for coding, envelope, directly in WIRES
        ]
        self.log_keeps = 0

    async def run(self) -> None:
        self.say(5)
        steps = (
            [self.say_some] * 6 + [self.wait] * 3 + [self.connect] * 5 + [self.cut, self.stall, self.take] * 2
        )
        steps += [self.hold, self.release, self.draft, self.end]
        rare = [self.kill, self.prune, self.restore]
        for _ in range(STEPS):
            step = self.chance.choice(steps if self.chance.random() < 0.97 else rare)
            await step()
            for viewer in self.viewers:
                viewer.settle()

    def say(self, count: int) -> None:
        before = self.stage.log.snapshots[CHANNEL]
        self.stage.commit(*self.author.events(before, count))

    async def say_some(self) -> None:
        self.say(self.chance.choice([1, 1, 1, 2, 5, 30]))

    async def wait(self) -> None:
        if self.chance.random() < 0.5:
            await turns(self.chance.randrange(1, 10))
        elif self.stage.log.gate.is_set():
            await pass_(self.chance.choice([0.001, 0.02, 0.06, 1, 16]))

    async def connect(self) -> None:
        idle = [one for one in self.viewers if one.line is None and one.opening is None]
        for viewer in self.chance.sample(idle, min(len(idle), self.chance.choice([1, 1, 5]))):
            viewer.begin(self.stage)
        await turns(self.chance.randrange(8))

    def watching(self) -> list[Viewer]:
        return [viewer for viewer in self.viewers if viewer.line is not None]

    async def cut(self) -> None:
        for viewer in self.watching()[:]:
            if self.chance.random() < 0.3:
                assert viewer.line is not None
                came = len(viewer.line.arrived)
                viewer.cut(self.chance.choice([None, self.chance.randrange(came + 1)]))

    async def stall(self) -> None:
        for viewer in self.watching():
            if self.chance.random() < 0.3 and viewer.line is not None:
                viewer.line.stall()

    async def take(self) -> None:
        for viewer in self.watching():
            if viewer.line is not None and not viewer.line.is_closed:
                viewer.line.take(self.chance.choice([None, 1, 100, 2000]))

    async def hold(self) -> None:
        self.stage.log.gate.clear()
        await turns(3)

    async def release(self) -> None:
        self.stage.log.gate.set()
        await turns(self.chance.randrange(5))

    async def draft(self) -> None:
        item = ItemId(f"item-{self.chance.randrange(3)}")
        self.stage.hub.tell_draft(BOARD, self.chance.choice(ATTEMPTS), item, "a piece")

    async def end(self) -> None:
        self.stage.hub.end(CHANNEL, self.chance.choice([reasons.RESYNC, reasons.SHUTDOWN]))
        await turns()

    async def kill(self) -> None:
        """The process ends without a word and is started again on the same log."""
        await self.let_all_arrive()
        for viewer in self.watching():
            assert viewer.line is not None
            viewer.cut(self.chance.randrange(len(viewer.line.arrived) + 1))
        faults = self.stage.faults
        self.stage = Stage(self.stage.log)
        self.stage.faults.extend(faults)

    async def restore(self) -> None:
        """The database is another one."""
        await self.kill()
        log = Log(epoch=f"e{self.chance.randrange(10**6)}")
        log.create(CHANNEL)
        log.append(CHANNEL, self.author.events(log.snapshots[CHANNEL], self.chance.randrange(40)))
        faults = self.stage.faults
        self.stage = Stage(log)
        self.stage.faults.extend(faults)

    async def prune(self) -> None:
        await self.let_all_arrive()  # a channel that is just being read would have to give up, and say so
        head = self.stage.log.heads[CHANNEL]
        self.stage.log.prune(CHANNEL, self.chance.randrange(max(head - 3, 1)))

    async def let_all_arrive(self) -> None:
        self.stage.log.gate.set()
        await turns(10)
        for viewer in self.viewers:
            if viewer.opening is not None:
                await asyncio.wait_for(viewer.opening, 1)
            viewer.settle()

    async def conclude(self) -> None:
        """Everybody comes back and reads to the end."""
        for _ in range(3):
            await self.let_all_arrive()
            for viewer in self.viewers:
                if viewer.line is not None:
                    viewer.line.take(None)
            await pass_(3)
            for viewer in self.viewers:
                if viewer.line is None or viewer.line.is_closed:
                    viewer.cut()
                    viewer.begin(self.stage)
        await pass_(3)
        await self.let_all_arrive()
        for viewer in self.viewers:
            assert viewer.line is not None
            assert not viewer.line.is_closed
            viewer.cut()

    def check(self) -> None:
        assert self.stage.faults == []
        snapshot = self.stage.log.snapshots[CHANNEL]
        for viewer in self.viewers:
            reader = viewer.reader
            assert reader.state == self.stage.state
            for card_id, briefs in snapshot.attempts.items():
                for brief in briefs:
                    assert reader.statuses[card_id, brief.attempt_id] == brief.status
            assert reader.passed == list(self.expected(viewer))

    def expected(self, viewer: Viewer) -> Iterator[tuple[str, Any]]:
        variant = Variant(viewer.view, viewer.attempts)  # type: ignore[arg-type]
        for entry in self.stage.log.everything[CHANNEL]:
            passes = entry.kind not in ring.STATE_KINDS and variant.hears(ring.Told(entry))
            if passes and entry.seq > viewer.reader.snapshot_seq:
                yield entry.kind, json.loads(entry.body)


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds so small that every one of them is met all the time."""
    monkeypatch.setattr(ring, "RING_ENTRIES", 25)
    monkeypatch.setattr(feed, "SLICE", 2)
    monkeypatch.setattr(follower, "PAGE", 7)
    monkeypatch.setattr(joining, "REST", 600)


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize("seed", SEEDS)
async def test_every_history_ends_with_everybody_knowing_everything_once(seed: int) -> None:
    history = History(seed)
    await history.run()
    await history.conclude()
    history.check()
