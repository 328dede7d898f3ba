"""The words that steer the demo agent, the load that it plays, and what it remembers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kanbanai.demo import trace, words
from kanbanai.demo.memory import FORGET_AFTER, LONGEST_KEPT, Memory, Session
from kanbanai.demo.pace import Pace
from kanbanai.demo.words import Wish, plain, wishes
from tests.house.sources import ROOT


def test_words_stand_on_lines_of_their_own() -> None:
    prompt = "Do it\n  demo: slow\ndemo: trace 40\nnot demo: fail\ndemo: unheard-of"
    assert wishes(prompt) == [Wish("slow", 0), Wish("trace", 40)]
    assert plain("Do it\ndemo: slow\n") == "Do it"


def test_a_number_that_is_left_out_or_vast_is_put_right() -> None:
    assert wishes("demo: big-output") == [Wish("big-output", 10)]
    assert wishes("demo: say 999999999") == [Wish("say", words.MOST)]


def test_every_word_is_told_in_the_guide() -> None:
    told = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    assert [word for word in words.DEFAULTS if f"`demo: {word}" not in told] == []


def test_the_trace_is_as_large_and_as_uneven_as_the_one_it_stands_for() -> None:
    seconds = trace.rhythm()
    kinds = list(trace.kinds())
    assert (len(seconds), sum(seconds), max(seconds)) == (41 * 60, 31_314, 63)
    assert min(seconds) == 0
    assert len(kinds) == 31_314
    assert kinds.count("thought") == 28_967
    assert trace.rhythm() == seconds


def test_a_session_is_remembered_in_part_and_forgotten_after_a_month(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    session = Session(cwd="/tree", mode="full", turns=[("q" * 5_000, "a")])
    memory.keep(session)
    kept = memory.recall(session.id)
    assert kept is not None
    assert (kept.mode, kept.cwd) == ("full", "/tree")
    assert kept.turns == [("q" * LONGEST_KEPT, "a")]
    long_ago = time.time() - FORGET_AFTER - 60
    os.utime(tmp_path / f"{session.id}.json", (long_ago, long_ago))
    memory.keep(Session(cwd="/tree"))
    assert memory.recall(session.id) is None


@pytest.mark.parametrize("session_id", ["../../etc/passwd", "0" * 32, ""])
def test_what_is_no_session_is_none(tmp_path: Path, session_id: str) -> None:
    assert Memory(tmp_path).recall(session_id) is None


def test_a_damaged_memory_is_none(tmp_path: Path) -> None:
    session = Session(cwd="/tree")
    Memory(tmp_path).keep(session)
    (tmp_path / f"{session.id}.json").write_text('{"turns": 7}')
    assert Memory(tmp_path).recall(session.id) is None


@pytest.mark.parametrize("text", ["fast", "-1", "nan", "inf"])
def test_a_pace_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="KANBANAI_DEMO_SPEED must be a number from 0 on"):
        Pace.of(text)


def test_the_program_says_which_one_it_is_and_why_it_does_not_start() -> None:
    argv = [sys.executable, "-m", "kanbanai.demo"]
    told = subprocess.run([*argv, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("kanbanai-demo ")
    environment = {**os.environ, "KANBANAI_DEMO_SPEED": "soon"}
    refused = subprocess.run(argv, capture_output=True, text=True, check=False, env=environment)
    assert (refused.returncode, "must be a number" in refused.stderr) == (2, True)
