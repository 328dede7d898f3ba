"""Every raw message between us and an agent, as it was, with its time: the source of record of an attempt."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from kanbanai.ports import Clock


class Transcript:
    """A file of JSON lines `{"at", "from": "agent" | "client" | "stdout", "message"}`, only ever appended to.

    `stdout` are lines of the agent that are no messages; their `message` is the text. Each line is one write to the
    file, so that a server that is killed loses none that was read. `on_fault` is told, once, why nothing more can be
    written (a full disk); the agent works on without.
    """

    def __init__(self, path: str, clock: Clock, *, on_fault: Callable[[str], None] | None = None) -> None:
        self._clock = clock
        self._on_fault = on_fault
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
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, line: bytes) -> None:
        if self._file is None:
            return
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self.close()
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.fault = error.strerror or str(error)
        if self._on_fault is not None:
            self._on_fault(self.fault)
