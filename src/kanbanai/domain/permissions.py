"""What an agent asks before it does something, as a thing that lasts: asked, answered by anybody, or expired."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.ids import AttemptId, ItemId, PermissionId
from kanbanai.domain.times import Timestamp

OptionKind = Literal["allow_once", "allow_always", "reject_once", "reject_always"]
PermissionStatus = Literal["pending", "allowed", "rejected", "expired", "cancelled"]
"""`expired`: nobody answered in time; `cancelled`: the turn ended first. Both reject what was asked."""
Decision = Literal["allow", "allow_always", "reject", "reject_always"]
Mode = Literal["ask", "edit", "full", "plan"]
"""What an agent may do unasked: nothing, read and edit files, everything, or read and nothing else ever."""

MAX_MINUTES = 10_080
"""How long a request may wait for a person before it expires: a week."""
READS = frozenset({"read", "search", "think"})
"""Actions that change nothing and tell nobody. Fetching is none of them: an address can carry secrets away."""

KIND_OF: dict[Decision, OptionKind] = {
    "allow": "allow_once",
    "allow_always": "allow_always",
    "reject": "reject_once",
    "reject_always": "reject_always",
}
FALLBACK: dict[OptionKind, OptionKind] = {
    "allow_once": "allow_always",
    "allow_always": "allow_once",
    "reject_once": "reject_always",
    "reject_always": "reject_once",
}
"""What stands in where an agent does not offer a kind. Never across: who rejects has not allowed."""


class PermissionOption(msgspec.Struct, frozen=True):
    """One of the answers that the agent offers. `id` is the agent's own word and differs from agent to agent."""

    id: str
    kind: OptionKind
    label: str


class Permission(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A permission request. `itemId` is the tool call that waits for it; `tool` says what would be done.

    `expiresAt` null: it waits for as long as the agent does. `answeredBy` is the actor, null unless somebody answered.
    """

    id: PermissionId
    attempt_id: AttemptId
    item_id: ItemId | None
    title: str
    tool: ToolUse
    options: tuple[PermissionOption, ...]
    status: PermissionStatus
    option_id: str | None
    requested_at: Timestamp
    expires_at: Timestamp | None
    answered_at: Timestamp | None
    answered_by: str | None


def option_for(options: tuple[PermissionOption, ...], decision: Decision) -> PermissionOption | None:
    """The option that a decision means, by its kind; None: the agent offers nothing of the sort."""
    kind = KIND_OF[decision]
    for wanted in (kind, FALLBACK[kind]):
        for option in options:
            if option.kind == wanted:
                return option
    return None


def automatic(mode: Mode, action: str) -> Decision | None:
    """What the mode of a profile says to a request for this action (`ToolUse.action`); None: a person is asked."""
    if mode == "full" or (mode in {"edit", "plan"} and action in READS):
        return "allow"
    if mode == "plan":
        return "reject"
    return "allow" if mode == "edit" and action == "apply_patch" else None


def minutes_to_wait(config: dict[str, Any], otherwise: int | None) -> float | None:
    """How many minutes a request waits before it expires, by a profile's settings; None: for as long as the agent.

    A profile that says 0 means that; one that says nothing, or nothing that can be, leaves it to `otherwise`.
    """
    own = config.get("permissionMinutes")
    if isinstance(own, bool) or not isinstance(own, int | float) or not 0 <= own <= MAX_MINUTES:
        return otherwise
    return own or None
