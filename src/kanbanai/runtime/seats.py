"""A shell that several clients look at, and the seat of each.

What the shell shows goes into its scroll-back, which whoever comes later sees first, and into what waits for each seat.
While every client is behind the shell's output is not read: it is slowed to the pace of the fastest. One that stays
behind the others, or takes nothing at all, is sent away and may come again; so it holds up neither the shell nor them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from kanbanai.domain.terminals import Place, Size, Terminal
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Closed, Exited, Shell

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
SLOW = 1013
"""RFC 6455's close code for "try again later"."""


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
        """Whether it has begun to end: nobody takes a seat any more."""
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
    """`kanbanai.ports.Seat`: one client at a terminal. `past`: what was shown before it came."""

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
        """See `Seat`."""
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
        """See `Seat`."""
        await self._end.wait()

    async def type(self, text: str) -> None:
        """See `Seat`."""
        await self._terminal.shell.write(text)

    def resize(self, size: Size) -> None:
        """See `Seat`."""
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
