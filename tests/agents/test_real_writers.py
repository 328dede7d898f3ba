"""The real agents as writers: they get what they are to know, may change nothing, and leave nothing."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.agents.pictures import png
from tests.agents.product import Json, Workshop, serving, working
from tests.agents.real import CLAUDE, CODEX, GEMINI, OPENCODE, RealAgent
from tests.agents.table import NOTES
from tests.models.endpoint import Endpoint
from tests.system.server import Server
from tests.system.work import marked

pytestmark = [pytest.mark.e2e, pytest.mark.agents]

PICTURE = {"data": base64.b64encode(png()).decode(), "mime": "image/png", "name": "red.png"}


def files(folder: Path) -> dict[str, bytes]:
    """What is in a project's folder, git's own files left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


class RealWriterContract:
    """What every agent is shown to do as a writer. A class for each of them, with a server of its own."""

    agent: ClassVar[RealAgent]

    @pytest.fixture(scope="class")
    async def served(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> AsyncGenerator[tuple[Server, Endpoint]]:
        if self.agent.missing:
            pytest.skip(self.agent.missing)
        async with serving(tmp_path_factory.mktemp(f"{self.agent.key.lower()}-writes")) as both:
            yield both

    @pytest.fixture
    async def workshop(self, served: tuple[Server, Endpoint], tmp_path: Path) -> AsyncGenerator[Workshop]:
        async with working(*served, self.agent, tmp_path) as board:
            yield board

    async def card(self, workshop: Workshop, **fields: Any) -> str:
        board = await workshop.call("GET", f"/boards/{workshop.board_id}")
        draft = {"columnId": board["state"]["columnOrder"][0], "title": "Retry uploads", **fields}
        shown = await workshop.call("POST", f"/boards/{workshop.board_id}/cards", draft)
        return str(shown["cardId"])

    async def enhance(self, workshop: Workshop, scenario: str, **fields: Any) -> str:
        """Has a card rewritten; the model plays the scenario, which the project's own prompt names."""
        project = f"/projects/{workshop.board_id}"
        await workshop.call("PATCH", f"{project}/settings", {"enhancePrompt": f"Write it better. {scenario}"})
        card_id = await self.card(workshop, **fields)
        await workshop.call("POST", f"{project}/cards/{card_id}/enhance", {"agent": self.agent.key})
        return card_id

    async def outcome(self, workshop: Workshop, card_id: str) -> Json:
        """What became of a card's enhancement, once it is there."""

        def is_over(body: Json) -> bool:
            return bool(body["cardId"] == card_id and body["status"] in {"ready", "failed"})

        return await workshop.saw("card_enhancement", is_over)

    def left(self, workshop: Workshop) -> list[Any]:
        """Processes and folders of writers that are still there."""
        place = workshop.server.data / "writing"
        return [*marked(f"writing/{workshop.board_id}"), *(place.iterdir() if place.exists() else ())]

    async def test_it_writes_a_ticket_better_with_its_picture(self, workshop: Workshop) -> None:
        card_id = await self.enhance(workshop, "[[ticket]]", description="Three times.", images=[PICTURE])
        found = await self.outcome(workshop, card_id)
        assert found.get("failure") is None
        assert found["suggestion"]["title"] == "A better title"
        picture = f"I received image/png, {len(png())} bytes, 3 × 2 pixels"
        assert found["suggestion"]["description"].startswith(picture)
        told = [f.body for f in workshop.frames if f.event == "enhancement_delta"]
        assert "".join(one["text"] for one in told).strip().startswith("# A better title")
        [exchange] = workshop.models.of("ticket")
        asked = str(exchange.body)
        assert "<title>Retry uploads</title>" in asked
        assert "Three times." in asked
        assert self.left(workshop) == []

    async def test_it_may_write_nothing(self, workshop: Workshop, tmp_path: Path) -> None:
        before = files(tmp_path / "shop")
        card_id = await self.enhance(workshop, "[[ticket hello.py]]")
        found = await self.outcome(workshop, card_id)
        assert files(tmp_path / "shop") == before
        assert not [frame for frame in workshop.frames if frame.event == "attempt_permission"], (
            "nobody is asked"
        )
        if ("refused", self.agent.key) in NOTES:  # its turn ends there, before it has written anything
            assert found["status"] == "failed"
            assert "did not answer with a title and a text" in found["failure"]
        else:
            assert found["suggestion"]["title"] == "A better title"
        assert self.left(workshop) == []

    async def test_it_is_called_off_in_mid_sentence(self, workshop: Workshop) -> None:
        card_id = await self.enhance(workshop, "[[stream]]")
        await workshop.saw("enhancement_delta", lambda body: "word3" in body["text"])
        assert self.left(workshop) != []
        path = f"/projects/{workshop.board_id}/cards/{card_id}/enhancement"
        await workshop.call("DELETE", path)
        assert self.left(workshop) == []
        await workshop.saw("card_enhancement", lambda body: body["status"] is None)
        exchange = await workshop.models.seen(lambda e: e.scenario == "stream" and e.outcome != "under way")
        assert exchange.outcome == "left"

    async def test_it_drafts_a_pull_request(self, workshop: Workshop, tmp_path: Path) -> None:
        repository = tmp_path / "shop"
        project = f"/projects/{workshop.board_id}"
        attempt = await workshop.ended(await workshop.start("[[write hello.py]]"))
        worktree = attempt["worktreePath"]
        await workshop.call("POST", f"/attempts/{attempt['id']}/git/commit", {"subject": "feat: say hello"})
        before = files(repository), files(Path(worktree))
        await workshop.call("PATCH", f"{project}/settings", {"prSummaryPrompt": "Tell it. [[ticket]]"})
        body = {"attemptId": attempt["id"], "agent": self.agent.key}
        made = await workshop.call("POST", f"{project}/pull-requests/summary", body)
        assert made == {
            "summary": {"title": "A better title", "body": "I received no picture."},
        }
        asked = str(workshop.models.of("ticket")[-1].body)
        assert "feat: say hello" in asked
        assert "hello from the scripted model" in asked
        assert (files(repository), files(Path(worktree))) == before
        assert self.left(workshop) == []


class TestOpenCodeWrites(RealWriterContract):
    agent = OPENCODE


class TestGeminiWrites(RealWriterContract):
    agent = GEMINI


class TestClaudeCodeWrites(RealWriterContract):
    agent = CLAUDE


class TestCodexWrites(RealWriterContract):
    agent = CODEX
