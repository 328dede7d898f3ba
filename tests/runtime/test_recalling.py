"""What agents had said when the server was killed is brought into their conversations at the next start."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Literal

import pytest

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.conversations import Automation, ConversationItem, Message, Thinking, ToolCall, ToolUse
from kanbanai.domain.errors import Unavailable
from kanbanai.domain.ids import ItemId
from kanbanai.domain.times import Timestamp, later
from kanbanai.domain.updates import Piece, Settled, Tool, Update
from kanbanai.runtime import recovery
from kanbanai.runtime.recalling import recall, unrecorded
from kanbanai.usecases import queries
from tests.runtime.stage import Stage, never_ends

pytestmark = pytest.mark.anyio
USE = ToolUse(name="command", action="exec", status="running")


@pytest.fixture
async def stage() -> AsyncGenerator[Stage]:
    async with Stage.opened() as stage:
        yield stage


@pytest.fixture
async def attempt(stage: Stage) -> Attempt:
    """An attempt whose agent has said one thing, which is recorded, when the server is killed."""
    stage.driver.turns = [never_ends]
    return await stage.start()


async def said(stage: Stage, attempt: Attempt) -> list[str]:
    """The agent's texts, in order."""
    items, _ = await stage.world.read(queries.conversation, attempt.id, None, 100)
    return [
        one.text
        for one in items
        if isinstance(one, Thinking) or (isinstance(one, Message) and one.role == "assistant")
    ]


def heard(stage: Stage, attempt: Attempt, *updates: Update) -> None:
    """The transcript ends with these, one after the other, as the agent said them just now."""
    now = stage.world.clock.now()
    stage.driver.transcripts[f"{attempt.id}.jsonl"] = [
        (later(now, timedelta(milliseconds=number)), one) for number, one in enumerate(updates)
    ]


async def test_a_text_that_was_being_written_is_brought_back(stage: Stage, attempt: Attempt) -> None:
    async with stage.restarted():
        before = await said(stage, attempt)
        heard(stage, attempt, Piece("t1", "message", "I have "), Piece("t1", "message", "found"))
        found = await recovery.recover(stage.equipment)
        assert [one.status for one in found.reconciled] == ["failed"]
        assert await said(stage, attempt) == [*before, "I have found"]


async def test_a_server_that_is_killed_while_it_recovers_brings_nothing_back_twice(
    stage: Stage, attempt: Attempt
) -> None:
    async with stage.restarted():
        before = await said(stage, attempt)
        tool = (Tool("c1", USE), Settled("t2"))
        heard(
            stage, attempt, Piece("t1", "thinking", "Hm"), Settled("t1"), *tool, Piece("t3", "message", "So")
        )
        assert await recall(stage.equipment, attempt) == 2
        assert await recall(stage.equipment, attempt) == 0
        assert await said(stage, attempt) == [*before, "Hm", "So"]


async def test_a_transcript_that_cannot_be_read_holds_up_nobody(stage: Stage, attempt: Attempt) -> None:
    async with stage.restarted():
        stage.driver.unreadable = Unavailable("The disk is gone")
        found = await recovery.recover(stage.equipment)
        assert [one.status for one in found.reconciled] == ["failed"]
        assert [str(fault) for fault in stage.faults] == ["The disk is gone"]
        stage.faults.clear()


# ── What is missing ─────────────────────────────────────────────────────────────────────────────────────────────────


def at(milliseconds: int) -> Timestamp:
    return later(Timestamp("2026-11-24T12:00:00.000Z"), timedelta(milliseconds=milliseconds))


def message(text: str, when: int, role: Literal["user", "assistant"] = "assistant") -> Message:
    return Message(
        id=ItemId(f"m{when}"), timestamp=at(when), role=role, text=text, format="markdown", profile_id=None
    )


def thought(text: str, when: int) -> Thinking:
    return Thinking(id=ItemId(f"t{when}"), timestamp=at(when), text=text, format="markdown")


def tool(when: int) -> ToolCall:
    return ToolCall(id=ItemId(f"c{when}"), timestamp=at(when), tool=USE)


def test_what_began_after_the_agents_last_item_is_missing() -> None:
    known: list[ConversationItem] = [
        message("Go on", 0, "user"),
        thought("Hm", 5),
        message("Yes", 10),
        tool(20),
    ]
    told: list[Message | Thinking] = [thought("Hm", 5), message("Yes", 10), message("Yes", 30)]
    assert unrecorded(told, known) == (told[2],)


def test_in_one_millisecond_the_words_decide() -> None:
    known: list[ConversationItem] = [thought("Hm", 10), tool(10)]
    told: list[Message | Thinking] = [thought("Hm", 10), message("Hm", 10), message("So", 10)]
    assert unrecorded(told, known) == tuple(told[1:])


def test_a_person_or_a_script_that_spoke_meanwhile_hides_nothing() -> None:
    script = Automation(
        id=ItemId("a"),
        timestamp=at(40),
        stage="dev",
        command="serve",
        cwd="/",
        status="running",
        started_at=at(40),
        completed_at=None,
        duration_ms=None,
        exit_code=None,
        stdout=None,
        stderr=None,
    )
    told = [message("Being written", 20)]
    assert unrecorded(told, [tool(10), message("And then?", 30, "user"), script]) == tuple(told)
