"""One tool call, put together from all that the agent tells of it, and told as a whole. Pure."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from typing import Any, Literal

from kanbanai.adapters.agents import diffs, values
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.times import Timestamp, seconds_between
from kanbanai.domain.updates import Tool

Status = Literal["created", "running", "succeeded", "failed", "cancelled"]

SHOWN = 32_768
"""Characters of output that a finished call shows: its end, as much as scripts show. The rest is kept on disk."""
SHOWN_RUNNING = 8_192
"""The same while it runs and is told again with every line: two screens."""
KEPT = 64 << 20
"""Characters of output that are kept of one call; beyond it the end is missing and `metadata.outputCut` says so."""
MAX_NAME = 200
MAX_PATHS = 20
"""Places that a call names and that are shown."""
MAX_COMMAND = 20_000
"""Characters of a command: some agents write a whole file with one."""

_ACTIONS: Mapping[str, str] = {
    "read": "read",
    "edit": "apply_patch",
    "delete": "apply_patch",
    "move": "apply_patch",
    "search": "search",
    "execute": "exec",
    "think": "think",
    "fetch": "fetch",
}
_STATUS: Mapping[str, Status] = {
    "pending": "created",
    "in_progress": "running",
    "completed": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
_OVER: frozenset[Status] = frozenset({"succeeded", "failed", "cancelled"})
_MERGED = frozenset({"rawInput", "_meta"})
Change = tuple[str, str | None, str | None]
"""A file's path, what was in it (None: there was none), what is in it."""
_COMMAND_KEYS = ("command", "cmd", "script")
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "/bin/bash", "/bin/sh", "/bin/zsh", "/usr/bin/bash"})


class Call:
    """A tool call of one turn.

    Fields that an update leaves out stay as they were. `key` is the agent's id for it, made unique by whoever keeps it.
    """

    def __init__(self, key: str, now: Timestamp, *, folder: str = "") -> None:
        self.key = key
        self.status: Status = "created"
        self._folder = folder
        self._fields: dict[str, Any] = {}
        self._begun: Timestamp | None = now
        self._ended: Timestamp | None = None
        self._first_title: str | None = None
        self._changes: list[Change] = []
        self._terminal = Terminal()
        self._exit_code: int | None = None
        self._is_stopped = False

    @property
    def is_over(self) -> bool:
        return self.status in _OVER

    @property
    def is_plumbing(self) -> bool:
        """Whether it is about nothing but the agent's own tools: Claude looks them up before it uses the rarer ones."""
        name = values.at(self._fields.get("_meta"), "claudeCode", "toolName")
        return name == "ToolSearch" and self.status != "failed"

    def take(self, fields: Mapping[str, Any], now: Timestamp) -> None:
        """Learns what an update says of it."""
        for name, value in fields.items():
            if value is None:
                continue
            before = self._fields.get(name)
            # A permission request repeats a part of the input; what was known beside it stays.
            merged = name in _MERGED and isinstance(before, dict) and isinstance(value, dict)
            self._fields[name] = values.mapping(before) | value if merged else value
        self._first_title = self._first_title or values.text(fields.get("title"))
        self._changes = _diffs(fields.get("content")) or self._changes
        self._stream(values.mapping(fields.get("_meta")))
        status = _STATUS.get(str(fields.get("status")))
        if status is None or status == self.status or (status == "created" and self.status == "running"):
            return
        if self._is_stopped and self.is_over:
            return  # an agent that dies may tell of it again, and in other words
        self.status = status
        self._ended = now if status in _OVER else None
        if status == "failed" and isinstance(fields.get("content"), list):
            self._changes = _diffs(fields["content"])  # what it says now is all that came of it
        if self._is_stopped and self._is_cut_off():
            self.status = "cancelled"

    def close(self, status: Status, now: Timestamp) -> None:
        """Ends it, because its turn has ended and the agent did not say how it went on."""
        self.status = status
        self._ended = now

    def stop(self) -> None:
        """Its turn is being stopped. If it is at work, the first end that is told of it counts, see `_is_cut_off`."""
        self._is_stopped = not self.is_over

    def _is_cut_off(self) -> bool:
        """Whether it ended because it was stopped: always, unless it says that it was done.

        Claude and Codex call it failed; OpenCode and Gemini call a command completed that they have ended, with the
        exit code of the signal or with none.
        """
        killed = self.status == "succeeded" and self._action() == "exec" and self._code() != 0
        return killed or self.status == "failed"

    def told(self) -> Tool:
        """The call as it stands now, whole. Everything that it printed comes along when it is over."""
        if not self.is_over:
            return Tool(self.key, self.use())
        use = self.use()
        printed = self._printed()
        return Tool(self.key, use, printed if len(printed) > SHOWN else None)

    @property
    def title(self) -> str:
        title = values.text(self._fields.get("title")) or self._name()
        first = (title.strip().splitlines() or [""])[0]
        return relative(first, self._folder)[:MAX_NAME] or "A tool"

    def use(self) -> ToolUse:
        """The call as people see it."""
        begun, ended = self._begun, self._ended
        duration = round(seconds_between(begun, ended) * 1000) if begun and ended else None
        raw_input = values.mapping(self._fields.get("rawInput"))
        shown, size = self._end_of_output(SHOWN if self.is_over else SHOWN_RUNNING)
        return ToolUse(
            name=self._name(),
            action=self._action(),
            command=self._command(raw_input),
            cwd=values.text(raw_input.get("cwd")) or values.text(raw_input.get("workdir")),
            status=self.status,
            started_at=begun,
            completed_at=ended,
            duration_ms=None if duration is None else max(0, duration),
            exit_code=self._code(),
            stdout=shown or None,
            metadata=self._metadata(size if size > len(shown) else None) or None,
        )

    def _name(self) -> str:
        meta = values.mapping(self._fields.get("_meta"))
        told = (
            self._fields.get("name"),
            values.at(meta, "claudeCode", "toolName"),
            values.at(meta, "tool_name"),
            self._first_title,
            self._fields.get("kind"),
        )
        name = next((found for one in told if (found := values.text(one))), "tool")
        return (name.strip().splitlines() or ["tool"])[0][:MAX_NAME] or "tool"

    def _action(self) -> str:
        kind = self._fields.get("kind")
        action = _ACTIONS.get(kind) if isinstance(kind, str) else None
        if action is None and self._changes:
            return "apply_patch"
        return action or ("mcp_tool_call" if self._name().startswith("mcp__") else "other")

    def _command(self, raw_input: Mapping[str, Any]) -> str | None:
        for key in _COMMAND_KEYS:
            found = raw_input.get(key)
            if isinstance(found, str) and found:
                return found[:MAX_COMMAND]
            words = [one for one in values.sequence(found) if isinstance(one, str)]
            if words:
                # `bash -lc "…"` is how it is run, not what is run.
                inner = words[-1] if words[0] in _SHELLS and len(words) > 1 else " ".join(words)
                return inner[:MAX_COMMAND]
        return self.title if self._action() == "exec" else None

    def _metadata(self, size: int | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.title != self._name():
            found["title"] = self.title
        told = self._changes
        if not told and self._action() == "apply_patch" and self.status != "failed":
            told = _written(self._fields.get("rawInput"))
        changes = [diffs.change(relative(path, self._folder), old, new) for path, old, new in told]
        if changes:
            found["changes"] = changes
        places = (
            values.text(values.at(one, "path")) for one in values.sequence(self._fields.get("locations"))
        )
        paths = [relative(path, self._folder) for path in places if path]
        if paths and not changes:
            found["paths"] = paths[:MAX_PATHS]
        if size is not None:
            found["outputBytes"] = size
        if self._terminal.is_cut:
            found["outputCut"] = True
        return found

    # ── Output ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _stream(self, meta: Mapping[str, Any]) -> None:
        """Takes what the terminal of a command shows: whole, or what is new of it, as the agent prefers."""
        whole = values.text(values.at(meta, "terminal_output", "data"))
        if whole is not None:
            self._terminal = Terminal()
            self._terminal.add(whole)
        piece = values.text(values.at(meta, "terminal_output_delta", "data"))
        if piece is not None:
            self._terminal.add(piece)
        code = values.exit_code(values.at(meta, "terminal_exit", "exit_code"))
        self._exit_code = self._exit_code if code is None else code

    def _end_of_output(self, limit: int) -> tuple[str, int]:
        """The last characters of what was printed, and how many there are in all."""
        if self._terminal.size:
            return self._terminal.end(limit), self._terminal.size
        printed = self._printed()
        return printed[-limit:], len(printed)

    def _printed(self) -> str:
        if self._terminal.size:
            return self._terminal.whole()
        told = [
            values.block_text(one.get("content"))
            for one in map(values.mapping, values.sequence(self._fields.get("content")))
            if one.get("type") == "content"
        ]
        return "\n".join(one for one in told if one) or self._raw_output()

    def _raw_output(self) -> str:
        raw = self._fields.get("rawOutput")
        if isinstance(raw, str):
            return raw
        for key in ("output", "formatted_output", "aggregated_output", "stdout", "error"):
            found = values.text(values.at(raw, key))
            if found is not None:
                return found
        return ""

    def _code(self) -> int | None:
        raw = self._fields.get("rawOutput")
        told = (
            self._exit_code,
            values.at(raw, "exitCode"),
            values.at(raw, "exit_code"),
            values.at(raw, "metadata", "exit"),
        )
        return next((code for one in told if (code := values.exit_code(one)) is not None), None)


class Terminal:
    """What a command printed, piece by piece; adding to it costs the same however much there is."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.size = 0
        self.is_cut = False

    def add(self, piece: str) -> None:
        kept = piece[: KEPT - self.size]
        self.is_cut = self.is_cut or len(kept) < len(piece)
        if kept:
            self._pieces.append(kept)
            self.size += len(kept)

    def end(self, limit: int) -> str:
        """The last `limit` characters."""
        found: list[str] = []
        missing = limit
        for piece in reversed(self._pieces):
            found.append(piece[-missing:])
            missing -= len(found[-1])
            if not missing:
                break
        return "".join(reversed(found))

    def whole(self) -> str:
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]


def _diffs(content: Any) -> list[Change]:
    """The changes of files among the content of an update."""
    found: list[Change] = []
    for one in values.sequence(content):
        path, old, new = (values.at(one, key) for key in ("path", "oldText", "newText"))
        if values.at(one, "type") == "diff" and isinstance(path, str):
            found.append((path, old if isinstance(old, str) else None, new if isinstance(new, str) else None))
    return found


def _written(raw_input: Any) -> list[Change]:
    """The change that a call's own arguments tell of: OpenCode shows a diff only when it asks for a permission.

    What was in a file that is written anew is not known from it; it is told as if there had been nothing.
    """
    path = values.text(values.at(raw_input, "filePath"))
    old, new = values.at(raw_input, "oldString"), values.at(raw_input, "newString")
    if path and isinstance(old, str) and isinstance(new, str):
        return [(path, old, new)]
    content = values.at(raw_input, "content")
    return [(path, None, content)] if path and isinstance(content, str) else []


def relative(path: str, folder: str) -> str:
    """A path as seen from a folder, if it is in it."""
    if path == folder:
        return "."
    return os.path.relpath(path, folder) if path.startswith(f"{folder}{os.sep}") else path
