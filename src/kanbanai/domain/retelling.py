"""A conversation told again, for an agent that has lost it, since it cannot take its session up again."""

from __future__ import annotations

from collections.abc import Sequence

from kanbanai.domain.conversations import ConversationItem, Failure, Message, ToolCall

MAX_CHARACTERS = 60_000
"""Of what is told again: some 15,000 tokens, which leaves most of any model's window to the work itself."""
MAX_ITEM = 4_000
"""Characters of one message; the end of a long one says less than the messages after it."""
MAX_COMMAND = 300
"""Characters of a command."""

_OPENING = (
    "You worked on this before, in this same folder, and what you wrote is there. You have lost the conversation; "
    "this is what was said and done, the oldest first:"
)
_SHORTENED = "[… what came before is left out …]"
_NOW = "This is what you are asked now:"


def retold(conversation: Sequence[ConversationItem], prompt: str) -> str:
    """`prompt` behind what was said and done so far, the end of it where it is long. Thoughts are left out."""
    lines: list[str] = []
    left = MAX_CHARACTERS
    for item in reversed(conversation):
        line = _line(item)
        if line is None:
            continue
        left -= len(line)
        if left < 0:
            lines.append(_SHORTENED)
            break
        lines.append(line)
    if not lines:
        return prompt
    return "\n\n".join((_OPENING, *reversed(lines), _NOW, prompt))


def _line(item: ConversationItem) -> str | None:
    match item:
        case Message(role="user", text=text):
            return f"Person: {_cut(text, MAX_ITEM)}"
        case Message(role="assistant", text=text):
            return f"You: {_cut(text, MAX_ITEM)}"
        case ToolCall(tool=tool):
            what = tool.command or (tool.metadata or {}).get("title") or tool.name
            return f"You used {tool.name} ({tool.status}): {_cut(str(what), MAX_COMMAND)}"
        case Failure(text=text):
            return f"Error: {_cut(text, MAX_COMMAND)}"
        case _:
            return None


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + " […]"
