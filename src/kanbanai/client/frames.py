"""Server-Sent Events from bytes, as they come: cut anywhere, with any of the three line ends, comments and a BOM.

The rules are those of the HTML standard ("Interpreting an event stream"). It works on bytes and looks at each of them
once, so that a board's state of several megabytes that comes in a thousand pieces costs no more than in one.
"""

from __future__ import annotations

import codecs

import msgspec

MAX_FRAME = 256 * 1024 * 1024
"""Bytes. A board of 10,000 cards with a page of text each has some 40 MB; beyond this it is no board, and a server that
never ends a line must not fill the memory."""


class Frame(msgspec.Struct, frozen=True):
    """One event of a stream. `id` is the last id seen so far, "" before the first: what a reconnect would send."""

    event: str
    data: str
    id: str = ""


class FrameTooLarge(Exception):
    """A frame over MAX_FRAME."""


class FrameParser:
    """Takes the bytes of one response and gives its frames; a new connection needs a new one."""

    def __init__(self, *, max_frame: int = MAX_FRAME) -> None:
        self.retry_ms: int | None = None
        """The reconnection time that the server asked for last, in milliseconds."""
        self._max_frame = max_frame
        self._size = 0
        self._start: bytes | None = b""
        self._after_cr = False
        self._partial: list[bytes] = []
        self._event = b""
        self._data: list[bytes] = []
        self._id = ""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that are complete with this chunk. Raises FrameTooLarge."""
        if self._start is not None:
            self._start += chunk
            if len(self._start) < len(codecs.BOM_UTF8) and codecs.BOM_UTF8.startswith(self._start):
                return []
            chunk, self._start = self._start.removeprefix(codecs.BOM_UTF8), None
        if self._after_cr and chunk:
            # A CR ended the line already; the LF of a CRLF that was cut apart does not end another one.
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if not chunk:
            return []
        self._after_cr = chunk.endswith(b"\r")
        first, *others = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._partial.append(first)
        self._size += len(first)
        frames = []
        for piece in others:
            line = b"".join(self._partial)
            self._partial = [piece]
            if (frame := self._line(line)) is not None:
                frames.append(frame)
            if not line:
                self._size = 0
            self._size += len(piece)
        if self._size > self._max_frame:
            raise FrameTooLarge(f"a frame of more than {self._max_frame} bytes")
        return frames

    def _line(self, line: bytes) -> Frame | None:
        if not line:
            return self._dispatched()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._event = value
        elif field == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        elif field == b"retry" and value.isdigit():
            self.retry_ms = int(value[:9])
        return None

    def _dispatched(self) -> Frame | None:
        event, data = self._event or b"message", self._data
        self._event, self._data = b"", []
        if not data:
            return None
        text = b"\n".join(data).decode("utf-8", "replace")
        return Frame(event.decode("utf-8", "replace"), text, self._id)
