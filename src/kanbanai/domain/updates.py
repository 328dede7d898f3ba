"""What an agent says while it works, in our own words: what a driver makes of its agent's protocol.

Things have keys that the driver chooses, unique within one session; whoever records them gives them ids. A later update
with the same key replaces what the earlier one said (`Tool`) or adds to it (`Piece`).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kanbanai.domain.agents import Agent
from kanbanai.domain.attempts import LogLevel, Todos
from kanbanai.domain.cards import Image
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.usage import Usage


class Piece(msgspec.Struct, frozen=True):
    """Text as it is written: it belongs to the end of the message or thought `key`."""

    key: str
    of: Literal["message", "thinking"]
    text: str


class Settled(msgspec.Struct, frozen=True):
    """The text of `key` is whole now."""

    key: str


class Tool(msgspec.Struct, frozen=True):
    """A tool call as it stands now, whole. `output`: everything it printed, where that is more than `tool` shows."""

    key: str
    tool: ToolUse
    output: str | None = None


class Plan(msgspec.Struct, frozen=True):
    """The agent's plan as it stands now, whole."""

    todos: Todos


class Spent(msgspec.Struct, frozen=True):
    """What this session has used so far, as far as the agent tells."""

    usage: Usage


class Notice(msgspec.Struct, frozen=True):
    """Something a person may want to know that is none of the above: a retry, an unknown kind of update, a warning.

    `details` is the raw message, cut.
    """

    level: LogLevel
    text: str
    details: str | None = None


Update = Piece | Settled | Tool | Plan | Spent | Notice


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """The agent wants a permission. `key` is that of the tool call it is for (which may be new with this)."""

    key: str
    title: str
    tool: ToolUse
    options: tuple[PermissionOption, ...]


class TurnEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How a turn ended. `failure`: a sentence for a person (then `reason` is `failed`)."""

    reason: Literal["done", "cancelled", "refused", "limit", "failed"]
    failure: str | None = None
    details: str | None = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent is told."""

    text: str
    images: tuple[Image, ...] = ()


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent is to be started.

    `mark` names the run: every process that comes of it carries it. `config` are the profile's settings. `session_id`:
    take this session up again if the agent can. `transcript`: the file that every raw message is appended to.
    """

    agent: Agent
    mark: str
    cwd: str
    config: dict[str, Any]
    session_id: str | None
    transcript: str
