"""Reading an agent's answer that was to be a title and a text, in whatever wrapping it comes. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from kanbanai.domain.cards import MAX_TITLE

_TITLE = re.compile(r"#\s+(?P<title>\S.*?)\s*#*\s*")
_HEADING = re.compile(r"#{2,3}\s+(?P<title>\S.*?)\s*#*\s*")
_LABELLED = re.compile(r"[*_#>\s]*title[*_\s]*:[*_\s]*(?P<title>\S.*?)[*_\s]*", re.IGNORECASE)
_LABEL_OF_BODY = re.compile(
    r"[*_#>\s]*(?:description|body|summary)[*_\s]*:[*_\s]*(?P<rest>.*)", re.IGNORECASE
)
_FENCE = re.compile(r"\s{0,3}(?P<marks>`{3,}|~{3,})\s*(?P<word>[\w+-]*)\s*")
_MARKDOWN = frozenset({"", "md", "markdown", "text", "txt"})
_QUOTES = "\"'`*_ \t“”„«»"


class Headed(NamedTuple):
    """A title of one line, and the text below it (perhaps empty)."""

    title: str
    text: str


def headed(messages: Sequence[str]) -> Headed | None:
    """The title and the text that an agent answered with; None: it did not answer so.

    The last message that has both counts: those before it tell what the agent is about to do. Fences around the
    answer, words before it, and answers as JSON or with labels are understood.
    """
    for message in reversed(messages):
        found = _read(message)
        if found is not None:
            return found
    return _read("\n\n".join(messages))


def _read(message: str) -> Headed | None:
    lines = message.strip().splitlines()
    return _json(message) or _markdown(lines, _TITLE) or _markdown(lines, _HEADING)


def _markdown(lines: list[str], heading: re.Pattern[str]) -> Headed | None:
    """The first heading that stands outside of fences, or right below one that is opened around the whole answer."""
    fence: str | None = None
    may_begin = True
    for number, line in enumerate(lines):
        if mark := _FENCE.fullmatch(line):
            fence = mark["marks"] if fence is None else None
            may_begin = fence is None or mark["word"].lower() in _MARKDOWN
        elif may_begin and (match := heading.fullmatch(line)):
            return _headed(match["title"], lines[number + 1 :], fence)
        elif may_begin and (match := _LABELLED.fullmatch(line)):
            return _headed(match["title"], _unlabelled(lines[number + 1 :]), fence)
        elif line.strip() and fence is not None:
            may_begin = False  # a block of code, which may well have such lines
    return None


def _headed(title: str, below: list[str], fence: str | None) -> Headed | None:
    """`fence`: the marks that were opened right above the title, and are closed at its text's end."""
    if fence is not None:
        ends = [number for number, line in enumerate(below) if line.strip() == fence]
        below = below[: ends[-1]] if ends else below
    plain = title.strip(_QUOTES)[:MAX_TITLE].strip()
    return Headed(plain, "\n".join(below).strip()) if plain else None


def _unlabelled(below: list[str]) -> list[str]:
    for number, line in enumerate(below):
        if line.strip():
            match = _LABEL_OF_BODY.fullmatch(line)
            return below if match is None else [match["rest"], *below[number + 1 :]]
    return below


def _json(message: str) -> Headed | None:
    begin, end = message.find("{"), message.rfind("}")
    if begin < 0 or "#" in message[:begin]:
        return None
    try:
        found = json.loads(message[begin : end + 1])
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("title"), str):
        return None
    text = next((found[name] for name in ("description", "body") if isinstance(found.get(name), str)), "")
    return _headed(found["title"].partition("\n")[0], text.splitlines(), None)
