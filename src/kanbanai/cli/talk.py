"""A conversation in lines for people: who said what, what was done and how it ended."""

from __future__ import annotations

from kanbanai.cli.output import plain
from kanbanai.domain.conversations import Automation, ConversationItem, Failure, Message, Thinking, ToolCall

_INDENT = "    "
_TAIL = 20
"""Lines shown of what a script or a command printed; the whole of it is in the conversation's item."""


def lines(item: ConversationItem) -> list[str]:
    """The item in lines, safe to print. Empty for one that has nothing to show yet."""
    match item:
        case Message():
            who = {"user": "you", "assistant": "agent", "system": "note"}[item.role]
            images = [f"[{len(item.images)} images]"] if item.images else []
            return _said(who, [*item.text.splitlines(), *images])
        case Thinking():
            return _said("thinking", item.text.splitlines())
        case ToolCall(tool=tool):
            what = tool.command or (tool.metadata or {}).get("title") or tool.name
            head = f"{tool.action}: {what}"
            return [
                *_done(head, tool.status, tool.exit_code, tool.duration_ms),
                *_printed(tool.stdout, tool.stderr),
            ]
        case Automation():
            return [
                *_done(f"{item.stage} script", item.status, item.exit_code, item.duration_ms),
                *(_printed(item.stdout, item.stderr) if item.status != "running" else []),
            ]
        case Failure():
            return _said("error", [*item.text.splitlines(), *(item.details or "").splitlines()])


def _said(who: str, said: list[str]) -> list[str]:
    return [f"{who}: {plain(said[0])}", *(_INDENT + plain(line) for line in said[1:])] if said else []


def _done(what: str, status: str, exit_code: int | None, duration_ms: int | None) -> list[str]:
    code = f" with code {exit_code}" if exit_code else ""
    time = f" in {duration_ms / 1000:.1f} s" if duration_ms is not None else ""
    return [f"{plain(what)}: {status}{code}{time}"]


def _printed(*texts: str | None) -> list[str]:
    """The ends of what was printed."""
    shown = []
    for text in texts:
        printed = (text or "").splitlines()
        if len(printed) > _TAIL:
            shown.append(f"{_INDENT}… ({len(printed) - _TAIL} lines before)")
        shown += [_INDENT + plain(line) for line in printed[-_TAIL:]]
    return shown
