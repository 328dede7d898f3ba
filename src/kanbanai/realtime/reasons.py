"""Why a stream ends. A closed set, so that a client can act on the code alone."""

from __future__ import annotations

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """`code` is stable and goes out in the last frame, `sentence` is for people.

    `reconnect` says whether to come back.
    """

    code: str
    sentence: str
    reconnect: bool


SLOW = Reason(
    "slow", "The reader did not keep up; come back with the last id and nothing is lost.", reconnect=True
)
SHUTDOWN = Reason("shutdown", "The server is going down or restarting.", reconnect=True)
RESYNC = Reason(
    "resync", "The server had to read the channel anew; come back with the last id.", reconnect=True
)
GONE = Reason("gone", "The project was deleted.", reconnect=False)
DENIED = Reason("denied", "The reader may not watch this channel any more.", reconnect=False)

REASONS = (SLOW, SHUTDOWN, RESYNC, GONE, DENIED)
"""All there are."""
