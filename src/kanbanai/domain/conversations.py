"""What was said and done in an attempt, item by item."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kanbanai.domain.cards import Image
from kanbanai.domain.ids import ItemId
from kanbanai.domain.times import Timestamp

TextFormat = Literal["markdown", "plaintext"]


class _Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", tag_field="type"):
    id: ItemId
    timestamp: Timestamp


class Message(_Item, tag="message", frozen=True, kw_only=True):
    """Something said by a person, the agent or the system. `profileId` names the profile the agent ran with.

    `moreImages`: how many images it has beside `images`. The stream leaves out those that are large; the conversation,
    asked for, has them all.
    """

    role: Literal["user", "assistant", "system"]
    text: str
    format: TextFormat
    profile_id: str | None
    images: tuple[Image, ...] = ()
    more_images: int = 0


class Thinking(_Item, tag="thinking", frozen=True, kw_only=True):
    """What the agent thought before it acted."""

    title: str | None = None
    text: str
    format: TextFormat


class ToolUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A call of one of the agent's tools and what came of it. `durationMs` in milliseconds.

    `action` is what kind of thing it does: `exec` a command, `apply_patch` to files, `read`, `search`, `fetch`,
    `think`, `mcp_tool_call`, or `other`. `metadata` may have `changes`, a list of `{path, kind, diff}` with unified
    diffs, `title`, and `outputBytes`: how much was printed in all, where `stdout` shows only its end.
    """

    name: str
    action: str
    command: str | None = None
    cwd: str | None = None
    status: Literal["created", "running", "succeeded", "failed", "cancelled"]
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    duration_ms: int | None = None
    exit_code: int | None = None
    stdout: str | None = None
    stderr: str | None = None
    metadata: dict[str, Any] | None = None


class ToolCall(_Item, tag="tool", frozen=True, kw_only=True):
    """A tool call."""

    tool: ToolUse


class Failure(_Item, tag="error", frozen=True, kw_only=True):
    """Something that went wrong, in words for a person."""

    text: str
    details: str | None = None


class Automation(_Item, tag="automation", frozen=True, kw_only=True):
    """A run of one of the project's scripts. `durationMs` in milliseconds."""

    stage: Literal["copy_files", "setup", "dev", "cleanup"]
    command: str
    cwd: str
    status: Literal["running", "succeeded", "failed"]
    allowed_failure: bool = False
    started_at: Timestamp
    completed_at: Timestamp | None
    duration_ms: int | None
    exit_code: int | None
    stdout: str | None
    stderr: str | None
    metadata: dict[str, Any] | None = None


ConversationItem = Message | Thinking | ToolCall | Failure | Automation

MAX_TOLD_IMAGES = 256 * 1024
"""Characters of images (base64) in one event. Five pictures of 10 MB would be 70 MB for every viewer, and more than a
channel remembers for those who come back."""


def told(item: ConversationItem) -> ConversationItem:
    """The item as the stream tells it: without images that are too large for everybody to be sent unasked."""
    if not isinstance(item, Message) or sum(len(image.data) for image in item.images) <= MAX_TOLD_IMAGES:
        return item
    return msgspec.structs.replace(item, images=(), more_images=len(item.images))


def closed(item: ConversationItem, now: Timestamp) -> ConversationItem | None:
    """The item as its end is recorded when nobody is left to tell it; None: it is not open."""
    if isinstance(item, ToolCall) and item.tool.status in {"created", "running"}:
        tool = msgspec.structs.replace(item.tool, status="cancelled", completed_at=now)
        return msgspec.structs.replace(item, tool=tool)
    if isinstance(item, Automation) and item.status == "running":
        return msgspec.structs.replace(item, status="failed", completed_at=now)
    return None
