"""A pipe in the file system that a long-running command reads: it says when the command is there and when it is gone.

Opening the writing end waits for a reader; once the last reader is gone, the writing end is in error. So a test waits
for what happens and not for time, and looks at no list of processes that a name could be missing from.
"""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

TIMEOUT = 60
"""Seconds until the command has to be there, or gone."""


class Pipe:
    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end: int | None = None

    async def has_reader(self) -> None:
        """Returns as soon as a command reads. Raises TimeoutError."""
        opening = asyncio.create_task(asyncio.to_thread(os.open, self.path, os.O_WRONLY))
        done, _ = await asyncio.wait([opening], timeout=TIMEOUT)
        if not done:  # the thread waits for a reader; it gets one, so that it ends
            os.close(os.open(self.path, os.O_RDONLY | os.O_NONBLOCK))
        self._end = await opening
        if not done:
            raise TimeoutError(f"nothing read {self.path}")

    async def has_no_reader(self) -> None:
        """Returns as soon as the last process that reads is gone. Raises TimeoutError."""
        assert self._end is not None, "nobody ever read"
        errors = select.poll()
        errors.register(self._end, 0)  # an error is always told
        if not await asyncio.to_thread(errors.poll, TIMEOUT * 1000):
            raise TimeoutError(f"something still reads {self.path}")

    def is_read(self) -> bool:
        """Whether a process reads it now."""
        assert self._end is not None, "nobody ever read"
        errors = select.poll()
        errors.register(self._end, 0)
        return not errors.poll(0)

    def close(self) -> None:
        """Ends whatever still reads."""
        if self._end is not None:
            os.close(self._end)


@contextmanager
def pipe(path: Path) -> Generator[Pipe]:
    made = Pipe(path)
    try:
        yield made
    finally:
        made.close()
