"""`kanbanai.ports.Terminals`: shells that several clients share.

What a shell shows goes into its scroll-back, which whoever comes later sees first, and into what waits for each client.
While every client is behind the shell's output is not read: it is slowed to the pace of the fastest. One that stays
behind the others, or takes nothing at all, is sent away and may come again; so it holds up neither the shell nor them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from kanbanai.domain.errors import Conflict, KanbanError, NotFound, NoWorktree, Unstartable
from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.domain.terminals import CloseReason, Place, Size, Terminal
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Clock, Closed, Exited, Report, Shell, Shells, Store
from kanbanai.usecases import terminals as records

LINGER = 300.0
"""Seconds that a terminal nobody looks at stays open: long enough to reload a page, or to
look something up elsewhere."""
SCROLL_BACK = 256 * 1024
"""Characters that are shown again to who comes later: some three thousand lines."""
BEHIND = 128 * 1024
"""Characters waiting for a client at which it counts as behind."""
TOO_FAR_BEHIND = 1024 * 1024
"""Characters waiting at which it is sent away: what is shown again when it comes back is less than that."""
FRAME = 64 * 1024
"""Characters shown by one frame, so that a client that takes them slowly has few on their way."""
STUCK = 10.0
"""Seconds after which a client that is behind all the time is sent away: it may be asleep, and the shell waits."""

NO_PLACE, NO_SHELL, ENDED, STOPPING, SLOW = 4001, 4002, 1000, 1012, 1013
"""Close codes: two of the contract's own, then RFC 6455's normal end, service restart, and try again later."""


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


class SharedTerminal:
    """A shell and who looks at it."""

    shell: Shell

    def __init__(
        self, place: Place, created_at: Timestamp, *, stuck: float, on_empty: Callable[[SharedTerminal], None]
    ) -> None:
        self.place = place
        self.size = Size()
        self.alone: asyncio.TimerHandle | None = None
        self.ending: asyncio.Task[None] | None = None
        self._created_at = created_at
        self._stuck = stuck
        self._on_empty = on_empty
        self._past = _Past()
        self._seats: list[ClientSeat] = []

    @property
    def is_closing(self) -> bool:
        return self.ending is not None

    def shown(self) -> Terminal:
        """The terminal as the wire shows it."""
        place = self.place
        return Terminal(
            id=place.card_id,
            card_id=place.card_id,
            project_id=place.project_id,
            attempt_id=place.attempt_id,
            worktree_path=place.worktree_path,
            cols=self.size.cols,
            rows=self.size.rows,
            shell=self.shell.program,
            created_at=self._created_at,
            client_count=len(self._seats),
        )

    def show(self, text: str) -> None:
        """The shell shows something."""
        self._past.add(text)
        for seat in list(self._seats):
            seat.show(text)
        self.find_pace()

    def tell_exit(self, code: int) -> None:
        """The shell has ended by itself."""
        for seat in self._seats:
            seat.tell(Exited(code))

    def send_away(self, closed: Closed) -> None:
        """Nobody is to see more."""
        if self.alone is not None:
            self.alone.cancel()
        for seat in list(self._seats):
            seat.tell(closed)

    def seat(self) -> ClientSeat:
        """A seat for one more client."""
        if self.alone is not None:
            self.alone.cancel()
            self.alone = None
        seat = ClientSeat(self, self._past.text(), self._stuck)
        self._seats.append(seat)
        return seat

    def leave(self, seat: ClientSeat) -> None:
        """A client has left, or is sent away."""
        if seat in self._seats:
            self._seats.remove(seat)
            self.find_pace()
            if not self._seats and not self.is_closing:
                self._on_empty(self)

    def resize(self, size: Size) -> None:
        """So much can be seen from now on."""
        if size != self.size:
            self.size = size
            self.shell.resize(size)

    def find_pace(self) -> None:
        """Reads on, unless everybody is behind."""
        if self._seats and all(seat.is_behind for seat in self._seats):
            self.shell.hold()
        else:
            self.shell.go_on()


class ClientSeat:
    """One client at a terminal. `past`: what was shown before it came."""

    def __init__(self, terminal: SharedTerminal, past: str, stuck: float) -> None:
        self._terminal = terminal
        self._stuck = stuck
        self._waiting = deque([past] if past else [])
        self._size = len(past)
        self._exit: Exited | None = None
        self._closed: Closed | None = None
        self._news = asyncio.Event()
        self._end = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        if self._waiting:
            self._news.set()

    @property
    def is_behind(self) -> bool:
        """Whether more waits for the client than it needs to go on without a pause."""
        return self._timer is not None

    async def next(self) -> str | Exited | Closed:
        while True:
            if self._waiting:
                return self._take()
            if self._exit is not None:
                exited, self._exit = self._exit, None
                return exited
            if self._closed is not None:
                return self._closed
            self._news.clear()
            await self._news.wait()

    async def over(self) -> None:
        await self._end.wait()

    async def type(self, text: str) -> None:
        await self._terminal.shell.write(text)

    def resize(self, size: Size) -> None:
        self._terminal.resize(size)

    def show(self, text: str) -> None:
        """From the terminal: this is shown."""
        self._waiting.append(text)
        self._size += len(text)
        self._news.set()
        if self._size > TOO_FAR_BEHIND:
            self._send_away()
        elif self._size > BEHIND and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._stuck, self._send_away)

    def tell(self, news: Exited | Closed) -> None:
        """From the terminal: it has ended. What was said first counts."""
        if isinstance(news, Exited):
            self._exit = news
        elif self._closed is None:
            self._closed = news
            self._end.set()
        self._news.set()

    def leave(self) -> None:
        """The client is gone."""
        self._catch_up()
        self._terminal.leave(self)

    def _take(self) -> str:
        """A frame's worth of what waits."""
        parts = []
        room = FRAME
        while self._waiting and room > 0:
            part = self._waiting.popleft()
            if len(part) > room:
                self._waiting.appendleft(part[room:])
                part = part[:room]
            parts.append(part)
            room -= len(part)
        text = "".join(parts)
        self._size -= len(text)
        if self.is_behind and self._size <= BEHIND:
            self._catch_up()
            self._terminal.find_pace()
        return text

    def _catch_up(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send_away(self) -> None:
        """What waits for it is given up: it would be shown again anyhow."""
        self._waiting.clear()
        self._size = 0
        self.tell(Closed(SLOW, "Too far behind; connect again"))
        self.leave()


class _Past:
    """The last of what was shown, from the beginning of a line on."""

    def __init__(self) -> None:
        self._parts: deque[str] = deque()
        self._size = 0
        self._is_cut = False

    def add(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)
        while self._size - len(self._parts[0]) >= SCROLL_BACK:
            self._size -= len(self._parts.popleft())
            self._is_cut = True

    def text(self) -> str:
        """What is kept. One long text that many small ones were joined to is kept as one."""
        whole = "".join(self._parts)
        if self._is_cut or len(whole) > SCROLL_BACK:
            whole = whole[-SCROLL_BACK:]
            whole = whole[whole.find("\n") + 1 :]
        self._parts = deque([whole])
        self._size = len(whole)
        return whole
