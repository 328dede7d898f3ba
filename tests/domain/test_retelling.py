"""A conversation told again."""

from __future__ import annotations

import pytest

from kanbanai.domain import retelling
from kanbanai.domain.conversations import ConversationItem, Failure, Message, Thinking, ToolCall, ToolUse
from kanbanai.domain.ids import ItemId
from kanbanai.domain.retelling import retold
from kanbanai.domain.times import Timestamp

NOW = Timestamp("2026-11-23T18:42:00.000Z")
ID = ItemId("cmsg-1")


def said(role: str, text: str) -> Message:
    return Message(
        id=ID,
        timestamp=NOW,
        role=role,  # type: ignore[arg-type]
        text=text,
        format="markdown",
        profile_id=None,
    )


def test_what_was_said_and_done_comes_before_the_prompt_in_order() -> None:
    tool = ToolUse(name="command", action="exec", command="make test", status="failed")
    conversation: list[ConversationItem] = [
        said("user", "Retry uploads"),
        Thinking(id=ID, timestamp=NOW, text="Hm", format="markdown"),
        ToolCall(id=ID, timestamp=NOW, tool=tool),
        Failure(id=ID, timestamp=NOW, text="The model is not there"),
        said("system", "It was started anew"),
        said("assistant", "Done"),
    ]
    _, *lines, _, prompt = retold(conversation, "And the tests?").split("\n\n")
    assert lines == [
        "Person: Retry uploads",
        "You used command (failed): make test",
        "Error: The model is not there",
        "You: Done",
    ]
    assert prompt == "And the tests?"


def test_where_nothing_was_said_the_prompt_is_told_as_it_is() -> None:
    assert retold([], "Begin") == "Begin"
    assert retold([Thinking(id=ID, timestamp=NOW, text="Hm", format="markdown")], "Begin") == "Begin"


def test_of_a_long_conversation_the_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retelling, "MAX_CHARACTERS", 30)
    _, *lines, _, _ = retold([said("user", "long ago " * 9), said("assistant", "lately")], "Go on").split(
        "\n\n"
    )
    assert lines == ["[… what came before is left out …]", "You: lately"]


def test_one_long_message_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retelling, "MAX_ITEM", 4)
    assert "Person: long […]" in retold([said("user", "long ago")], "Go on")
