"""An agent's plan, wherever it tells it: in a `plan`, in the input of its tool for todos, in a title. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kanbanai.adapters.agents import values
from kanbanai.domain.attempts import Todo, Todos

MAX_TODOS = 200
MAX_TEXT = 2_000
_DONE = frozenset({"completed", "complete", "done", "cancelled", "canceled"})
"""What an entry's status may be when nothing is left to do about it."""
_TEXT_KEYS = ("content", "text", "title", "description", "step")
_COUNTED = re.compile(r"^Set (\d{1,3}) todo\(s\)$")


def of_entries(entries: Any) -> Todos:
    """The plan of an ACP `plan`, or of a list of todos by any of the spellings that agents have."""
    lines = [(found, one) for one in values.sequence(entries)[:MAX_TODOS] if (found := _line(one))]
    return Todos.of(
        tuple(
            Todo(id=str(number), text=line[:MAX_TEXT], status="done" if _is_done(one) else "open")
            for number, (line, one) in enumerate(lines, start=1)
        )
    )


def of_call(update: Mapping[str, Any]) -> Todos | None:
    """The plan that a tool call sets; None: it sets none.

    Gemini tells over ACP only how many todos it has, not which: they are numbered then.
    """
    todos = values.at(update, "rawInput", "todos")
    if isinstance(todos, list):
        return of_entries(todos)
    counted = _COUNTED.match(values.text(update.get("title")) or "")
    if counted is None:
        return None
    number = min(int(counted[1]), MAX_TODOS)
    return Todos.of(tuple(Todo(id=str(n), text=f"Todo {n}", status="open") for n in range(1, number + 1)))


def _line(entry: Any) -> str | None:
    if isinstance(entry, str):
        return entry.strip() or None
    return next((found for key in _TEXT_KEYS if (found := values.text(values.at(entry, key)))), None)


def _is_done(entry: Any) -> bool:
    return str(values.at(entry, "status")).lower() in _DONE or values.at(entry, "done") is True
