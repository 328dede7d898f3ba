"""Who acts. Every event in the log names its actor."""

from __future__ import annotations

from typing import Literal

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """A user, an agent or the system itself. Written in the log as `kind:id`."""

    kind: Literal["user", "agent", "system"]
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


LOCAL_USER = Actor("user", "local")
"""The person at the keyboard of a server that listens on loopback only and therefore asks for no login."""

SYSTEM = Actor("system", "kanbanai")
"""The server itself: migrations, housekeeping, reactions."""
