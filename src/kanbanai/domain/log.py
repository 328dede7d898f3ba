"""One entry of the event log."""

from __future__ import annotations

from kanbanai.domain import wire
from kanbanai.domain.channels import Channel
from kanbanai.domain.events import Event
from kanbanai.domain.times import Timestamp


class Entry:
    """An event where it stands: its channel, its place there, when and by whom. `body` is the event as JSON.

    An entry read from the store decodes its event when it is first asked for; one fresh from a use case has it already.
    """

    __slots__ = ("_event", "actor", "at", "body", "channel", "kind", "seq")

    def __init__(
        self,
        channel: Channel,
        seq: int,
        kind: str,
        body: bytes,
        at: Timestamp,
        actor: str,
        event: Event | None = None,
    ) -> None:
        self.channel = channel
        self.seq = seq
        self.kind = kind
        self.body = body
        self.at = at
        self.actor = actor
        self._event = event

    @property
    def event(self) -> Event:
        """The event itself. Raises as `wire.decode` does."""
        if self._event is None:
            self._event = wire.decode(self.kind, self.body)
        return self._event

    def __repr__(self) -> str:
        return f"Entry({self.channel} {self.seq} {self.kind})"
