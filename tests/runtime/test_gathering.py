"""What is gathered: texts once they are whole, tools as they stood last, in the order in which they were said."""

from __future__ import annotations

import itertools

import pytest

from kanbanai.domain.attempts import Todo, Todos
from kanbanai.domain.conversations import Failure, Message, Thinking, ToolCall, ToolUse
from kanbanai.domain.ids import ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Notice, Piece, Plan, Settled, Spent, Tool
from kanbanai.domain.usage import Usage
from kanbanai.runtime import gathering
from kanbanai.runtime.gathering import TOOL_EVERY, Gathering

NOW = Timestamp("2026-11-23T18:42:00.000Z")


@pytest.fixture
def gathered() -> Gathering:
    numbers = itertools.count(1)
    return Gathering(new_id=lambda: ItemId(f"cmsg-{next(numbers)}"), now=lambda: NOW, profile_id="ap-1")


def tool(status: str = "running", stdout: str | None = None) -> ToolUse:
    return ToolUse(name="command", action="exec", status=status, stdout=stdout)  # type: ignore[arg-type]


def message(number: int, text: str) -> Message:
    return Message(
        id=ItemId(f"cmsg-{number}"),
        timestamp=NOW,
        role="assistant",
        text=text,
        format="markdown",
        profile_id="ap-1",
    )


def test_pieces_of_a_text_are_told_together_and_stored_when_it_is_whole(gathered: Gathering) -> None:
    for text in ("One ", "two ", "three"):
        gathered.take(Piece("a", "message", text), 0.0)
    first = gathered.release(0.0)
    assert first.drafts == (("cmsg-1", "One two three"),)
    assert not first.is_recordable
    gathered.take(Piece("a", "message", " four"), 0.1)
    gathered.take(Settled("a"), 0.1)
    second = gathered.release(0.1)
    assert second.items == (message(1, "One two three four"),)
    assert second.drafts == (), "what is whole is not told as a draft any more"


def test_a_text_that_is_blank_is_neither_told_nor_stored(gathered: Gathering) -> None:
    gathered.take(Piece("a", "thinking", " \n"), 0.0)
    assert gathered.release(0.0).drafts == ()
    gathered.take(Settled("a"), 0.1)
    assert not gathered.release(0.1).is_recordable


def test_blanks_before_a_text_are_told_with_its_first_word(gathered: Gathering) -> None:
    gathered.take(Piece("a", "thinking", "\n"), 0.0)
    gathered.release(0.0)
    gathered.take(Piece("a", "thinking", "So"), 0.1)
    assert gathered.release(0.1).drafts == (("cmsg-1", "\nSo"),)


def test_items_stand_in_the_order_in_which_they_were_first_said(gathered: Gathering) -> None:
    gathered.take(Piece("a", "message", "First"), 0.0)
    gathered.take(Settled("a"), 0.0)
    gathered.take(Tool("t", tool()), 0.0)
    gathered.take(Piece("b", "thinking", "Then"), 0.0)
    gathered.take(Settled("b"), 0.0)
    gathered.take(Tool("t", tool("succeeded", "done")), 0.0)
    items = gathered.release(0.0).items
    assert [type(item) for item in items] == [Message, ToolCall, Thinking]
    assert isinstance(items[1], ToolCall)
    assert items[1].tool == tool("succeeded", "done"), "of two states in one moment the last counts"


def test_a_tool_at_work_is_told_four_times_a_second_and_its_end_at_once(gathered: Gathering) -> None:
    gathered.take(Tool("t", tool()), 10.0)
    assert len(gathered.release(10.0).items) == 1
    gathered.take(Tool("t", tool(stdout="a")), 10.1)
    gathered.take(Tool("t", tool(stdout="ab")), 10.2)
    assert gathered.release(10.2).items == ()
    assert gathered.due_at == pytest.approx(10.0 + TOOL_EVERY)
    (told,) = gathered.release(10.0 + TOOL_EVERY).items
    assert isinstance(told, ToolCall)
    assert (told.id, told.tool.stdout) == ("cmsg-1", "ab")
    gathered.take(Tool("t", tool(stdout="abc")), 10.3)
    gathered.take(Tool("t", tool("failed", "abcd")), 10.31)
    (ended,) = gathered.release(10.31).items
    assert isinstance(ended, ToolCall)
    assert ended.tool.status == "failed"
    assert gathered.due_at is None
    assert gathered.release(20.0).items == (), "what was held back before its end is not told after it"


def test_an_output_is_kept_whole_when_its_tool_has_ended(gathered: Gathering) -> None:
    gathered.take(Tool("t", tool(stdout="end"), output="beginning end"), 0.0)
    assert gathered.release(0.0).outputs == ()
    gathered.take(Tool("t", tool("succeeded", "end"), output="beginning middle end"), 0.1)
    assert gathered.release(0.1).outputs == (("cmsg-1", "beginning middle end"),)


def test_the_last_plan_and_the_last_bill_count(gathered: Gathering) -> None:
    for done in ("open", "done"):
        gathered.take(Plan(Todos.of((Todo("todo-0", "one", done),))), 0.0)
    gathered.take(Spent(Usage(input_tokens=1)), 0.0)
    gathered.take(Spent(Usage(input_tokens=5)), 0.0)
    released = gathered.release(0.0)
    assert released.todos is not None
    assert released.todos.completed == 1
    assert released.usage == Usage(input_tokens=5)
    assert not gathered.release(1.0).is_recordable


def test_a_notice_is_a_line_of_the_log_and_an_error_an_item(gathered: Gathering) -> None:
    gathered.take(Notice("warn", "The model was asked again", "429"), 0.0)
    gathered.take(Notice("error", "The model is not there", "404"), 0.0)
    released = gathered.release(0.0)
    assert [(line.message, line.level) for line in released.logs] == [
        ("[agent] The model was asked again: 429", "warn")
    ]
    assert released.items == (
        Failure(id=ItemId("cmsg-1"), timestamp=NOW, text="The model is not there", details="404"),
    )


def test_at_the_end_of_a_turn_everything_is_whole(gathered: Gathering) -> None:
    gathered.take(Tool("t", tool()), 0.0)
    gathered.take(Piece("a", "message", "Half a"), 0.0)
    gathered.release(0.0)
    gathered.take(Tool("t", tool(stdout="more")), 0.1)
    gathered.settle_all()
    items = gathered.release(0.1).items
    assert {item.id for item in items} == {"cmsg-1", "cmsg-2"}
    assert gathered.due_at is None


def test_a_text_without_end_goes_on_in_the_next_item(
    gathered: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MAX_TEXT", 10)
    for text in ("01234", "56789", "rest"):
        gathered.take(Piece("a", "message", text), 0.0)
    gathered.take(Settled("a"), 0.0)
    assert gathered.release(0.0).items == (message(1, "0123456789"), message(2, "rest"))
