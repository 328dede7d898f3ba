"""When the lines of a transcript are in its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kanbanai.adapters.agents.transcript import HELD, Transcript
from tests.world import TickingClock


class Turn:
    """The end of a turn of the loop, when the test says so."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def later(self, work: Callable[[], None]) -> None:
        self.work.append(work)

    def ends(self) -> None:
        work, self.work = self.work, []
        for one in work:
            one()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "att-1.jsonl"


def numbers(path: Path) -> list[int]:
    return [json.loads(line)["message"]["n"] for line in path.read_text().splitlines()]


def test_what_comes_in_one_turn_is_written_at_its_end(path: Path) -> None:
    turn = Turn()
    transcript = Transcript(str(path), TickingClock(), later=turn.later)
    for number in (1, 2):
        transcript.message("agent", b'{"n":%d}' % number)
    assert (numbers(path), len(turn.work)) == ([], 1)
    turn.ends()
    transcript.message("agent", b'{"n":3}')
    assert numbers(path) == [1, 2]
    turn.ends()
    assert numbers(path) == [1, 2, 3]
    transcript.close()


def test_closing_writes_what_waits_and_its_turn_then_finds_nothing(path: Path) -> None:
    turn = Turn()
    transcript = Transcript(str(path), TickingClock(), later=turn.later)
    transcript.message("client", b'{"n":1}')
    transcript.close()
    turn.ends()
    assert (numbers(path), transcript.fault) == ([1], None)


def test_many_bytes_do_not_wait_for_the_turns_end(path: Path) -> None:
    turn = Turn()
    transcript = Transcript(str(path), TickingClock(), later=turn.later)
    transcript.message("agent", b'{"n":1,"text":"%b"}' % (b"x" * HELD))
    assert numbers(path) == [1]
    transcript.message("agent", b'{"n":2}')
    turn.ends()
    assert numbers(path) == [1, 2]
    transcript.close()
