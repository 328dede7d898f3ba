"""What an agent says, in our words: raw messages of the Agent Client Protocol → `kanbanai.domain.updates`.

A fold without I/O or clock: the same messages at the same times give the same updates. It takes any JSON there is: what
it does not know becomes a notice with the raw message, and nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from kanbanai.adapters.agents import plans, values
from kanbanai.adapters.agents.spending import Spending
from kanbanai.adapters.agents.tools import Call
from kanbanai.domain.attempts import Todos
from kanbanai.domain.permissions import OptionKind, PermissionOption
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Ask, Notice, Piece, Plan, Settled, Spent, Tool, Update

_KINDS: dict[str, Literal["message", "thinking"]] = {
    "agent_message_chunk": "message",
    "agent_thought_chunk": "thinking",
}
_SILENT = frozenset(
    {
        "available_commands_update",  # for a command line with completion, which a board is not
        "current_mode_update",  # the mode is the profile's; that an agent left its plan mode is seen by what it does
        "config_option_update",
        "user_message_chunk",  # the prompt is in the conversation already
        "plan_removed",
    }
)
"""Kinds of updates that are understood and say nothing that a conversation shows."""
_OPTION_KINDS: dict[Any, OptionKind] = {
    "allow_once": "allow_once",
    "allow_always": "allow_always",
    "reject_once": "reject_once",
    "reject_always": "reject_always",
}
MAX_LABEL = 200


class Translation:
    """What one session's messages mean.

    `folder` is the session's: paths in it are told as seen from there. `failed` is a sentence when the agent said
    beside the protocol that the turn failed (Codex does), cleared by `turn_begins`.
    """

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._calls: dict[str, Call] = {}
        self._last_told: dict[str, Tool] = {}
        self._todos: Todos | None = None
        self._open_text: tuple[str, str | None] | None = None
        self._text_key = ""
        self._texts = 0
        self._turn = 0
        self._spending = Spending()
        self.failed: str | None = None
        self._is_stopped = False

    @property
    def is_in_a_tool(self) -> bool:
        """Whether a tool is at work."""
        return any(call.status == "running" for call in self._calls.values())

    def turn_begins(self) -> None:
        """Forgets what the turn before left: ids of tool calls may be used anew."""
        self._turn += 1
        self._calls = {}
        self._last_told = {}
        self.failed = None
        self._is_stopped = False

    def turn_is_stopped(self) -> None:
        """The turn is being cancelled: tools that are at work, or begin from now on, end because of that."""
        self._is_stopped = True
        for call in self._calls.values():
            call.stop()

    def update(self, params: Any, now: Timestamp) -> list[Update]:
        """What a `session/update` says."""
        update = values.mapping(values.at(params, "update"))
        kind = update.get("sessionUpdate")
        if isinstance(kind, str) and kind in _KINDS:
            return self._text(_KINDS[kind], update)
        match kind:
            case "tool_call" | "tool_call_update":
                return self._tool(update, now)
            case "plan" | "plan_update" if isinstance(_entries(update), list):
                return self._planned(plans.of_entries(_entries(update)))
            case "usage_update":
                return self._spent(update, params)
            case "session_info_update":
                return self._session_info(update)
            case str() if kind in _SILENT:
                return []
            case _:
                return [
                    _unknown(
                        f"The agent told something of a kind that is not known here: {_named(kind)}", params
                    )
                ]

    def ask(self, params: Any, now: Timestamp) -> tuple[list[Update], Ask]:
        """What a `session/request_permission` says: the tool call, which may be new with it, and the question."""
        fields = values.mapping(values.at(params, "toolCall"))
        call, updates = self._call(fields, now)
        call.take(fields, now)
        updates += [*self._told(call), *self._plan_of(fields)]
        options = tuple(
            PermissionOption(id=id_, kind=kind, label=_label(one, kind))
            for one in map(values.mapping, values.sequence(values.at(params, "options")))
            if (id_ := values.text(one.get("optionId"))) and (kind := _option_kind(one))
        )
        return updates, Ask(key=call.key, title=call.title, tool=call.use(), options=options)

    def allowed(self, key: str, now: Timestamp) -> list[Update]:
        """The call of an Ask may go on: not every agent says so before it is over."""
        call = next((one for one in self._calls.values() if one.key == key), None)
        if call is None or call.status != "created":
            return []
        call.take({"status": "in_progress"}, now)
        return self._told(call)

    def notification(self, method: Any, params: Any) -> list[Update]:
        """What any other notification says. Those that agents send among themselves begin with an underscore."""
        if isinstance(method, str) and method.startswith(("_", "$/")):
            return []
        return [_unknown(f"The agent told something that is not known here: {_named(method)}", params)]

    def turn_ends(self, reply: Any, now: Timestamp, *, cancelled: bool) -> list[Update]:
        """What is open is over now: the text that was being written, tool calls that the agent left open."""
        updates: list[Update] = self._settle()
        for call in self._calls.values():
            if not call.is_over:
                call.close("cancelled" if cancelled else "failed", now)
                updates += self._told(call)
        if self._spending.turn_ended(reply):
            updates.append(Spent(self._spending.usage))
        return updates

    # ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _text(self, of: Literal["message", "thinking"], update: Mapping[str, Any]) -> list[Update]:
        content = update.get("content")
        blocks = content if isinstance(content, list) else [content]
        written = "".join(map(values.block_text, blocks))
        if not written:
            return []
        if values.at(update, "_meta", "claudeCode", "kind") == "informational":
            # Claude Code's own remarks on itself, which are no part of what the model says.
            level = values.at(update, "_meta", "claudeCode", "level")
            return [Notice("warn" if level == "warning" else "info", written)]
        message = values.text(update.get("messageId"))
        updates: list[Update] = []
        if self._open_text is None or self._open_text[0] != of or (message and self._open_text[1] != message):
            updates += self._settle()
            self._texts += 1
            self._open_text = (of, message)
            self._text_key = f"text-{self._texts}"
        return [*updates, Piece(self._text_key, of, written)]

    def _settle(self) -> list[Update]:
        if self._open_text is None:
            return []
        self._open_text = None
        return [Settled(self._text_key)]

    # ── Tools ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _tool(self, update: Mapping[str, Any], now: Timestamp) -> list[Update]:
        call, updates = self._call(update, now)
        call.take(update, now)
        return [*updates, *self._told(call), *self._plan_of(update)]

    def _told(self, call: Call) -> list[Update]:
        """The call, unless that was the last that was told of it (agents repeat themselves) or it says nothing."""
        told = call.told()
        if call.is_plumbing or self._last_told.get(call.key) == told:
            return []
        self._last_told[call.key] = told
        return [told]

    def _call(self, fields: Mapping[str, Any], now: Timestamp) -> tuple[Call, list[Update]]:
        """The call that is meant. A new one ends the text before it: what follows is written after it."""
        told = fields.get("toolCallId")
        call_id = told if isinstance(told, str) and told else f"unnamed-{values.shown(told)}"
        found = self._calls.get(call_id)
        if found is not None:
            return found, []
        call = Call(f"tool-{self._turn}-{call_id}", now, folder=self._folder)
        if self._is_stopped:
            call.stop()
        self._calls[call_id] = call
        return call, self._settle()

    def _plan_of(self, update: Mapping[str, Any]) -> list[Update]:
        todos = plans.of_call(update)
        return [] if todos is None else self._planned(todos)

    def _planned(self, todos: Todos) -> list[Update]:
        if todos == self._todos:
            return []
        self._todos = todos
        return [Plan(todos)]

    # ── The rest ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _spent(self, update: Mapping[str, Any], params: Any) -> list[Update]:
        before = self._spending.usage
        if self._spending.updated(update):
            return [Spent(self._spending.usage)] if self._spending.usage != before else []
        return [_unknown("The agent told what it used in a way that is not known here", params)]

    def _session_info(self, update: Mapping[str, Any]) -> list[Update]:
        """A title is not needed; what Claude and Codex tell beside it is: retries, and that a turn failed."""
        meta = values.mapping(update.get("_meta"))
        if values.at(meta, "codex", "threadStatus", "type") == "systemError":
            self.failed = "Codex gave up on the turn"
        failure = values.at(meta, "jetbrains", "air", "sessionFailure")
        if not isinstance(failure, dict):
            return []
        return [Notice("warn", failure_sentence(failure), values.shown(failure))]


def failure_sentence(failure: Mapping[str, Any]) -> str:
    """What an adapter's typed failure says, in one line."""
    title = values.text(failure.get("title")) or "The agent reports a failure"
    category = values.text(failure.get("category"))
    return f"{title} ({category})" if category and category not in {"unknown", title} else title


def _entries(update: Mapping[str, Any]) -> Any:
    return update.get("entries", values.at(update, "plan", "entries"))


def _option_kind(option: Mapping[str, Any]) -> OptionKind | None:
    """The kind of an answer; where an agent gives one that is not known, its words decide, and doubt rejects."""
    kind = option.get("kind")
    if isinstance(kind, str) and kind in _OPTION_KINDS:
        return _OPTION_KINDS[kind]
    return "reject_once"


def _label(option: Mapping[str, Any], kind: OptionKind) -> str:
    return (values.text(option.get("name")) or kind.replace("_", " "))[:MAX_LABEL]


def _named(name: Any) -> str:
    return name[:100] if isinstance(name, str) else "one without a name"


def _unknown(sentence: str, message: Any) -> Notice:
    return Notice("info", sentence, values.shown(message))
