"""What an agent's request says, whichever API it came by: the conversation so far and the tools it offers."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

REMINDER = re.compile(r"<([a-z][\w-]*)(?: [^<>]*)?>.*?</\1>", re.DOTALL | re.IGNORECASE)
"""What agents put into the user's mouth by themselves: the environment, reminders, lists of files, all in tags."""
MARKER = re.compile(r"\[\[([a-z]+)(?: ([^\n]*?))?\]\]")
"""`[[scenario argument]]` in a prompt."""


FOLDER = re.compile(r"(?:working directory|workspace directories|<cwd>)[:>*\s-]*(/[^\n<]+)", re.IGNORECASE)
"""Where the agent's instructions name the folder that it works in."""


@dataclass(frozen=True)
class Image:
    mime: str
    content: bytes

    @property
    def pixels(self) -> str:
        """`width × height` of a PNG, or that it is none."""
        if self.content[:8] != b"\x89PNG\r\n\x1a\n" or len(self.content) < 24:
            return "no PNG"
        width, height = struct.unpack(">II", self.content[16:24])
        return f"{width} × {height} pixels"

    def __str__(self) -> str:
        digest = hashlib.sha256(self.content).hexdigest()
        return f"{self.mime}, {len(self.content)} bytes, {self.pixels}, sha256 {digest}"


@dataclass(frozen=True)
class Said:
    """A text; the user's own words and pictures, or those of the model or of the agent's instructions."""

    by: Literal["user", "model", "agent"]
    text: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class Called:
    """The model asked for a tool. `arguments` are a mapping, or a text for a tool that takes free text."""

    id: str
    name: str
    arguments: Mapping[str, Any] | str


@dataclass(frozen=True)
class Returned:
    """What a tool gave back."""

    id: str
    text: str
    images: tuple[Image, ...] = ()


Entry = Said | Called | Returned


@dataclass(frozen=True)
class Tool:
    """A tool of the request. One with no `schema` takes free text. One with `inside` is called by JavaScript that is
    given to the tool of that name."""

    name: str
    description: str = ""
    schema: Mapping[str, Any] | None = None
    inside: str | None = None
    namespace: str | None = None

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (self.schema or {}).get("properties") or {}
        return found

    @property
    def required(self) -> tuple[str, ...]:
        return tuple((self.schema or {}).get("required") or ())


@dataclass(frozen=True)
class Round:
    """The calls of one answer of the model, with what came back for each (by the call's id)."""

    calls: tuple[Called, ...]
    results: Mapping[str, str]


@dataclass(frozen=True)
class Request:
    """One request for the model's next answer."""

    entries: tuple[Entry, ...]
    tools: tuple[Tool, ...] = ()
    system: str = ""
    model: str = ""
    streams: bool = True
    answer_schema: Mapping[str, Any] | None = None
    """Set when the answer has to be JSON of this schema."""
    forced_tool: str | None = None
    """Set when the answer has to be a call of this tool."""
    size: int = 0
    """Bytes of the request, for the counts that stand in for tokens."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only the API's own module needs for its answer."""

    @property
    def is_aside(self) -> bool:
        """A request beside the conversation, for a title or a judgement: it offers no tools, or leaves no choice."""
        return not self.tools or self.answer_schema is not None or self.forced_tool is not None

    def prompts(self) -> tuple[Said, ...]:
        """The user's own words, joined where nothing of the model came between, without what the agent added."""
        found: list[Said] = []
        is_open = False
        for place, entry in enumerate(self.entries):
            if self._is_prompt(place) and isinstance(entry, Said):
                last = found.pop() if is_open else Said("user", "")
                text = f"{last.text}\n{own_words(entry.text)}".strip()
                found.append(Said("user", text, last.images + entry.images))
                is_open = True
            elif isinstance(entry, Called) or (isinstance(entry, Said) and entry.by == "model"):
                is_open = False
        return tuple(found)

    def folder(self) -> str | None:
        """The folder that the agent says it works in."""
        texts = (self.system, *(entry.text for entry in self.entries if isinstance(entry, Said)))
        found = next(filter(None, map(FOLDER.search, texts)), None)
        return found[1].strip() if found else None

    def rounds(self) -> tuple[Round, ...]:
        """The rounds of tools since the last prompt, in order."""
        return tuple(self._rounds())

    def _is_prompt(self, place: int) -> bool:
        """Whether the entry is the user's. What follows a tool's result is the agent's own, unless it has a marker."""
        entry = self.entries[place]
        if not isinstance(entry, Said) or entry.by != "user":
            return False
        before = self.entries[place - 1] if place else None
        if isinstance(before, Returned) and marker(entry.text) is None:
            return False
        return bool(entry.images or own_words(entry.text))

    def _since_prompt(self) -> tuple[Entry, ...]:
        last = max((place for place in range(len(self.entries)) if self._is_prompt(place)), default=-1)
        return self.entries[last + 1 :]

    def _rounds(self) -> Iterator[Round]:
        calls: list[Called] = []
        results: dict[str, str] = {}
        for entry in self._since_prompt():
            if isinstance(entry, Called):
                if results:
                    yield Round(tuple(calls), results)
                    calls, results = [], {}
                calls.append(entry)
            elif isinstance(entry, Returned):
                results[entry.id] = entry.text
        if calls and results:
            yield Round(tuple(calls), results)


def own_words(text: str) -> str:
    """The text without what stands in tags."""
    return REMINDER.sub("", text).strip()


def marker(text: str) -> tuple[str, str] | None:
    """The last scenario that the text names, with its argument."""
    found = MARKER.findall(text)
    return found[-1] if found else None
