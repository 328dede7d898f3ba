"""What the core asks of the world for terminals: shells on the machine, and who shares them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.domain.terminals import CloseReason, Size, Terminal


class Shell(Protocol):
    """A shell of the user's at a terminal of its own."""

    @property
    def program(self) -> str:
        """The path of its program."""
        ...

    def resize(self, size: Size) -> None:
        """Tells the shell, and what runs in it, how much can be seen."""
        ...

    async def write(self, text: str) -> None:
        """Types. Returns when the shell has taken enough of it for more to be typed.

        What is typed to one that has ended is lost.
        """
        ...

    def hold(self) -> None:
        """Nothing more of its output is wanted for now: it waits as soon as what the system keeps for it is full."""
        ...

    def go_on(self) -> None:
        """Its output is wanted again."""
        ...

    async def wait(self) -> int:
        """Its exit code, when it has ended and the last of its output was told."""
        ...

    async def end(self) -> None:
        """Ends it with all that was started in it. When this returns nothing of it is left. May be called again."""
        ...


class Shells(Protocol):
    """Opens shells."""

    async def open(self, *, cwd: str, mark: str, size: Size, on_output: Callable[[str], None]) -> Shell:
        """Starts the user's login shell in a folder. `on_output` is told what it shows, and must not block.

        Raises Unstartable.
        """
        ...


class Exited(msgspec.Struct, frozen=True):
    """The shell has ended by itself."""

    code: int


class Closed(msgspec.Struct, frozen=True):
    """There is nothing more to see; `code` and `reason` are those of the WebSocket's close."""

    code: int
    reason: str


class Seat(Protocol):
    """One client at a terminal."""

    async def next(self) -> str | Exited | Closed:
        """What to show next: first what was shown before it came. After `Closed` it is not asked again."""
        ...

    async def over(self) -> None:
        """Returns when `Closed` will be next, or nearly: after it nothing more is added to what waits."""
        ...

    async def type(self, text: str) -> None:
        """What the client types; returns when more may come."""
        ...

    def resize(self, size: Size) -> None:
        """How much the client can see; whoever says it last decides for all."""
        ...


class Terminals(Protocol):
    """The open terminals: one a card."""

    def seat(
        self, project_id: ProjectId | None, card_id: CardId
    ) -> AbstractAsyncContextManager[Seat | Closed]:
        """A place at the card's terminal, which is opened where it is not; given up when the block is left.

        `Closed`: there is none, and why.
        """
        ...

    def of_project(self, project_id: ProjectId) -> list[Terminal]:
        """Those that are open, the oldest first."""
        ...

    def of_card(self, card_id: CardId) -> Terminal:
        """The card's. Raises NotFound (`Terminal session not found`)."""
        ...

    def is_busy(self, card_id: CardId) -> bool:
        """Whether the card has a terminal, or one is just being opened or ended."""
        ...

    def resize(self, card_id: CardId, size: Size) -> None:
        """Raises NotFound."""
        ...

    async def close_for(self, card_id: CardId, reason: CloseReason) -> bool:
        """Ends the card's terminal, and says whether there was one. Nothing of it is left when this returns."""
        ...

    async def close_all(self) -> None:
        """Ends every terminal, since the server stops. None is opened from now on."""
        ...
