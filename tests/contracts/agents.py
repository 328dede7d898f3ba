"""What every driver of agents keeps, told through an agent that does what its prompt says (`demo: …`)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from kanbanai.domain.cards import Image
from kanbanai.domain.updates import Piece, Plan, Prompt, Settled, Spent, Tool
from kanbanai.ports import AgentSession
from tests.adapters.agents.doubles import PATIENCE, Ear

PIXEL = base64.b64encode(b"\x89PNG not really").decode()


async def alive(pid: int) -> bool:
    """Whether anything of that process group is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, 0)
        return True
    return False


def transcribed(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class AgentContract:
    """A subclass has a fixture `bench` with `demo(ear, …) -> AgentSession`, `tree`, `transcript`, `processes`."""

    async def test_a_turn_tells_what_an_agent_does(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear)
        assert not session.has_context
        assert session.takes_images
        end = await session.prompt(Prompt(text="Greet the board"))
        assert end.reason == "done"
        plans = [one for one in ear.heard if isinstance(one, Plan)]
        assert [one.todos.completed for one in plans] == [0, 1, 2, 3, 4, 5]
        assert ear.text("thinking")
        assert "## Done" in ear.text()
        tools = [one.tool for one in ear.tools().values()]
        assert [one.action for one in tools] == ["read", "apply_patch", "apply_patch", "exec"]
        assert {one.status for one in tools} == {"succeeded"}
        assert tools[1].metadata is not None
        assert tools[1].metadata["changes"][0]["path"] == "demo/greet_the_board.py"
        assert tools[3].exit_code == 0
        assert tools[3].stdout is not None
        assert tools[3].stdout.startswith("Hello, Greet the board!")
        assert len(ear.asked) == 1
        assert (bench.tree / "demo" / "greet_the_board.py").exists()
        assert any(isinstance(one, Spent) and one.usage.output_tokens for one in ear.heard)

    async def test_every_text_is_settled_and_every_tool_call_over_when_a_turn_ends(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear)
        await session.prompt(Prompt(text="Greet the board"))
        texts = {one.key for one in ear.heard if isinstance(one, Piece)}
        assert texts == {one.key for one in ear.heard if isinstance(one, Settled)}
        assert not {one.tool.status for one in ear.tools().values()} & {"created", "running"}

    async def test_a_refused_permission_is_heard_by_the_agent(self, bench: Any) -> None:
        ear = Ear(lambda ask: next(one.id for one in ask.options if one.kind == "reject_once"))
        session = await bench.demo(ear)
        assert (await session.prompt(Prompt(text="Greet"))).reason == "done"
        assert "not run" in ear.text()

    async def test_no_answer_is_a_rejection(self, bench: Any) -> None:
        ear = Ear(lambda _: None)
        session = await bench.demo(ear)
        assert (await session.prompt(Prompt(text="demo: ask"))).reason == "done"
        assert ear.text() == "Then I leave it."

    async def test_the_mode_full_asks_nothing_and_plan_changes_nothing(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear, config={"mode": "plan"})
        await session.prompt(Prompt(text="Greet"))
        assert list(bench.tree.iterdir()) == []
        session = await bench.demo(ear, config={"mode": "full"})
        await session.prompt(Prompt(text="Greet"))
        assert ear.asked == []
        assert [one.name for one in bench.tree.iterdir()] == ["demo"]

    async def test_a_follow_up_and_one_that_was_taken_up_again_keep_the_context(self, bench: Any) -> None:
        ear = Ear()
        first = await bench.demo(ear, config={"mode": "plan"})
        await first.prompt(Prompt(text="The first thing"))
        await first.prompt(Prompt(text="The second thing"))
        assert "began with “The first thing”" in ear.text("thinking")
        await first.close()
        later = Ear()
        second = await bench.demo(later, session=first.session_id, config={"mode": "plan"})
        assert second.has_context
        assert second.session_id == first.session_id
        assert later.heard == []
        await second.prompt(Prompt(text="The third thing"))
        assert "began with “The first thing”" in later.text("thinking")

    async def test_a_session_that_is_gone_is_replaced_and_says_so(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear, session="0" * 32)
        assert not session.has_context
        assert session.session_id != "0" * 32
        assert "could not be taken up again" in ear.notices()[0]

    async def test_images_reach_the_agent(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear, config={"mode": "plan"})
        await session.prompt(Prompt(text="Look", images=(Image(PIXEL, "image/png"),)))
        assert "1 pictures came with it (image/png)" in ear.text("thinking")

    @pytest.mark.parametrize("words", ["demo: hang", "demo: shell 600", "demo: say 100000", "demo: trace 0"])
    async def test_a_turn_can_be_cancelled_in_every_phase(self, bench: Any, words: str) -> None:
        ear = Ear()
        session = await bench.demo(ear)
        turn = asyncio.create_task(session.prompt(Prompt(text=words)))
        await ear.until(lambda one: bool(one.heard))
        await session.cancel()
        async with asyncio.timeout(PATIENCE):
            assert (await turn).reason == "cancelled"
        assert {one.tool.status for one in ear.tools().values()} <= {"cancelled", "succeeded"}
        assert (await session.prompt(Prompt(text="demo: say 1"))).reason == "done"

    async def test_a_turn_can_be_cancelled_while_it_waits_for_a_permission(self, bench: Any) -> None:
        ear = Ear()
        ear.mute_asks = True
        session = await bench.demo(ear)
        turn = asyncio.create_task(session.prompt(Prompt(text="demo: ask")))
        await ear.until(lambda one: bool(one.asked))
        await session.cancel()
        async with asyncio.timeout(PATIENCE):
            assert (await turn).reason == "cancelled"

    async def test_a_close_ends_the_turn_and_every_process(self, bench: Any) -> None:
        ear = Ear()
        session: AgentSession = await bench.demo(ear)
        turn = asyncio.create_task(session.prompt(Prompt(text="demo: shell 600")))
        await ear.until(lambda one: bool(one.tools()))
        await session.close()
        async with asyncio.timeout(PATIENCE):
            assert (await turn).reason == "cancelled"
        assert not await alive(bench.processes.started[-1].pid)
        await session.close()
        assert (await session.prompt(Prompt(text="Hello?"))).reason == "cancelled"

    async def test_a_failure_of_the_model_is_a_sentence(self, bench: Any) -> None:
        session = await bench.demo(Ear())
        end = await session.prompt(Prompt(text="demo: fail"))
        assert end.reason == "failed"
        assert end.failure is not None
        assert "The model's provider answered 500" in end.failure
        end = await session.prompt(Prompt(text="demo: unauthorized"))
        assert end.failure is not None
        assert "not logged in" in end.failure
        assert (await session.prompt(Prompt(text="demo: refuse"))).reason == "refused"

    async def test_an_agent_that_dies_is_a_failure_with_its_last_words(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear)
        end = await session.prompt(Prompt(text="demo: die"))
        assert end.reason == "failed"
        assert end.failure is not None
        assert end.failure.endswith("ended with exit code 3")
        assert end.details is not None
        assert "dies as it was asked to" in end.details
        assert ear.text() == "I begin, but"

    async def test_a_large_output_is_whole(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear)
        await session.prompt(Prompt(text="demo: big-output 2"))
        (tool,) = ear.tools().values()
        assert tool.output is not None
        assert len(tool.output) == 2 << 20
        assert tool.tool.stdout is not None
        assert len(tool.tool.stdout) == 32_768

    async def test_a_listener_without_room_slows_the_agent(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear)
        turn = asyncio.create_task(session.prompt(Prompt(text="demo: say 100000")))
        await ear.until(lambda one: len(one.heard) > 10)
        ear.open.clear()
        heard = len(ear.heard)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(ear.heard) <= heard + 1
        ear.open.set()
        await ear.until(lambda one: len(one.heard) > heard + 100)
        await session.cancel()
        await turn

    async def test_the_transcript_has_every_message_in_order(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear, config={"mode": "plan"})
        await session.prompt(Prompt(text="Greet"))
        await session.close()
        lines = transcribed(bench.transcript)
        assert [lines[0]["from"], lines[0]["message"]["method"]] == ["client", "initialize"]
        assert [one["at"] for one in lines] == sorted(one["at"] for one in lines)
        spoken = [
            one["message"]["params"]["update"]["content"]["text"]
            for one in lines
            if one["message"].get("params", {}).get("update", {}).get("sessionUpdate")
            == "agent_message_chunk"
        ]
        assert "".join(spoken) == ear.text()

    async def test_updates_are_heard_in_the_order_in_which_they_were_said(self, bench: Any) -> None:
        ear = Ear()
        session = await bench.demo(ear)
        await session.prompt(Prompt(text="demo: tools 200"))
        starts = [
            one.tool.name for one in ear.heard if isinstance(one, Tool) and one.tool.status == "running"
        ]
        assert starts == [f"Read part {number}" for number in range(1, 201)]
