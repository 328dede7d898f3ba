"""Reading what came from outside: JSON in which anything may be missing, or something else than it should be. Pure."""

from __future__ import annotations

import json
from typing import Any

MOST = 1e15
"""No number of money or time comes near it."""
MAX_DETAILS = 4_000
"""Characters of a raw message that are shown with a notice; the transcript has it whole."""


def mapping(value: Any) -> dict[str, Any]:
    """The object; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The array; an empty one where there is none."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """The text, if it is one and has anything in it."""
    return value if isinstance(value, str) and value else None


def whole(value: Any) -> int | None:
    """The whole number, from 0 to 2^53 (what JSON's readers agree on)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1 << 53 else None


def exit_code(value: Any) -> int | None:
    """A program's exit code; negative where a signal ended it."""
    small = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 31
    return value if small else None


def amount(value: Any) -> float | None:
    """A number that is none below zero, no infinity and not NaN."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < MOST else None


def at(value: Any, *path: str) -> Any:
    """What stands at the end of a path of keys; None where it breaks off."""
    for key in path:
        value = mapping(value).get(key)
    return value


def shown(message: Any) -> str:
    """A raw message as JSON, cut."""
    try:
        whole_text = json.dumps(message, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError):
        whole_text = repr(message)
    return whole_text if len(whole_text) <= MAX_DETAILS else f"{whole_text[:MAX_DETAILS]}…"


def block_text(block: Any) -> str:
    """What a content block says, as Markdown; what is no text is named."""
    block = mapping(block)
    match block.get("type"):
        case "text":
            return text(block.get("text")) or ""
        case "resource_link":
            uri = text(block.get("uri")) or ""
            return f"[{text(block.get('title')) or text(block.get('name')) or uri}]({uri})"
        case "resource":
            inner = mapping(block.get("resource"))
            return text(inner.get("text")) or f"({text(inner.get('uri')) or 'a resource'})"
        case "image" | "audio" as kind:
            return f"({kind}: {text(block.get('mimeType')) or 'of an unknown type'})"
        case _:
            return f"({shown(block)})" if block else ""
