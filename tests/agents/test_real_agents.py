"""The real agents at work through the product: the server as a process, attempts over HTTP, the stream read.

Each test shows lines of the table in docs/agents.md (`shows`).
"""

import base64
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import ClassVar

import pytest

from tests.agents.pictures import png
from tests.agents.pipes import pipe
from tests.agents.product import Json, Workshop, following, serving, working
from tests.agents.real import CLAUDE, CODEX, GEMINI, OPENCODE, RealAgent
from tests.agents.table import NOTES, can, shows
from tests.models.endpoint import Endpoint
from tests.system.server import Server
from tests.system.work import marked

pytestmark = [pytest.mark.e2e, pytest.mark.agents]

PICTURE = base64.b64encode(png()).decode()


def files(attempt: Json) -> set[str]:
    """The names in the attempt's worktree."""
    return {path.name for path in Path(attempt["worktreePath"]).iterdir()}


def tool_calls(workshop: Workshop) -> list[Json]:
    return [item["tool"] for item in workshop.items("tool")]


class RealAgentContract:
    """What every agent is shown to do, or what happens instead. A class for each of them, so that they can run beside
    each other: each with a server of its own."""

    agent: ClassVar[RealAgent]

    @pytest.fixture(scope="class")
    async def served(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> AsyncGenerator[tuple[Server, Endpoint]]:
        if self.agent.missing:
            pytest.skip(self.agent.missing)
        async with serving(tmp_path_factory.mktemp(self.agent.key.lower())) as both:
            yield both

    @pytest.fixture
    async def workshop(self, served: tuple[Server, Endpoint], tmp_path: Path) -> AsyncGenerator[Workshop]:
        async with working(*served, self.agent, tmp_path) as board:
            yield board

    @shows("work", "output", "plan", "usage")
    async def test_it_thinks_plans_writes_and_runs(self, workshop: Workshop) -> None:
        attempt_id = await workshop.start("Write a program. [[work hello.py]]")
        attempt = await workshop.ended(attempt_id)
        assert (attempt["status"], attempt["failure"]) == ("succeeded", None)
        program = Path(attempt["worktreePath"]) / "hello.py"
        assert "hello from the scripted model" in program.read_text(encoding="utf-8")
        assert workshop.said() == "Done: hello.py is there and runs."
        assert any("I think first" in item["text"] for item in workshop.items("thinking"))

        tools = tool_calls(workshop)
        assert {tool["status"] for tool in tools} == {"succeeded"}
        [command] = [tool for tool in tools if tool["action"] == "exec"]
        assert command["command"] == "python3 hello.py"
        assert ("hello from the scripted model" in (command.get("stdout") or "")) == can("output", self.agent)
        [change] = [tool for tool in tools if tool["action"] == "apply_patch"]
        assert [one["path"] for one in change["metadata"]["changes"]] == ["hello.py"]

        assert any(frame.event == "attempt_todos" for frame in workshop.frames) == can("plan", self.agent)
        if can("plan", self.agent):
            todos = [f.body["todos"] for f in workshop.frames if f.event == "attempt_todos"]
            assert (todos[-1]["total"], todos[-1]["completed"]) == (3, 3)

        usage = attempt["usage"]
        assert usage["inputTokens"] > 0
        assert usage["outputTokens"] > 0
        assert ("cost" in usage) == ("cost" in NOTES["usage", self.agent.key])

    @shows("allowed")
    async def test_what_is_allowed_happens(self, workshop: Workshop) -> None:
        attempt_id = await workshop.start("[[write hello.py]]", mode="ask")
        await workshop.saw("attempt_status", lambda body: body.get("waiting") == 1)
        await workshop.answer(attempt_id, "allow")
        attempt = await workshop.ended(attempt_id)
        assert attempt["status"] == "succeeded"
        assert (Path(attempt["worktreePath"]) / "hello.py").exists()
        await workshop.saw("attempt_permission", lambda body: body["permission"]["status"] == "allowed")

    @shows("refused")
    async def test_what_is_refused_does_not_happen(self, workshop: Workshop) -> None:
        attempt_id = await workshop.start("[[write hello.py]]", mode="ask")
        await workshop.answer(attempt_id, "reject")
        attempt = await workshop.ended(attempt_id)
        assert attempt["status"] == "succeeded", "a refusal is no failure"
        assert not (Path(attempt["worktreePath"]) / "hello.py").exists()
        await workshop.saw("attempt_permission", lambda body: body["permission"]["status"] == "rejected")
        assert all(tool["status"] != "succeeded" for tool in tool_calls(workshop))
        went_on = len(workshop.models.of("write")) > 1
        assert went_on == (("refused", self.agent.key) not in NOTES)

    @shows("edit mode")
    async def test_in_edit_mode_it_edits_unasked_and_asks_before_a_command(self, workshop: Workshop) -> None:
        attempt_id = await workshop.start("[[edit README|A shop.|Our shop.]]", mode="edit")
        attempt = await workshop.ended(attempt_id)
        readme = Path(attempt["worktreePath"]) / "README"
        assert readme.read_text(encoding="utf-8") == "Our shop.\n"
        assert not [frame for frame in workshop.frames if frame.event == "attempt_permission"]

        # Not `touch`: that is an edit to Claude Code, too.
        await workshop.say(attempt_id, """[[run python3 -c "open('ran', 'w')"]]""")
        asks = ("edit mode", self.agent.key) not in NOTES
        if asks:
            await workshop.answer(attempt_id, "allow")
        assert (await workshop.ended(attempt_id))["status"] == "succeeded"
        assert (Path(attempt["worktreePath"]) / "ran").exists()
        assert any(frame.event == "attempt_permission" for frame in workshop.frames) == asks

    @shows("plan mode")
    async def test_in_plan_mode_it_changes_nothing(self, workshop: Workshop) -> None:
        attempt = await workshop.ended(await workshop.start("[[write hello.py]]", mode="plan"))
        assert attempt["status"] == "succeeded"
        assert files(attempt) == {".git", "README"}
        assert not [frame for frame in workshop.frames if frame.event == "attempt_permission"], (
            "nobody is asked"
        )

    @shows("follow-up", "image")
    async def test_a_follow_up_knows_what_was_said_and_takes_a_picture(self, workshop: Workshop) -> None:
        attempt_id = await workshop.start("The word is BLUE-WHALE. [[text yes]]")
        await workshop.ended(attempt_id)
        await workshop.say(attempt_id, "[[recall]]")
        assert (await workshop.ended(attempt_id))["status"] == "succeeded"
        assert "BLUE-WHALE" in workshop.said()
        retold = [item for item in workshop.items("message") if item["role"] == "system"]
        assert bool(retold) == (("follow-up", self.agent.key) in NOTES)

        await workshop.say(attempt_id, "[[image]]", {"data": PICTURE, "mime": "image/png", "name": "red.png"})
        await workshop.ended(attempt_id)
        assert workshop.said().startswith(f"I received image/png, {len(png())} bytes, 3 × 2 pixels")

    @shows("stream")
    async def test_it_stops_in_mid_sentence(self, workshop: Workshop) -> None:
        attempt_id = await workshop.start("[[stream]]")
        await workshop.saw("conversation_delta", lambda body: "word3" in body["text"])
        await workshop.stop(attempt_id)
        attempt = await workshop.ended(attempt_id)
        assert (attempt["status"], attempt["failure"]) == ("stopped", None)
        exchange = await workshop.models.seen(lambda e: e.scenario == "stream" and e.outcome != "under way")
        assert exchange.outcome == "left"
        assert "word3" in workshop.said(), "what was said until then is kept"

    @shows("command")
    async def test_it_stops_in_a_command_and_leaves_no_process(
        self, workshop: Workshop, tmp_path: Path
    ) -> None:
        with pipe(tmp_path / "pipe") as command:
            attempt_id = await workshop.start(f"[[endless {command.path}]]")
            await command.has_reader()
            await workshop.saw("conversation_item", lambda body: body["item"]["type"] == "tool")
            await workshop.stop(attempt_id)
            attempt = await workshop.ended(attempt_id)
            assert attempt["status"] == "stopped"
            assert not command.is_read(), "when it is stopped, nothing of it is left"
            assert marked(attempt_id) == []
        assert {tool["status"] for tool in tool_calls(workshop)} == {"cancelled"}

    @shows("500")
    async def test_an_error_of_the_model_is_a_failure(self, workshop: Workshop) -> None:
        attempt = await workshop.ended(await workshop.start("[[error 500]]"))
        assert attempt["status"] == "failed"
        assert attempt["failure"].startswith(f"{self.agent.named} failed: ")
        assert [item["text"] for item in workshop.items("error")] == [attempt["failure"]]

    @shows("401")
    async def test_a_refused_key_is_a_failure_that_says_so(self, workshop: Workshop) -> None:
        attempt = await workshop.ended(await workshop.start("[[error 401]]"))
        assert attempt["status"] == "failed"
        assert attempt["failure"].startswith(f"{self.agent.named} is not logged in")
        assert [item["text"] for item in workshop.items("error")] == [attempt["failure"]]

    @shows("cut")
    async def test_an_answer_that_breaks_off_is_a_failure(self, workshop: Workshop) -> None:
        attempt = await workshop.ended(await workshop.start("[[cut]]"))
        assert attempt["status"] == "failed"
        assert attempt["failure"].startswith(f"{self.agent.named} failed: ")

    @shows("short")
    async def test_an_answer_that_ends_too_early_is_a_failure(self, workshop: Workshop) -> None:
        attempt_id = await workshop.start("[[short]]")
        if self.agent is OPENCODE:  # which asks for it again for ever
            await workshop.until(lambda: len(workshop.spoken()) > 2)
            await workshop.stop(attempt_id)
        attempt = await workshop.ended(attempt_id)
        expected = {"OPENCODE": "stopped", "GEMINI": "succeeded"}.get(self.agent.key, "failed")
        assert attempt["status"] == expected
        assert bool(attempt["failure"]) == (expected == "failed")

    @shows("resume")
    async def test_it_goes_on_after_the_server_was_killed(self, tmp_path: Path) -> None:
        async with serving(tmp_path / "own") as (server, models):
            with pipe(tmp_path / "pipe") as command:
                async with working(server, models, self.agent, tmp_path) as workshop:
                    attempt_id = await workshop.start(f"The word is RED-FOX. [[endless {command.path}]]")
                    await command.has_reader()
                    await server.kill()
                await server.start()
                assert marked(attempt_id) == [], (
                    "what the killed server left was ended before anybody was answered"
                )
                assert "the last server did not end in order" in server.errors()
                server.log.write_bytes(b"")
                await command.has_no_reader()
            command.path.unlink()  # who asks again for the command that was cut off, gets an end of it
            async with following(server, models, self.agent, workshop.board_id) as workshop:
                attempt = await workshop.ended(attempt_id)
                assert attempt["status"] == "failed"
                assert attempt["failure"] == "The server was stopped while the agent was at work"
                await workshop.resume(attempt_id)
                assert (await workshop.ended(attempt_id))["status"] == "succeeded"
                await workshop.say(attempt_id, "[[recall]]")
                await workshop.ended(attempt_id)
                assert "RED-FOX" in workshop.said()
                assert marked(attempt_id) == []


class TestOpenCode(RealAgentContract):
    """The slowest comes first: it must not be what all wait for in the end."""

    agent = OPENCODE


class TestGemini(RealAgentContract):
    agent = GEMINI


class TestClaudeCode(RealAgentContract):
    agent = CLAUDE


class TestCodex(RealAgentContract):
    agent = CODEX
