"""Ticket keys, `WC-17`: a project's prefix and a number that is never used twice."""

from __future__ import annotations

import re

from kanbanai.domain.errors import Invalid

MAX_PREFIX = 6
FALLBACK_PREFIX = "PRJ"
"""For a project whose name has no letter or digit of A-Z and 0-9."""

_PREFIX = re.compile(rf"[A-Za-z0-9]{{1,{MAX_PREFIX}}}")
_KEY = re.compile(rf"[A-Z0-9]{{1,{MAX_PREFIX}}}-([1-9][0-9]{{0,14}})")
"""A number of at most 15 digits, so that the one after it is still a whole number to every JSON reader."""


def default_prefix(name: str) -> str:
    """The initials of a project's name: `Wire capture` gives `WC`."""
    words = re.sub(r"[^A-Z0-9]+", " ", name.upper()).split()
    return "".join(word[0] for word in words)[:MAX_PREFIX] or FALLBACK_PREFIX


def ticket_prefix(text: str) -> str:
    """`text` as a prefix, in capitals. Raises Invalid unless it is one to six letters or digits."""
    prefix = text.strip()
    if not _PREFIX.fullmatch(prefix):
        raise Invalid.field("ticketPrefix", f"must be 1 to {MAX_PREFIX} of A-Z and 0-9, not {text!r}")
    return prefix.upper()


def ticket_key(prefix: str, number: int) -> str:
    """The key of the card that takes `number`."""
    return f"{prefix}-{number}"


def ticket_number(key: str) -> int:
    """The number in a key. Raises Invalid for a text that is no key."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise Invalid.field("ticketKey", f"must be like WC-17, not {key!r}")
    return int(match[1])
