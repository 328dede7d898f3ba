"""Texts that people type into a field: trimmed, within a limit, on one line where only one is meant."""

from __future__ import annotations

import unicodedata

from kanbanai.domain.errors import Invalid, OverLimit


def optional_line(field: str, text: str | None, limit: int) -> str | None:
    """`text` as one line of at most `limit` characters; blank is none.

    Raises Invalid for a text that is longer or has a line break or another control character.
    """
    if text is None or not (line := text.strip()):
        return None
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in line):
        raise Invalid.field(field, "must be one line without control characters")
    return within(field, line, limit)


def line(field: str, text: str, limit: int) -> str:
    """`text` as one line of 1 to `limit` characters. Raises Invalid as `optional_line` does, and for a blank one."""
    found = optional_line(field, text, limit)
    if found is None:
        raise Invalid.field(field, "must not be blank")
    return found


def optional_text(field: str, text: str | None, limit: int) -> str | None:
    """`text`, trimmed, of at most `limit` characters; blank is none. Raises Invalid."""
    if text is None or not (trimmed := text.strip()):
        return None
    return within(field, trimmed, limit)


def within(field: str, text: str, limit: int) -> str:
    """`text` as it is. Raises Invalid when it has more than `limit` characters."""
    if len(text) > limit:
        raise OverLimit.field(field, f"is {len(text)} characters long; the limit is {limit}")
    return text
