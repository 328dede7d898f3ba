"""What an agent writes to its stderr: read all the time, so that it never waits for us, and the end of it kept."""

from __future__ import annotations

import asyncio

KEPT = 8_192
"""Bytes of the end: a stack trace."""
CHUNK = 65_536


class LastWords:
    """Drains a stream and keeps its end."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream
        self._end = b""

    async def drain(self) -> None:
        """Reads until the stream ends."""
        while chunk := await self._stream.read(CHUNK):
            self._end = (self._end + chunk)[-KEPT:]

    @property
    def text(self) -> str | None:
        """What was written last; None: nothing."""
        return self._end.decode(errors="replace").strip() or None
