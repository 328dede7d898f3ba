"""Cards and issues on the real program: what a person changed reaches GitHub, though both went away meanwhile."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.forge.standin import standing_in
from tests.system.board import Board, FrameReader
from tests.system.server import TIMEOUT, Server, project, running

pytestmark = pytest.mark.system
REPO = "acme/wire"


def came_from(repository: Path, url: str) -> None:
    """Makes the repository one whose remote is there."""
    subprocess.run(["git", "-C", repository, "config", "remote.origin.url", url], check=True)


async def seen(server: Server, board_id: str, is_met: Callable[[Any], bool]) -> None:
    """Watches the board until it is so."""
    board, frames = Board(), FrameReader()
    stream = {"boardId": board_id, "view": "patch"}
    async with (
        asyncio.timeout(TIMEOUT),
        server.client() as client,
        client.stream("GET", "/sse", params=stream) as answer,
    ):
        async for data in answer.aiter_bytes():
            for frame in frames.feed(data):
                board.take(frame)
            if board.state is not None and is_met(board.state):
                return
    raise AssertionError("the stream ended")


async def test_what_waits_reaches_github_after_a_kill(tmp_path: Path) -> None:
    async with standing_in() as github:
        github.repo(REPO)
        for number in range(120):
            github.issue(REPO, f"Issue {number}")
        environment = {"GITHUB_TOKEN": github.user("ada"), "KANBANAI_GITHUB_URL": github.base}
        async with running(tmp_path, environment=environment) as server:
            board_id = await project(server, tmp_path / "shop")
            await asyncio.to_thread(came_from, tmp_path / "shop", f"{github.base}/{REPO}")
            async with server.client() as client:
                path = f"/boards/{board_id}"
                settings = {"githubIssueAutoCreateEnabled": True}
                await client.patch(f"/projects/{board_id}/settings", json=settings)
                asked = {"owner": "acme", "repo": "wire"}
                counts = (await client.post(f"{path}/import/github/issues", json=asked)).json()
                assert counts["imported"] == 120
                columns = (await client.get(path)).json()["state"]["columnOrder"]
                draft = {"columnId": columns[0], "title": "Retry", "createGithubIssue": True}
                made = (await client.post(f"{path}/cards", json=draft)).json()
                assert made["githubIssueError"] is None
                card = made["cardId"]
                cards = (await client.get(path)).json()["state"]["cards"]
                [came_in] = [one for one, card in cards.items() if card["title"] == "Issue 7"]
                github.fails(".*", 503, times=0)
                await client.patch(f"{path}/cards/{card}", json={"title": "Retry all"})
                await client.patch(f"{path}/cards/{came_in}", json={"description": "As seen here"})
            await server.kill()
            github.faults.clear()
            await server.start()
            for one in (card, came_in):
                await seen(server, board_id, partial(is_told, card=one))
        assert github.issues[REPO][121]["title"] == "[WS-121] Retry all"
        others = github.issues[REPO][8]
        assert (others["title"], others["body"]) == ("Issue 7", "As seen here")


def is_told(state: Any, card: str) -> bool:
    """Whether nothing of the card waits to be told to GitHub."""
    return "waiting" not in state["cards"][card]["githubIssue"]
