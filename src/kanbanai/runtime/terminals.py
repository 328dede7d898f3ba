"""`kanbanai.ports.Terminals`: which terminals are open, how they come to be and how they end.

What each of them shows, and to whom, is in `kanbanai.runtime.seats`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from kanbanai.domain.errors import Conflict, KanbanError, NotFound, NoWorktree, Unstartable
from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.domain.terminals import CloseReason, Place, Size, Terminal
from kanbanai.ports import Clock, Closed, Report, Shells, Store
from kanbanai.runtime.seats import STUCK, ClientSeat, SharedTerminal
from kanbanai.usecases import terminals as records

LINGER = 300.0
"""Seconds that a terminal nobody looks at stays open: long enough to reload a page, or to
look something up elsewhere."""
NO_PLACE, NO_SHELL, ENDED, STOPPING = 4001, 4002, 1000, 1012
"""Close codes: two of the contract's own, then RFC 6455's normal end and service restart."""


class SharedTerminals:
    """The open terminals. `linger` and `stuck` in seconds; `report` hears of what could not be recorded."""

    def __init__(
        self,
        store: Store,
        shells: Shells,
        clock: Clock,
        *,
        report: Report,
        linger: float = LINGER,
        stuck: float = STUCK,
    ) -> None:
        self._store = store
        self._shells = shells
        self._clock = clock
        self._report = report
        self._linger = linger
        self._stuck = stuck
        self._open: dict[CardId, SharedTerminal] = {}
        self._doors: WeakValueDictionary[CardId, asyncio.Lock] = WeakValueDictionary()
        """Kept by whoever goes through one: any card may be asked for, also one that there is not."""
        self._ends: set[asyncio.Task[None]] = set()
        self._is_over = False

    @asynccontextmanager
    async def seat(self, project_id: ProjectId | None, card_id: CardId) -> AsyncIterator[ClientSeat | Closed]:
        taken = await self._taken(project_id, card_id)
        try:
            yield taken
        finally:
            if isinstance(taken, ClientSeat):
                taken.leave()

    def of_project(self, project_id: ProjectId) -> list[Terminal]:
        return [one.shown() for one in self._open.values() if one.place.project_id == project_id]

    def of_card(self, card_id: CardId) -> Terminal:
        return self._found(card_id).shown()

    def is_busy(self, card_id: CardId) -> bool:
        door = self._doors.get(card_id)
        return card_id in self._open or (door is not None and door.locked())

    def resize(self, card_id: CardId, size: Size) -> None:
        self._found(card_id).resize(size)

    async def close_for(self, card_id: CardId, reason: CloseReason) -> bool:
        # Behind the door: a terminal that is just being opened is closed too.
        async with self._door(card_id):
            terminal = self._open.get(card_id)
            if terminal is None:
                return False
            await self._end(terminal, reason)
            return True

    async def close_all(self) -> None:
        self._is_over = True
        for terminal in list(self._open.values()):
            terminal.send_away(Closed(STOPPING, "The server is stopping"))
        await asyncio.gather(
            *(self.close_for(card_id, "disconnect") for card_id in {*self._doors, *self._open})
        )
        await asyncio.gather(*self._ends)

    # ── One terminal ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _taken(self, project_id: ProjectId | None, card_id: CardId) -> ClientSeat | Closed:
        async with self._door(card_id):
            if self._is_over:
                return Closed(STOPPING, "The server is stopping")
            try:
                place = await self._store.read(records.place, project_id, card_id)
            except (NoWorktree, Conflict) as error:
                return Closed(NO_PLACE, error.detail)
            terminal = self._open.get(card_id)
            if terminal is not None and (terminal.is_closing or terminal.place != place):
                await self._end(terminal, "attempt_ended")
                terminal = None
            try:
                terminal = terminal or await self._opened(place)
            except (Unstartable, NotFound):
                return Closed(NO_SHELL, "Failed to create terminal session")
            return terminal.seat()

    async def _opened(self, place: Place) -> SharedTerminal:
        terminal = SharedTerminal(place, self._clock.now(), stuck=self._stuck, on_empty=self._left_alone)
        terminal.shell = await self._shells.open(
            cwd=place.worktree_path,
            mark=f"{place.attempt_id}/terminal",
            size=terminal.size,
            on_output=terminal.show,
        )
        try:
            await self._store.run(records.opened, place)
        except BaseException:
            await terminal.shell.end()
            raise
        self._open[place.card_id] = terminal
        self._in_the_background(self._watch(terminal))
        return terminal

    async def _watch(self, terminal: SharedTerminal) -> None:
        """Closes the terminal when its shell ends by itself."""
        code = await terminal.shell.wait()
        if not terminal.is_closing:
            terminal.tell_exit(code)
            await self._end(terminal, "process_exit")

    def _left_alone(self, terminal: SharedTerminal) -> None:
        """Closes the terminal after a while, unless somebody comes."""
        loop = asyncio.get_running_loop()
        terminal.alone = loop.call_later(self._linger, self._give_up, terminal)

    def _give_up(self, terminal: SharedTerminal) -> None:
        self._in_the_background(self._end(terminal, "disconnect"))

    async def _end(self, terminal: SharedTerminal, reason: CloseReason) -> None:
        """Ends the shell and records it, once; who comes while that goes on waits for it."""
        if terminal.ending is None:
            terminal.ending = asyncio.create_task(self._end_of(terminal, reason))
        await asyncio.shield(terminal.ending)

    async def _end_of(self, terminal: SharedTerminal, reason: CloseReason) -> None:
        terminal.send_away(Closed(ENDED, f"Terminal closed: {reason}"))
        try:
            await terminal.shell.end()
        finally:
            if self._open.get(terminal.place.card_id) is terminal:
                del self._open[terminal.place.card_id]
        try:
            await self._store.run(records.closed, terminal.place, reason)
        except KanbanError as error:  # a full disk, say: the terminal is closed all the same
            self._report(error)

    def _in_the_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._ends.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._ends.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._report(error)

    def _door(self, card_id: CardId) -> asyncio.Lock:
        door = self._doors.get(card_id)
        if door is None:
            door = self._doors[card_id] = asyncio.Lock()
        return door

    def _found(self, card_id: CardId) -> SharedTerminal:
        terminal = self._open.get(card_id)
        if terminal is None:
            raise NotFound("Terminal session not found")
        return terminal
