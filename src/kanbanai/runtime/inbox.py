"""Where a run hears its agent: updates are gathered for a moment and recorded by one transaction.

    agent ► driver ► hear ► Gathering ──20 ms──► record (one use case) ► then the text that is still being written

A full inbox holds up the driver (`room`), who then reads no further from its agent. What is recorded is in the order in
which it was said; text that is being written is told after what was settled before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from kanbanai.domain.ids import ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Ask, Piece, Tool, Update
from kanbanai.ports import Pause
from kanbanai.runtime.gathering import Gathered, Gathering

GATHER = 0.02
"""Seconds that an update waits for others. Nobody sees it, and 1,260 updates a second become 50 transactions."""
MAX_UPDATES = 1_000
"""Updates that may wait to be recorded: twenty times what the fastest known agent says in one gathering."""
MAX_CHARACTERS = 4_000_000
"""Characters in them. One tool that prints 10 MB is more than that by itself, and is let in: the next one waits."""


class Tally:
    """What was heard and recorded. `lag`: seconds from hearing to the end of recording, the longest so far."""

    __slots__ = ("batches", "drafts", "lag", "updates")

    def __init__(self) -> None:
        self.updates = 0
        self.batches = 0
        self.drafts = 0
        self.lag = 0.0


class Ends(NamedTuple):
    """Where an inbox's contents go.

    `record` stores, `keep` puts a whole output away, `tell` shows text as it is written, `ask` puts a request to the
    people (by the item of the tool call) and answers with the option they chose.
    """

    record: Callable[[Gathered], Awaitable[None]]
    keep: Callable[[ItemId, str], Awaitable[None]]
    tell: Callable[[ItemId, str], None]
    ask: Callable[[ItemId | None, Ask], Awaitable[str | None]]


class Inbox:
    """An `AgentListener`. `run` does the recording; while it does not run nothing leaves the inbox."""

    def __init__(
        self,
        ends: Ends,
        *,
        new_id: Callable[[], ItemId],
        now: Callable[[], Timestamp],
        profile_id: str | None,
        tally: Tally,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._ends = ends
        self._gathering = Gathering(new_id=new_id, now=now, profile_id=profile_id)
        self._tally = tally
        self._pause = pause
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._recording = asyncio.Lock()
        self._count = 0
        self._characters = 0
        self._heard_at: float | None = None
        self._fault: Exception | None = None
        """Why something that was heard could not be recorded. What came after it is not recorded either."""
        self._is_closed = False

    # ── what the driver calls ───────────────────────────────────────────────────────────────────────────────────────

    def hear(self, update: Update) -> None:
        """Takes the next update, in order. Never blocks; after the end of the run it is heard by nobody."""
        if self._is_closed:
            return
        moment = self._loop.time()
        if self._heard_at is None:
            self._heard_at = moment
        self._count += 1
        self._characters += _size(update)
        self._tally.updates += 1
        self._gathering.take(update, moment)
        self._filled.set()

    async def room(self) -> None:
        """Returns when more may be said; see `kanbanai.ports.AgentListener`."""
        while self._is_full and not self._is_closed:
            self._emptied.clear()
            await self._emptied.wait()

    async def ask(self, ask: Ask) -> str | None:
        """Puts a permission request to the people, beside the tool call that it is for."""
        if self._is_closed:
            return None
        self.hear(Tool(ask.key, ask.tool))
        await self.flush()
        return await self._ends.ask(self._gathering.item_of(ask.key), ask)

    # ── what the run calls ──────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Records what is heard until it is cancelled. Raises what `record` or `keep` raises: nothing more is heard."""
        try:
            while True:
                await self._filled.wait()
                await self._pause(GATHER)
                await self.flush()
                self._come_back()
        except BaseException:
            self.close()
            raise

    async def flush(self) -> None:
        """Records and tells what there is now. Raises what `record` or `keep` raises, or has raised before.

        Whoever flushed when it went wrong may not be the run (a request of the agent's, say), which has to hear of it.
        """
        async with self._recording:
            if self._fault is not None:
                raise self._fault
            try:
                await self._flush()
            except Exception as error:
                self._fault = error
                self._filled.set()
                raise

    async def _flush(self) -> None:
        self._filled.clear()
        heard_at, self._heard_at = self._heard_at, None
        gathered = self._gathering.release(self._loop.time())
        self._count = self._characters = 0
        self._emptied.set()
        for item_id, text in gathered.outputs:
            await self._ends.keep(item_id, text)
        if gathered.is_recordable:
            await self._ends.record(gathered)
            self._tally.batches += 1
        for item_id, text in gathered.drafts:
            self._ends.tell(item_id, text)
        self._tally.drafts += len(gathered.drafts)
        if heard_at is not None:
            self._tally.lag = max(self._tally.lag, self._loop.time() - heard_at)

    async def settle(self) -> None:
        """The turn is over: everything that was heard is recorded when this returns. Raises as `flush` does."""
        self._gathering.settle_all()
        await self.flush()

    def close(self) -> None:
        """From now on nothing is heard and nobody waits for room."""
        self._is_closed = True
        self._emptied.set()

    @property
    def _is_full(self) -> bool:
        return self._count >= MAX_UPDATES or self._characters >= MAX_CHARACTERS

    def _come_back(self) -> None:
        """Sees to it that what is held back is told when its time has come, though nothing more may be said."""
        due = self._gathering.due_at
        if due is not None and not self._filled.is_set():
            self._loop.call_at(due, self._filled.set)


def _size(update: Update) -> int:
    match update:
        case Piece(text=text):
            return len(text)
        case Tool(tool=tool, output=output):
            return len(tool.stdout or "") + len(output or "")
        case _:
            return 0
