"""What an agent said last, read back from its transcript."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kanbanai.adapters.agents.driver import AcpDriver
from kanbanai.adapters.agents.last_turn import last_turn
from kanbanai.adapters.agents.transcript import Transcript
from kanbanai.adapters.processes.children import LocalProcesses
from kanbanai.domain.errors import Unavailable
from kanbanai.domain.updates import Piece, Settled, Tool
from tests.world import TickingClock


class Written:
    """A transcript that is being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = TickingClock()
        self._transcript = Transcript(str(path), self.clock)

    def line(self, sender: str, **message: Any) -> None:
        self._transcript.message(sender, json.dumps({"jsonrpc": "2.0", **message}).encode())

    def prompt(self, session: str = "s") -> None:
        self.line("client", id=1, method="session/prompt", params={"sessionId": session, "prompt": []})

    def update(self, kind: str, session: str = "s", **fields: Any) -> None:
        update = {"sessionUpdate": kind, **fields}
        self.line("agent", method="session/update", params={"sessionId": session, "update": update})

    def says(self, text: str, kind: str = "agent_message_chunk", session: str = "s") -> None:
        self.update(kind, session, content={"type": "text", "text": text})

    def told(self, tail: int = 1 << 20) -> list[str]:
        """The last turn, in short."""
        self._transcript.close()
        short: list[str] = []
        for _, update in last_turn(self.path, tail=tail):
            match update:
                case Piece(of=of, text=text):
                    short.append(f"{of}: {text}")
                case Settled():
                    short.append("settled")
                case Tool(tool=tool):
                    short.append(f"tool: {tool.status}")
                case _:
                    short.append(type(update).__name__)
        return short


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "transcripts" / "att-1.jsonl")


def test_the_text_that_was_being_written_comes_after_what_was_said_before_it(written: Written) -> None:
    written.prompt()
    written.says("Hm", "agent_thought_chunk")
    written.update("tool_call", toolCallId="c", status="in_progress")
    written.says("I have ")
    written.says("found")
    assert written.told() == [
        "thinking: Hm",
        "settled",
        "tool: running",
        "message: I have ",
        "message: found",
    ]


def test_each_update_has_the_time_when_it_was_heard(written: Written) -> None:
    written.prompt()
    written.says("One")
    before = written.clock.now()
    written.says("two")
    [first, second] = last_turn(written.path)
    assert first[0] < before < second[0]


def test_only_the_last_turn_counts_and_only_its_session(written: Written) -> None:
    written.says("A replay of the session")
    written.prompt()
    written.says("The turn before")
    written.line("agent", id=1, result={"stopReason": "end_turn"})
    written.prompt()
    written.says("Of a side session", session="another")
    written.says("This")
    assert written.told() == ["message: This"]


def test_a_permission_request_ends_a_text_as_any_tool_does(written: Written) -> None:
    written.prompt()
    written.says("May I?")
    params = {"sessionId": "s", "toolCall": {"toolCallId": "c"}, "options": []}
    written.line("agent", id=7, method="session/request_permission", params=params)
    assert written.told() == ["message: May I?", "settled", "tool: created"]


def test_what_the_kill_cut_off_and_what_is_no_message_is_passed_over(written: Written) -> None:
    written.prompt()
    written._transcript.noise(b"npm warn")
    written.line("agent", method=5, params="?")
    written.says("Whole")
    with written.path.open("ab") as file:
        file.write(b'{"at":"2026-11-24T12:00:00.000Z","from":"agent","mess')
    assert written.told() == ["message: Whole"]


def test_of_a_turn_longer_than_is_read_the_texts_that_are_whole_are_told(written: Written) -> None:
    written.prompt()
    for number in range(50):
        written.says(f"Half a text {number}")
    written.update("tool_call", toolCallId="c", status="in_progress")
    written.says("After it")
    assert written.told(tail=4_000) == ["tool: running", "message: After it"]


def test_of_a_text_longer_than_is_read_nothing_is_told(written: Written) -> None:
    written.prompt()
    for number in range(50):
        written.says(f"Half a text {number}")
    assert written.told(tail=4_000) == []


async def test_a_transcript_that_is_not_there_is_empty_and_one_that_cannot_be_read_is_a_failure(
    tmp_path: Path,
) -> None:
    driver = AcpDriver(LocalProcesses(), clock=TickingClock(), environment={})
    assert await driver.last_turn(str(tmp_path / "none.jsonl")) == []
    with pytest.raises(Unavailable, match="cannot be read"):
        await driver.last_turn(str(tmp_path))
