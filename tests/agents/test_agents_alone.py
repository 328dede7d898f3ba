"""Each real agent before the scripted model, without our driver: when this fails, the agent or the script has changed.

Short on purpose: what the agents can do in all is shown through the product (test_real_agents.py).
"""

import asyncio
import base64
import json
from pathlib import Path

import pytest

from tests.agents.pictures import png
from tests.agents.pipes import pipe
from tests.agents.probe import probing
from tests.agents.real import CODEX, GEMINI, RealAgent
from tests.models.endpoint import Endpoint

pytestmark = [pytest.mark.e2e, pytest.mark.agents]


async def test_it_plans_writes_a_file_runs_it_and_remembers(
    agent: RealAgent, models: Endpoint, tmp_path: Path
) -> None:
    async with probing(agent, models, tmp_path) as probe:
        await probe.new_session(tmp_path / "w", agent.asking)
        first = await probe.prompt("Write a program. [[work hello.py]]")
        assert first["stopReason"] == "end_turn"
        assert "hello from the scripted model" in (tmp_path / "w" / "hello.py").read_text()
        # Gemini CLI has no todos for the models that it chooses by itself.
        assert probe.said().startswith("I begin." if agent is GEMINI else "I make a plan.")
        assert probe.said().endswith("Done: hello.py is there and runs.")
        assert "I think first" in probe.thought()
        assert probe.asked, "each agent asks before it writes in this mode"
        [*_, ran] = models.of("work")
        assert ran.request
        results = "".join(text for round_ in ran.request.rounds() for text in round_.results.values())
        assert "hello from the scripted model" in results, "the model was told what the program printed"

        picture = base64.b64encode(png()).decode()
        image = {"type": "image", "mimeType": "image/png", "data": picture}
        await probe.prompt("[[image]]", image)
        assert probe.said().rpartition("I received ")[2].startswith(f"image/png, {len(png())} bytes, 3 × 2")

        await probe.prompt("[[recall]]")
        assert "Before this you said: Write a program. [[work hello.py]]" in probe.said()


async def test_what_is_refused_does_not_happen(agent: RealAgent, models: Endpoint, tmp_path: Path) -> None:
    async with probing(agent, models, tmp_path, permission="reject_once") as probe:
        await probe.new_session(tmp_path / "w", agent.asking)
        answer = await probe.prompt("[[write hello.py]]")
        assert probe.asked
        assert not (tmp_path / "w" / "hello.py").exists()
        assert answer["stopReason"] == ("cancelled" if agent is CODEX else "end_turn")


async def test_it_stops_in_mid_stream_and_in_a_command(
    agent: RealAgent, models: Endpoint, tmp_path: Path
) -> None:
    async with probing(agent, models, tmp_path) as probe:
        await probe.new_session(tmp_path / "w", agent.asking)
        turn = asyncio.create_task(probe.prompt("[[stream]]"))
        await probe.saw(lambda update: "word3" in json.dumps(update))
        await probe.cancel()
        assert (await turn)["stopReason"] == "cancelled"
        exchange = await models.seen(lambda e: e.scenario == "stream" and e.outcome != "under way")
        assert exchange.outcome == "left"

        with pipe(tmp_path / "pipe") as command:
            turn = asyncio.create_task(probe.prompt(f"[[endless {command.path}]]"))
            await command.has_reader()
            await probe.cancel()
            assert (await turn)["stopReason"] == "cancelled"
            if agent is not CODEX:  # which ends a command only with its session
                await command.has_no_reader()
            await probe.close()
            await command.has_no_reader()
