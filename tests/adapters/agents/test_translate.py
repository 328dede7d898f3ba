"""Raw messages → our updates: what real agents said, and whatever else JSON can be."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanbanai.adapters.agents.translate import Translation
from kanbanai.adapters.agents.wire import decoded
from kanbanai.domain.updates import Ask, Notice, Piece, Plan, Settled, Spent, Tool, Update
from tests.adapters.agents.recordings import NOW, TREE, names, recorded, translated

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from(
    (
        "agent_message_chunk", "agent_thought_chunk", "user_message_chunk", "tool_call", "tool_call_update", "plan",
        "plan_update", "plan_removed", "available_commands_update", "current_mode_update", "config_option_update",
        "session_info_update", "usage_update",
    )
)  # fmt: skip
FIELDS = st.sampled_from(
    (
        "content", "entries", "status", "kind", "title", "toolCallId", "rawInput", "rawOutput", "locations", "used",
        "size", "cost", "_meta", "messageId", "name",
    )
)  # fmt: skip
UPDATES = st.builds(
    lambda kind, fields: {"update": {"sessionUpdate": kind, **fields}},
    KINDS | JSON,
    st.dictionaries(FIELDS, JSON, max_size=6),
)


def said(update: dict[str, Any]) -> dict[str, Any]:
    return {"sessionId": "s", "update": update}


def chunk(text: str, kind: str = "agent_message_chunk", **more: Any) -> dict[str, Any]:
    return said({"sessionUpdate": kind, "content": {"type": "text", "text": text}, **more})


def call(**fields: Any) -> dict[str, Any]:
    return said({"sessionUpdate": "tool_call_update", "toolCallId": "c1", **fields})


def only_tool(updates: list[Update]) -> Tool:
    (tool,) = [one for one in updates if isinstance(one, Tool)]
    return tool


@pytest.mark.parametrize("name", names())
def test_what_a_real_agent_said_means_what_it_meant(name: str) -> None:
    """A difference that is meant is written by `python -m tests.adapters.agents.recordings`."""
    assert translated(name) == recorded(name)["updates"]


@pytest.mark.parametrize("name", names())
def test_no_text_of_a_real_agent_is_lost(name: str) -> None:
    spoken = [
        message["params"]["update"]["content"]["text"]
        for message in recorded(name)["messages"]
        if message.get("method") == "session/update" and message["params"]["update"]["sessionUpdate"] in
        {"agent_message_chunk", "agent_thought_chunk"}
    ]  # fmt: skip
    pieces = [one[1]["text"] for one in translated(name) if one[0] == "Piece"]
    assert "".join(pieces) == "".join(spoken)


@given(st.lists(UPDATES | JSON, max_size=6), JSON, JSON)
def test_any_json_means_something_and_breaks_nothing(
    messages: list[Any], permission: Any, reply: Any
) -> None:
    translation = Translation("/home/ada/tree")
    translation.turn_begins()
    told: list[Update] = []
    for message in messages:
        told += translation.update(message, NOW)
    updates, ask = translation.ask(permission, NOW)
    told += [*updates, *translation.notification(permission, reply)]
    told += translation.turn_ends(reply, NOW, cancelled=True)
    assert all(isinstance(one, get_args(Update)) for one in told)
    assert isinstance(ask, Ask)
    msgspec.msgpack.encode([told, ask])


@given(
    st.lists(st.tuples(st.sampled_from(("agent_message_chunk", "agent_thought_chunk")), st.text(max_size=9)))
)
def test_text_is_never_lost_and_every_text_settles(chunks: list[tuple[str, str]]) -> None:
    translation = Translation()
    told = [one for kind, text in chunks for one in translation.update(chunk(text, kind), NOW)]
    told += translation.turn_ends(None, NOW, cancelled=False)
    pieces = [one for one in told if isinstance(one, Piece)]
    assert "".join(one.text for one in pieces) == "".join(text for _, text in chunks)
    assert {one.key for one in pieces} == {one.key for one in told if isinstance(one, Settled)}
    assert len({(one.key, one.of) for one in pieces}) == len({one.key for one in pieces})


def test_chunks_of_one_kind_are_one_text_until_another_or_a_tool_call_comes() -> None:
    translation = Translation()
    told: list[Update] = []
    for message in (
        chunk("I "), chunk("think", "agent_thought_chunk"), chunk("a"),
        said({"sessionUpdate": "usage_update", "used": 1}), chunk("b"),
        call(status="in_progress"), call(status="completed"), chunk("c"),
    ):  # fmt: skip
        told += translation.update(message, NOW)
    texts: dict[str, str] = {}
    for one in told:
        if isinstance(one, Piece):
            texts[one.key] = texts.get(one.key, "") + one.text
    assert list(texts.values()) == ["I ", "think", "ab", "c"]


def test_another_message_of_the_same_kind_is_another_text() -> None:
    translation = Translation()
    told = [
        *translation.update(chunk("a", messageId="1"), NOW), *translation.update(chunk("b", messageId="1"), NOW),
        *translation.update(chunk("c", messageId="2"), NOW),
    ]  # fmt: skip
    assert [one.key for one in told if isinstance(one, Piece)] == ["text-1", "text-1", "text-2"]


@pytest.mark.parametrize(
    "update",
    [
        {"sessionUpdate": "brand_new", "what": 1},
        {"sessionUpdate": 7},
        {},
        {"sessionUpdate": "usage_update", "tokens": "many"},
        {"sessionUpdate": "plan", "steps": []},
    ],
)
def test_what_is_not_known_is_a_notice_with_the_raw_message(update: dict[str, Any]) -> None:
    (notice,) = Translation().update(said(update), NOW)
    assert isinstance(notice, Notice)
    assert notice.details is not None
    assert msgspec.json.decode(notice.details)["update"] == update


def test_a_notice_shows_a_long_message_in_part() -> None:
    (notice,) = Translation().update(said({"sessionUpdate": "brand_new", "x": "y" * 9_000}), NOW)
    assert isinstance(notice, Notice)
    assert notice.details is not None
    assert len(notice.details) < 5_000
    assert notice.details.endswith("…")


def test_a_permission_request_may_be_the_first_to_name_a_tool_call() -> None:
    translation = Translation(TREE)
    params = {
        "toolCall": {"toolCallId": "c1", "title": f"{TREE}/a.py", "kind": "edit", "rawInput": {"cwd": TREE}},
        "options": [
            {"optionId": "y", "name": "Yes", "kind": "allow_once"},
            {"optionId": "?", "name": "Perhaps", "kind": "who_knows"},
            {"name": "no id"},
        ],
    }
    updates, ask = translation.ask(params, NOW)
    assert only_tool(updates).key == ask.key
    assert ask.title == "a.py"
    assert [(one.id, one.kind) for one in ask.options] == [("y", "allow_once"), ("?", "reject_once")]
    assert only_tool(translation.update(call(status="completed"), NOW)).key == ask.key


def test_tool_calls_left_open_are_closed_with_the_turn() -> None:
    for cancelled, status in ((True, "cancelled"), (False, "failed")):
        translation = Translation()
        translation.update(call(status="in_progress"), NOW)
        assert only_tool(translation.turn_ends(None, NOW, cancelled=cancelled)).tool.status == status


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ({"status": "failed"}, "cancelled"),
        ({"status": "completed"}, "cancelled"),
        ({"status": "completed", "rawOutput": {"metadata": {"exit": None}}}, "cancelled"),
        ({"status": "completed", "rawOutput": {"metadata": {"exit": 137}}}, "cancelled"),
        ({"status": "completed", "rawOutput": {"metadata": {"exit": 0}}}, "succeeded"),
        ({"status": "completed", "kind": "read"}, "succeeded"),
    ],
)
def test_a_command_that_ends_because_its_turn_was_stopped_is_cancelled(
    end: dict[str, Any], status: str
) -> None:
    translation = Translation()
    translation.update(call(status="in_progress", kind="execute"), NOW)
    translation.turn_is_stopped()
    assert only_tool(translation.update(call(**end), NOW)).tool.status == status


@pytest.mark.parametrize("ends_first", [True, False], ids=["told twice", "told after the turn"])
@pytest.mark.parametrize("name", ["CLAUDE_CODE-run", "CODEX-run", "GEMINI-run", "OPENCODE-run"])
def test_what_a_dying_agent_still_says_of_a_stopped_command_changes_nothing(
    name: str, ends_first: bool
) -> None:
    """The agent ends the command in its own time: before it answers that its turn is cancelled, after, or both."""
    before, end = _command_that_fails(name)
    translation = Translation(TREE)
    for params in before:
        translation.update(params, NOW)
    translation.turn_is_stopped()
    told = translation.update(end, NOW) if ends_first else []
    told += translation.turn_ends(None, NOW, cancelled=True)
    told += translation.update(end, NOW)
    end["update"]["status"] = "in_progress"
    told += translation.update(end, NOW)
    statuses = {one.tool.status for one in told if isinstance(one, Tool)}
    assert statuses == {"cancelled"}


def _command_that_fails(name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What the agent told of a command until it ran, and how it told of its end."""
    told = [one["params"] for one in recorded(name)["messages"] if one.get("method") == "session/update"]
    end = next(i for i, one in enumerate(told) if one["update"].get("status") in {"failed", "completed"})
    return told[:end], told[end]


def test_a_command_that_failed_before_its_turn_was_stopped_has_failed() -> None:
    translation = Translation()
    translation.update(call(status="failed", kind="execute"), NOW)
    translation.turn_is_stopped()
    told = translation.update(call(rawOutput={"exitCode": 1}), NOW)
    assert only_tool(told).tool.status == "failed"


def test_what_fails_in_the_turn_after_one_that_was_stopped_has_failed() -> None:
    translation = Translation()
    translation.turn_is_stopped()
    translation.turn_begins()
    assert only_tool(translation.update(call(status="failed"), NOW)).tool.status == "failed"


@pytest.mark.parametrize(
    ("arguments", "diff"),
    [
        ({"content": "one\n"}, "--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+one\n"),
        ({"oldString": "one", "newString": "two"}, "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n"),
    ],
)
def test_what_a_file_tool_was_told_to_write_is_a_change(arguments: dict[str, str], diff: str) -> None:
    translation = Translation(TREE)
    told = {"filePath": f"{TREE}/a.txt", **arguments}
    translation.update(call(status="in_progress", kind="edit", rawInput=told), NOW)
    tool = only_tool(translation.update(call(status="completed"), NOW)).tool
    assert tool.metadata is not None
    [change] = tool.metadata["changes"]
    assert (change["path"], change["diff"]) == ("a.txt", diff)
    failed = only_tool(Translation(TREE).update(call(status="failed", kind="edit", rawInput=told), NOW)).tool
    assert "changes" not in (failed.metadata or {}), "what failed changed nothing"


def test_a_tool_is_at_work_from_its_start_to_its_end() -> None:
    translation = Translation()
    seen = []
    for status in ("pending", "in_progress", "completed"):
        translation.update(call(status=status), NOW)
        seen.append(translation.is_in_a_tool)
    assert seen == [False, True, False]


def test_that_claude_looks_up_its_own_tools_is_not_told() -> None:
    translation = Translation()
    meta = {"claudeCode": {"toolName": "ToolSearch"}}
    assert translation.update(call(status="in_progress", title="ToolSearch", _meta=meta), NOW) == []
    assert translation.update(call(status="completed"), NOW) == []
    failed = Translation().update(call(status="failed", title="ToolSearch", _meta=meta), NOW)
    assert only_tool(failed).tool.name == "ToolSearch"


def test_ids_of_tool_calls_may_come_again_in_the_next_turn() -> None:
    translation = Translation()
    keys = set()
    for _ in range(2):
        translation.turn_begins()
        keys.add(only_tool(translation.update(call(status="in_progress"), NOW)).key)
    assert len(keys) == 2


def test_what_a_terminal_shows_adds_up_and_is_whole_at_the_end() -> None:
    translation = Translation()
    translation.update(call(kind="execute", status="in_progress"), NOW)
    for number in range(3_000):
        piece = {"terminal_output_delta": {"data": f"line {number:05}\n"}}
        translation.update(call(_meta=piece), NOW)
    done = only_tool(
        translation.update(call(status="completed", _meta={"terminal_exit": {"exit_code": 2}}), NOW)
    )
    whole = "".join(f"line {number:05}\n" for number in range(3_000))
    assert done.output == whole
    assert done.tool.stdout is not None
    assert whole.endswith(done.tool.stdout)
    assert len(done.tool.stdout) == 32_768
    assert done.tool.exit_code == 2
    assert done.tool.metadata == {"outputBytes": len(whole)}


def test_a_short_output_is_shown_whole_and_kept_nowhere_else() -> None:
    translation = Translation()
    content = [{"type": "content", "content": {"type": "text", "text": "fine"}}]
    done = only_tool(translation.update(call(status="completed", content=content), NOW))
    assert (done.tool.stdout, done.output) == ("fine", None)


def test_the_plan_of_a_todo_tool_is_told_once_each_time_it_changes() -> None:
    translation = Translation()
    todos = [{"content": "One", "status": "completed"}, {"content": "Two", "status": "pending"}]
    told = [one for _ in range(3) for one in translation.update(call(rawInput={"todos": todos}), NOW)]
    (plan,) = [one for one in told if isinstance(one, Plan)]
    assert (plan.todos.total, plan.todos.completed) == (2, 1)


def test_an_entry_with_a_status_nobody_knows_is_still_an_entry() -> None:
    entries = [{"content": "One", "status": "dreaming", "priority": "vast"}]
    (plan,) = Translation().update(said({"sessionUpdate": "plan", "entries": entries}), NOW)
    assert isinstance(plan, Plan)
    assert [(one.text, one.status) for one in plan.todos.items] == [("One", "open")]


def test_usage_is_added_up_over_turns_and_context_is_not() -> None:
    translation = Translation()
    translation.update(said({"sessionUpdate": "usage_update", "used": 5, "size": 10}), NOW)
    reply = {"usage": {"inputTokens": 3, "outputTokens": 2}}
    translation.turn_ends(reply, NOW, cancelled=False)
    told = translation.turn_ends(reply, NOW, cancelled=False)
    (spent,) = [one for one in told if isinstance(one, Spent)]
    assert (spent.usage.input_tokens, spent.usage.output_tokens, spent.usage.total_tokens) == (6, 4, 10)
    assert (spent.usage.context_used, spent.usage.context_size) == (5, 10)


def test_half_a_character_does_not_spoil_a_message() -> None:
    message = decoded(b'{"a":"\\ud83d","\\udc00":["\\ud83d\\ude00"]}')
    assert message == {"a": "�", "�": ["😀"]}
    assert decoded(b"[1]") is None
    assert decoded(b"no json") is None
    assert decoded(b'{"a":"\xff"}') == {"a": "�"}


def test_what_an_agents_program_remarks_on_itself_is_no_part_of_the_answer() -> None:
    translation = Translation()
    (piece,) = translation.update(chunk("# Better", messageId="m1"), NOW)
    remark = {"claudeCode": {"kind": "informational", "level": "warning"}}
    assert translation.update(chunk("**Warning:** billing", _meta=remark), NOW) == [
        Notice("warn", "**Warning:** billing")
    ]
    assert translation.update(chunk(" text", messageId="m1"), NOW) == [Piece(piece.key, "message", " text")]  # type: ignore[union-attr]
