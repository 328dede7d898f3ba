"""Every raw message between us and an agent, as it was, with its time: the source of record of an attempt."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from kanbanai.ports import Clock

HELD = 64 * 1024
"""Bytes of lines that wait to be written together; more are written at once."""


class Transcript:
    """A file of JSON lines `{"at", "from": "agent" | "client" | "stdout", "message"}`, only ever appended to.

    `stdout` are lines of the agent that are no messages; their `message` is the text. `later` is given the writing to
    do at the end of the loop's turn: what is read in one turn is one write, and is in the file before anything is made
    of it. Without it each line is written at once. `on_fault` is told, once, why nothing more can be written (a full
    disk); the agent works on without.
    """

    def __init__(
        self,
        path: str,
        clock: Clock,
        *,
        later: Callable[[Callable[[], None]], object] | None = None,
        on_fault: Callable[[str], None] | None = None,
    ) -> None:
        self._clock = clock
        self._later = later
        self._on_fault = on_fault
        self._held: list[bytes] = []
        self._size = 0
        self.fault: str | None = None
        """Why nothing more can be written."""
        self._file: int | None = None
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            self._fail(error)

    def message(self, sender: str, raw: bytes) -> None:
        """Appends a message that is known to be JSON without line breaks."""
        at = self._clock.now().encode()
        self._append(b'{"at":"%b","from":"%b","message":%b}\n' % (at, sender.encode(), raw))

    def noise(self, raw: bytes) -> None:
        """Appends a line that is no message."""
        self.message("stdout", msgspec.json.encode(raw.decode(errors="replace")))

    def close(self) -> None:
        self._write()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, line: bytes) -> None:
        if self._later is not None and not self._held:
            self._later(self._write)
        self._held.append(line)
        self._size += len(line)
        if self._later is None or self._size > HELD:
            self._write()

    def _write(self) -> None:
        held, self._held, self._size = self._held, [], 0
        if self._file is None or not held:
            return
        try:
            rest = memoryview(b"".join(held))
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self.close()
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.fault = error.strerror or str(error)
        if self._on_fault is not None:
            self._on_fault(self.fault)
