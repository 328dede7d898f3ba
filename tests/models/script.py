"""The language in which scenarios say what the model does. It knows neither an API nor the name of any tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["pending", "in_progress", "completed"]


@dataclass(frozen=True)
class Think:
    """Thinks aloud, where the API has a place for that."""

    text: str


@dataclass(frozen=True)
class Say:
    """Says a text: at once, or word by word with `pace` seconds after each."""

    text: str
    pace: float = 0

    def words(self) -> list[str]:
        """The pieces that are sent one by one."""
        return [f"{word} " for word in self.text.split(" ")] if self.pace else [self.text]


@dataclass(frozen=True)
class Read:
    """Reads a file of the folder the agent works in."""

    path: str


@dataclass(frozen=True)
class Write:
    """Writes a whole file."""

    path: str
    text: str


@dataclass(frozen=True)
class Edit:
    """Replaces one line of a file by another."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Run:
    """Runs a command in the agent's shell."""

    command: str


@dataclass(frozen=True)
class Plan:
    """Sets the list of todos: each a text and its status."""

    entries: tuple[tuple[str, Status], ...]


@dataclass(frozen=True)
class Wait:
    """Says nothing more, and keeps the connection until the agent leaves it."""


@dataclass(frozen=True)
class Cut:
    """Breaks off where it is. `in_order` ends the answer as HTTP wants it, too early; else the connection breaks."""

    in_order: bool = False


@dataclass(frozen=True)
class Refuse:
    """Answers with an error instead of a stream."""

    status: int
    message: str


Action = Read | Write | Edit | Run | Plan
Part = Think | Say | Action | Wait | Cut

Parts = tuple[Part, ...]
Reply = Parts | Refuse
"""One answer of the model. With an action in it, the agent acts and asks again; without, the turn is over."""
