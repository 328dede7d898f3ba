"""Reading a program that says a little again and again: with rests between, so that what it says comes together.

Waking up for a line, reading it and putting the system back to sleep costs some 20 µs, whatever the line is. An agent
that says a thousand pieces a second is woken up for two hundred times a second instead.
"""

from __future__ import annotations

import asyncio

REST = 0.005
"""Seconds in which the program is not read, at most. What it says meanwhile stays in its pipe, which takes 64 KB."""
LITTLE = 16 * 1024
"""Bytes of one read. Who says more is read on at once: its pipe may be full, and it waits."""


class RestingTransport:
    """A pipe's transport for its `StreamReader`: takes a rest after a little was read soon after the last read.

    The reader's own pauses (it has more than it may keep) hold beside the rests.
    """

    def __init__(self, transport: asyncio.ReadTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._read_at = -REST
        self._rest: asyncio.TimerHandle | None = None
        self._is_held = False
        """By its reader."""

    def has_read(self, size: int) -> None:
        """Takes note of a read; perhaps it is followed by a rest."""
        now = self._loop.time()
        before, self._read_at = self._read_at, now
        if size < LITTLE and now - before < REST and self._rest is None:
            self._transport.pause_reading()
            self._rest = self._loop.call_later(REST, self._read_on)

    def end(self) -> None:
        """No more rests: the pipe is closed."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def pause_reading(self) -> None:
        """From the reader."""
        self._is_held = True
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """From the reader."""
        self._is_held = False
        if self._rest is None:
            self._transport.resume_reading()

    def get_extra_info(self, name: str) -> object:
        """As the transport has it."""
        return self._transport.get_extra_info(name)

    def _read_on(self) -> None:
        self._rest = None
        self._read_at = self._loop.time()
        if not self._is_held and not self._transport.is_closing():
            self._transport.resume_reading()
