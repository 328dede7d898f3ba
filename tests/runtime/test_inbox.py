"""The inbox: gathers, records in order, slows an agent that says too much, and stops hearing when it cannot record."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.errors import StorageFull
from kanbanai.domain.ids import ItemId
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Ask, Piece, Settled, Tool
from kanbanai.runtime import inbox as module
from kanbanai.runtime.gathering import Gathered
from kanbanai.runtime.inbox import Ends, Inbox, Tally

TOOL = ToolUse(name="command", action="exec", status="running")


class Desk:
    """Where an inbox's contents go in these tests: one list, in order."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.open = asyncio.Event()
        self.open.set()
        self.came = asyncio.Event()
        self.fault: Exception | None = None
        self.tally = Tally()
        numbers = itertools.count(1)
        self.inbox = Inbox(
            Ends(self.record, self.keep, self.tell, self.ask),
            new_id=lambda: ItemId(f"cmsg-{next(numbers)}"),
            now=lambda: Timestamp("2026-11-23T18:42:00.000Z"),
            profile_id=None,
            tally=self.tally,
            pause=self.pause,
        )

    async def pause(self, _seconds: float) -> None:
        await asyncio.sleep(0)

    async def record(self, gathered: Gathered) -> None:
        self.came.set()
        await self.open.wait()
        if self.fault:
            raise self.fault
        self.told += [getattr(item, "text", getattr(item, "tool", None)) for item in gathered.items]

    async def keep(self, item_id: ItemId, text: str) -> None:
        self.told.append((item_id, len(text)))

    def tell(self, item_id: ItemId, text: str) -> None:
        self.told.append((item_id, text))

    async def ask(self, item_id: ItemId | None, ask: Ask) -> str | None:
        self.told.append((item_id, ask.title))
        return "yes"

    @asynccontextmanager
    async def recording(self) -> AsyncGenerator[asyncio.Task[None]]:
        task = asyncio.create_task(self.inbox.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_what_is_settled_is_recorded_before_what_follows_is_told() -> None:
    desk = Desk()
    desk.inbox.hear(Piece("a", "message", "First"))
    desk.inbox.hear(Settled("a"))
    desk.inbox.hear(Piece("b", "message", "Sec"))
    await desk.inbox.flush()
    assert desk.told == ["First", ("cmsg-2", "Sec")]


async def test_at_the_end_of_a_turn_all_is_recorded() -> None:
    desk = Desk()
    async with desk.recording():
        desk.inbox.hear(Piece("a", "message", "Half"))
        await desk.inbox.settle()
        assert desk.told[-1] == "Half"


async def test_a_full_inbox_makes_the_driver_wait_until_it_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_UPDATES", 2)
    desk = Desk()
    desk.inbox.hear(Tool("t", TOOL))
    await desk.inbox.room()
    desk.inbox.hear(Tool("u", TOOL))
    waiting = asyncio.create_task(desk.inbox.room())
    async with desk.recording():
        await waiting
    assert desk.told == [TOOL, TOOL]


async def test_much_text_fills_an_inbox_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHARACTERS", 10)
    desk = Desk()
    desk.inbox.hear(Piece("a", "message", "0123456789"))
    waiting = asyncio.create_task(desk.inbox.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await desk.inbox.flush()
    await waiting


async def test_a_store_that_cannot_be_written_ends_the_recording_and_frees_the_driver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_UPDATES", 1)
    desk = Desk()
    desk.fault = StorageFull("No room is left")
    desk.inbox.hear(Tool("t", TOOL))
    async with desk.recording() as recording:
        with pytest.raises(StorageFull):
            await recording
    desk.inbox.hear(Tool("u", TOOL))
    await desk.inbox.room()
    assert desk.tally.updates == 1, "nothing is heard that can be recorded no more"


async def test_what_a_request_could_not_record_ends_the_recording() -> None:
    """Nobody but the agent would hear of it otherwise, and the conversation would have a hole."""
    desk = Desk()
    desk.fault = StorageFull("No room is left")
    async with desk.recording() as recording:
        with pytest.raises(StorageFull):
            await desk.inbox.ask(Ask(key="t", title="Run it?", tool=TOOL, options=()))
        desk.fault = None
        with pytest.raises(StorageFull):
            await recording


async def test_a_turn_does_not_end_well_when_a_part_of_it_was_lost() -> None:
    desk = Desk()
    desk.open.clear()
    desk.fault = StorageFull("No room is left")
    async with desk.recording():
        desk.inbox.hear(Tool("t", TOOL))
        await desk.came.wait()
        settling = asyncio.create_task(desk.inbox.settle())
        await asyncio.sleep(0)
        desk.open.set()
        with pytest.raises(StorageFull):
            await settling


async def test_what_is_heard_while_it_records_comes_in_the_next_batch() -> None:
    desk = Desk()
    desk.open.clear()
    async with desk.recording():
        desk.inbox.hear(Tool("t", TOOL))
        await desk.came.wait()
        desk.inbox.hear(Piece("a", "message", "Later"))
        desk.inbox.hear(Settled("a"))
        desk.open.set()
        await desk.inbox.flush()
    assert desk.told == [TOOL, "Later"]
    assert desk.tally.batches == 2


async def test_a_request_stands_beside_its_tool_call() -> None:
    desk = Desk()
    options = (PermissionOption("yes", "allow_once", "Yes"),)
    answer = await desk.inbox.ask(Ask(key="t", title="Run it?", tool=TOOL, options=options))
    assert answer == "yes"
    assert desk.told == [TOOL, ("cmsg-1", "Run it?")]


async def test_a_closed_inbox_answers_no_request() -> None:
    desk = Desk()
    desk.inbox.close()
    assert await desk.inbox.ask(Ask(key="t", title="Run it?", tool=TOOL, options=())) is None
