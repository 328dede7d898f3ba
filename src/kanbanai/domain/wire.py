"""Events as bytes. An event is encoded once, here; log, broker and sockets share what comes out."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from kanbanai.domain.events import Event

_encoder = msgspec.json.Encoder()
CLASSES: dict[str, type[Any]] = {cls.kind: cls for cls in get_args(Event)}
"""Every event class by its kind."""
_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(cls) for kind, cls in CLASSES.items()
}

encode = _encoder.encode
"""Any value of the domain as one line of JSON, in UTF-8."""


def decode(kind: str, body: bytes) -> Event:
    """The event that `encode` made `body` from.

    Raises msgspec.ValidationError when the body is not one of that kind, KeyError when no such kind exists: a log
    written by a newer version. Both mean that the reader must not go on.
    """
    event: Event = _decoders[kind].decode(body)
    return event
