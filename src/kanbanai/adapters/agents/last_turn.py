"""What an agent said in the turn that its transcript ends with: for a server that was killed before it had recorded it.

The transcript is written line by line before anything is made of a message, so that it has all that was heard. The same
translation as ever makes updates of it.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from acp.meta import AGENT_METHODS, CLIENT_METHODS

from kanbanai.adapters.agents import values
from kanbanai.adapters.agents.translate import Translation
from kanbanai.adapters.agents.wire import Json
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Settled, Update

TAIL = 16 << 20
"""Bytes of a transcript that are read, its last ones: more than an hour of the fastest writer known, of which only what
was said since the last tool was not recorded."""


class _Line(msgspec.Struct, frozen=True):
    """A line of a transcript, see `kanbanai.adapters.agents.transcript`."""

    at: Timestamp
    sender: str = msgspec.field(name="from")
    message: Json | str | list[object] | int | float | bool | None = None


_LINE = msgspec.json.Decoder(_Line)


def last_turn(transcript: Path, *, tail: int = TAIL) -> list[tuple[Timestamp, Update]]:
    """The updates of the last turn, each with the time when it was heard. A transcript that is not there has none.

    Where the turn began before the last `tail` bytes, it is told from the first text on that is whole. Raises OSError.
    """
    try:
        lines, is_whole = _lines(transcript, tail)
    except FileNotFoundError:
        return []
    prompts = [number for number, line in enumerate(lines) if _is_prompt(line)]
    if prompts:
        told = _told(lines[prompts[-1] :])
    else:
        told = _told(lines)
        if not is_whole:
            began = next((i for i, (_, one) in enumerate(told) if isinstance(one, Settled)), len(told))
            told = told[began + 1 :]
    return told


def _lines(transcript: Path, tail: int) -> tuple[list[_Line], bool]:
    """The lines at the end, and whether there were no others. What the kill cut off is no line."""
    with transcript.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - tail))
        raw = file.read(tail).split(b"\n")
    is_whole = size <= tail
    found = (_decoded(line) for line in (raw if is_whole else raw[1:]))
    return [line for line in found if line is not None], is_whole


def _decoded(raw: bytes) -> _Line | None:
    try:
        return _LINE.decode(raw)
    except msgspec.DecodeError:
        return None


def _is_prompt(line: _Line) -> bool:
    return line.sender == "client" and values.at(line.message, "method") == AGENT_METHODS["session_prompt"]


def _told(lines: list[_Line]) -> list[tuple[Timestamp, Update]]:
    """What the lines say, of the session that was prompted; without a prompt, of all."""
    translation = Translation()
    session = values.at(lines[0].message, "params", "sessionId") if lines and _is_prompt(lines[0]) else None
    told: list[tuple[Timestamp, Update]] = []
    for line in lines:
        method, params = values.at(line.message, "method"), values.at(line.message, "params")
        if line.sender != "agent" or (session is not None and values.at(params, "sessionId") != session):
            continue
        if method == CLIENT_METHODS["session_update"]:
            updates = translation.update(params, line.at)
        elif method == CLIENT_METHODS["session_request_permission"]:
            updates, _ = translation.ask(params, line.at)
        else:
            continue
        told += [(line.at, one) for one in updates]
    return told
