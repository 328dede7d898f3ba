"""Lines of an agent's stdin and stdout ↔ JSON-RPC messages: the transport that the protocol's library is given.

Notifications go to the listener from here, one after the other in the order of the lines, and no further: the library
would start a task for each, drop what it does not know, and never slow down.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol

import msgspec

from kanbanai.adapters.agents.transcript import Transcript
from kanbanai.ports import ChildProcess

LONGEST_LINE = 64 << 20
"""Bytes of one message. The longest seen was 5.5 MB: Claude Code writing a file of 3 MB."""

READ_AHEAD = 1 << 20
"""Bytes that are read ahead of what was heard, twice as many at most. The rest waits in the pipe, as does the agent."""
FAIR = 50
"""Messages after which others get their turn: half a millisecond's worth."""

Json = dict[str, Any]


class Reader(Protocol):
    """Who hears what comes from the agent."""

    async def take(self, message: Json) -> Json | None:
        """Takes the next message, in order; what it returns goes on to the library. Nothing is read meanwhile."""
        ...

    def noise(self, line: bytes) -> None:
        """Takes a line that is no message."""
        ...


class Wire:
    """`acp`'s Transport over a child process."""

    def __init__(self, child: ChildProcess, transcript: Transcript, reader: Reader) -> None:
        self._child = child
        self._transcript = transcript
        self._reader = reader
        self._turns = 0

    async def receive(self) -> Json | None:
        """The next message for the library; None: the agent has closed its output."""
        while True:
            line = await self._line()
            if not line:
                return None
            self._turns = (self._turns + 1) % FAIR
            if not self._turns:
                await asyncio.sleep(0)  # lines that have arrived already are read without a pause
            line = line.strip()
            if not line:
                continue
            message = decoded(line)
            if message is None:
                self._note_noise(line)
                continue
            self._transcript.message(
                "agent", line if line.isascii() else line.decode(errors="replace").encode()
            )
            passed_on = await self._reader.take(message)
            if passed_on is not None:
                return passed_on

    async def _line(self) -> bytes:
        """The next line with its end; what the agent closed its output with may have none. Empty: it has closed it."""
        parts: list[bytes] = []
        size = 0
        while True:
            try:
                part = await self._child.stdout.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                part = await self._child.stdout.readexactly(error.consumed)
            except asyncio.IncompleteReadError as error:
                parts.append(error.partial)
                return b"".join(parts)
            except ConnectionError:
                return b""
            size += len(part)
            if size <= LONGEST_LINE:
                parts.append(part)
            if part.endswith(b"\n"):
                return b"".join(parts) if size <= LONGEST_LINE else b"(a line of %d bytes)\n" % size

    async def send(self, message: Json) -> None:
        """Sends a message; waits while the agent does not read. Raises ConnectionError when it is gone."""
        raw = msgspec.json.encode(message)
        self._transcript.message("client", raw)
        stdin = self._child.stdin
        if stdin.is_closing():
            raise ConnectionError("the agent's input is closed")
        stdin.write(raw + b"\n")
        await stdin.drain()

    async def close(self) -> None:
        """Closes the agent's stdin, which is how it is told to end."""
        self._child.stdin.close()

    def _note_noise(self, line: bytes) -> None:
        self._transcript.noise(line)
        self._reader.noise(line)


def decoded(line: bytes) -> Json | None:
    """The message of a line; None: it is none. Half a character (agents cut text anywhere) becomes U+FFFD."""
    try:
        message = msgspec.json.decode(line)
    except (ValueError, RecursionError):  # its own error for what is no JSON is a ValueError, too
        try:
            message = _whole(json.loads(line.decode(errors="replace")))
        except (ValueError, RecursionError):
            return None
    return message if isinstance(message, dict) else None


def _whole(value: Any) -> Any:
    """The value without halves of surrogate pairs, which cannot be written anywhere."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {_whole(name): _whole(one) for name, one in value.items()}
        case _:
            return value
