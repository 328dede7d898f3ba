"""One agent, one prompt, one answer: started to write a text, in a mode in which it can do nothing else, and ended.

Nothing of it is stored. Its text is gathered as it comes (`Sheet`), whatever else it says is passed over, and a
permission it asks for is given for reading only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from kanbanai.domain.errors import AgentUnusable, KanbanError, WritingFailed
from kanbanai.domain.permissions import automatic, option_for
from kanbanai.domain.updates import Ask, Launch, Piece, Prompt, Tool, TurnEnd, Update
from kanbanai.ports import AgentDriver, Pause, Processes

TIME_LIMIT = 300.0
"""Seconds from an agent's start to its whole answer. Ten to sixty are usual; five minutes are an agent that went astray
in the project, or whose model does not answer."""
GATHER = 0.05
"""Seconds that text waits for more of it before it is told: twenty frames a second are as smooth as anybody reads."""
MAX_CHARACTERS = 400_000
"""Of an answer; twice the longest description. What says more than that does not write a ticket."""


class Sheet:
    """What an agent has written so far, message by message. Read by as many as like to, each from its beginning."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._pieces: list[str] = []
        self._messages: list[list[str]] = []
        self._key: str | None = None
        self._written = asyncio.Event()
        self.size = 0
        self.is_over = False

    @property
    def messages(self) -> tuple[str, ...]:
        """The messages, whole as far as they have come."""
        return tuple("".join(one) for one in self._messages)

    def write(self, key: str | None, text: str) -> None:
        """Adds to the message of that key; another one than before begins a new message. Once closed, nothing does."""
        if self.is_over:
            return
        if key != self._key or not self._messages:
            if self._messages:
                self._pieces.append("\n\n")
            self._messages.append([])
            self._key = key
        self._messages[-1].append(text)
        self._pieces.append(text)
        self.size += len(text)
        self._written.set()

    def begin_anew(self) -> None:
        """What comes next is another message, whatever its key."""
        self._key = None

    def close(self) -> None:
        """Nothing more comes."""
        self.is_over = True
        self._written.set()

    async def pieces(self) -> AsyncGenerator[str]:
        """All that is written, some pieces a second."""
        told = 0
        while True:
            if told < len(self._pieces):
                text = "".join(self._pieces[told:])
                told = len(self._pieces)
                yield text
            elif self.is_over:
                return
            else:
                self._written.clear()
                await self._written.wait()
                if not self.is_over:
                    await self._pause(GATHER)


class OneShots:
    """Starts agents that write, and ends them."""

    def __init__(self, driver: AgentDriver, processes: Processes, *, time_limit: float = TIME_LIMIT) -> None:
        self._driver = driver
        self._processes = processes
        self._time_limit = time_limit

    async def write(self, launch: Launch, prompt: Prompt, sheet: Sheet) -> None:
        """Has an agent answer a prompt onto the sheet. Whatever becomes of it, no process of it is left.

        Raises WritingFailed, with a sentence.
        """
        try:
            async with asyncio.timeout(self._time_limit):
                end = await self._turn(launch, prompt, sheet)
        except TimeoutError as error:
            minutes = f"{self._time_limit / 60:g}"
            raise WritingFailed(
                f"{launch.agent.label} did not come to an end within {minutes} minutes"
            ) from error
        except AgentUnusable as error:
            raise WritingFailed(error.detail) from error
        finally:
            await self._leave_no_process(launch.mark)
        _judge(launch, end, sheet)

    async def _turn(self, launch: Launch, prompt: Prompt, sheet: Sheet) -> TurnEnd:
        ear = _Ear(sheet)
        session = await self._driver.open(launch, ear)
        try:
            turn = asyncio.ensure_future(session.prompt(prompt))
            full = asyncio.ensure_future(ear.is_full.wait())
            try:
                await asyncio.wait({turn, full}, return_when=asyncio.FIRST_COMPLETED)
                if not turn.done():
                    words = f"{launch.agent.label} wrote more than {MAX_CHARACTERS:,} characters"
                    return TurnEnd(reason="failed", failure=words)
                return turn.result()
            finally:
                for task in (turn, full):
                    task.cancel()
        finally:
            await session.close()

    async def _leave_no_process(self, mark: str) -> None:
        """Ends what the agent started and left behind, in another session of processes."""
        await asyncio.shield(asyncio.ensure_future(self._processes.end_marked(mark)))


class _Ear:
    """An `AgentListener` that hears text."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.is_full = asyncio.Event()

    def hear(self, update: Update) -> None:
        match update:
            case Piece(key=key, of="message", text=text) if not self.is_full.is_set():
                self._sheet.write(key, text)
                if self._sheet.size > MAX_CHARACTERS:
                    self.is_full.set()
            case Tool():
                # What an agent says before it looks at something is not the answer yet.
                self._sheet.begin_anew()
            case _:
                return

    async def room(self) -> None:
        """There is always room: what is not kept is passed over."""

    async def ask(self, ask: Ask) -> str | None:
        decision = automatic("plan", ask.tool.action) or "reject"
        chosen = option_for(ask.options, decision)
        return chosen.id if chosen is not None else None


def _judge(launch: Launch, end: TurnEnd, sheet: Sheet) -> None:
    """Raises WritingFailed for a turn that is not the end of an answer."""
    label = launch.agent.label
    match end.reason:
        case "failed":
            raise WritingFailed(end.failure or f"{label} failed and did not say why")
        case "refused":
            raise WritingFailed(end.failure or f"{label}: the model refused to write this")
        case "limit":
            raise WritingFailed(
                end.failure or f"{label} stopped at a limit of its model before the text was whole"
            )
        case "done" | "cancelled" if not sheet.messages:
            raise WritingFailed(f"{label} ended without writing anything")
        case _:
            return


def unread(label: str, sheet: Sheet) -> KanbanError:
    """The error of an answer that has no title in it."""
    begin = " ".join(sheet.messages[-1].split())[:200] if sheet.messages else ""
    return WritingFailed(f"{label} did not answer with a title and a text, but with: {begin}")
