"""What the four APIs' modules have in common: the shape of such a module, and how its events are spelled."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.models.conversation import Image, Request, Tool

Json = dict[str, Any]

CHARACTERS_A_TOKEN = 4
"""For the counts that stand in for tokens: about what English text comes to."""


@dataclass(frozen=True)
class Use:
    """A call of one tool of the request: arguments, or the text for a tool that takes free text."""

    tool: Tool
    arguments: Json | str

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


class AnswerWriter(Protocol):
    """Writes one answer as one API streams it. Methods return the bytes to send; blocks open and close as needed."""

    def begin(self) -> bytes: ...
    def think(self, text: str) -> bytes: ...
    def say(self, text: str) -> bytes: ...
    def use(self, use: Use) -> bytes: ...
    def end(self) -> bytes: ...
    def whole(self) -> Json:
        """The same answer for a request that does not want it streamed; after `end`."""
        ...


class Api(Protocol):
    """What a module for one API offers."""

    def read(self, body: Json, path: str) -> Request: ...
    @property
    def Writer(self) -> Callable[[Request], AnswerWriter]: ...  # noqa: N802  (each module has a class of that name)
    def problem(self, status: int, message: str) -> Json:
        """The body of an answer with an error status."""
        ...


def sse(payload: Mapping[str, Any], event: str | None = None) -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(payload)}\n\n".encode()


def joined(events: Iterable[bytes]) -> bytes:
    return b"".join(events)


def halves(text: str) -> Sequence[str]:
    """The text in two pieces, as arguments of tools arrive in pieces."""
    middle = len(text) // 2
    return [piece for piece in (text[:middle], text[middle:]) if piece]


def fresh_id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:24]}"


def tokens(size: int) -> int:
    return max(1, size // CHARACTERS_A_TOKEN)


def data_url(url: str) -> Image | None:
    """The picture in a `data:` address; None for any other."""
    head, comma, content = url.partition(",")
    if not head.startswith("data:") or not comma:
        return None
    return Image(head.removeprefix("data:").partition(";")[0], base64.b64decode(content))


def texts(content: Any) -> str:
    """The text of what an API lets be a string or a list of typed blocks."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "\n".join(str(block["text"]) for block in content if isinstance(block, dict) and "text" in block)


def arguments(text: str) -> Json | str:
    """Arguments as the model wrote them: a mapping where they are one."""
    try:
        read = json.loads(text)
    except ValueError:
        return text
    return read if isinstance(read, dict) else text
