"""The demo agent as a writer on the real program: rewritten while everybody looks, called off, cut off by a kill."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.system.server import Server, running
from tests.system.work import FAST, Shop, marked, shop

pytestmark = pytest.mark.system

ENDLESS = "Three times.\n\ndemo: say 1\ndemo: shell 600"
"""A description whose `demo:` lines have the demo agent say a word, and then keep it at a command."""


async def written(desk: Shop, description: str) -> str:
    """A card with that description, whose text is being rewritten."""
    card = await desk.card("uploads fail")
    await desk.call("PATCH", f"/boards/{desk.id}/cards/{card}", {"description": description})
    await desk.call("POST", f"/projects/{desk.id}/cards/{card}/enhance", {"agent": "DEMO"}, status=202)
    return card


async def enhancement(desk: Shop, card: str, status: str | None, *, after: int = 0) -> Any:
    def fits(body: Any) -> bool:
        return bool(body["cardId"] == card and body["status"] == status)

    return await desk.sees("card_enhancement", fits, after=after)


def changes(repository: Path) -> str:
    """What git says has changed in the project's own folder."""
    command = ["git", "-C", repository, "status", "--porcelain"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def left(server: Server, project_id: str) -> list[Any]:
    """Processes and folders of writers that are still there."""
    place = server.data / "writing"
    return [*marked(f"writing/{project_id}"), *(place.iterdir() if place.exists() else ())]


async def at_its_command(desk: Shop, card: str, *, after: int = 0) -> None:
    """Waits until the demo agent has said its word; its command follows at once."""
    await desk.sees("enhancement_delta", lambda body: body["cardId"] == card, after=after)
    assert left(desk.server, desk.id) != []


async def test_every_viewer_sees_a_text_become_better_and_one_accepts_it(tmp_path: Path) -> None:
    async with (
        running(tmp_path, environment=FAST) as server,
        shop(server, tmp_path / "repository") as desk,
        Shop.opened(server, desk.id) as other,
    ):
        card = await written(desk, "They fail when the network is slow. Retry three times.")
        for viewer in (desk, other):
            ready = await enhancement(viewer, card, "ready")
            assert ready["suggestion"]["title"] == "Uploads fail"
            pieces = [f.body["text"] for f in viewer.frames if f.event == "enhancement_delta"]
            assert "".join(pieces).startswith("# Uploads fail")
        assert left(server, desk.id) == []
        answer = await other.call("POST", f"/projects/{desk.id}/cards/{card}/enhancement/accept")
        assert answer["card"]["isEnhanced"] is True
        assert "- Retry three times." in answer["card"]["description"]
        await enhancement(desk, card, None)
        assert await asyncio.to_thread(changes, tmp_path / "repository") == ""


async def test_taking_it_back_ends_the_agent_and_its_command(tmp_path: Path) -> None:
    async with running(tmp_path, environment=FAST) as server, shop(server, tmp_path / "repository") as desk:
        card = await written(desk, ENDLESS)
        await at_its_command(desk, card)
        await desk.call("DELETE", f"/projects/{desk.id}/cards/{card}/enhancement")
        assert left(server, desk.id) == []
        await enhancement(desk, card, None)


async def test_the_servers_end_and_a_kill_leave_no_agent_and_a_sentence(tmp_path: Path) -> None:
    async with running(tmp_path, environment=FAST) as server:
        async with shop(server, tmp_path / "repository") as desk:
            card = await written(desk, ENDLESS)
            await at_its_command(desk, card)
            await server.kill()
        await server.start()
        assert left(server, desk.id) == [], (
            "what the killed server left was ended before anybody was answered"
        )
        assert "texts were being written when the last server ended" in server.errors()
        server.log.write_bytes(b"")
        async with Shop.opened(server, desk.id) as desk:
            found = await desk.call("GET", f"/projects/{desk.id}/enhancements")
            assert found["enhancements"][card]["status"] == "failed"
            assert "ask for it again" in found["enhancements"][card]["failure"]
            again = len(desk.frames)
            await desk.call("POST", f"/projects/{desk.id}/cards/{card}/enhance", {}, status=202)
            await at_its_command(desk, card, after=again)
        assert await server.stop() == 0
        assert left(server, desk.id) == []
        await server.start()
        server.log.write_bytes(b"")


async def test_a_pull_request_is_drafted_from_what_an_attempt_committed(tmp_path: Path) -> None:
    async with running(tmp_path, environment=FAST) as server, shop(server, tmp_path / "repository") as desk:
        await desk.call("PATCH", f"/projects/{desk.id}/settings", {"autoCommitOnFinish": True})
        card = await desk.card("Say hello")
        empty = await desk.client.post(f"/projects/{desk.id}/pull-requests/summary", json={"cardId": card})
        assert (empty.status_code, empty.json()["code"]) == (409, "conflict")
        attempt = await desk.start(card)
        await desk.answer(attempt)
        await desk.sees("git_commit", lambda body: body["attemptId"] == attempt)
        made = await desk.call("POST", f"/projects/{desk.id}/pull-requests/summary", {"cardId": card})
        assert made["summary"]["title"] == "Say hello"
        assert "`demo/say_hello.py` (new, +" in made["summary"]["body"]
        assert left(server, desk.id) == []
