"""A server of ours with the real agents before the scripted model, and somebody who looks at its board.

One server stands for all tests of an agent; each test has a board of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.agents.real import RealAgent, settled
from tests.models.endpoint import Endpoint, endpoint
from tests.system.bell import Bell
from tests.system.board import Frame, FrameReader
from tests.system.server import Server, project, running

Json = dict[str, Any]

PATIENCE = 180
"""Seconds for what an agent does. OpenCode tries for 66 seconds before it tells that a stream was cut, and more on a
busy machine."""
ENDED = ("succeeded", "failed", "stopped")


class Workshop:
    """One board on the server: attempts of one agent, and all that the stream told of them."""

    def __init__(self, server: Server, models: Endpoint, agent: RealAgent, board_id: str) -> None:
        self.server = server
        self.models = models
        self.agent = agent
        self.board_id = board_id
        self.frames: list[Frame] = []
        self._bell = Bell()
        self._since: dict[str, int] = {}
        """How many frames there were when an attempt was last started or spoken to."""
        self._client = server.client()

    # ── the stream ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def follow(self) -> None:
        """Reads the board's stream until it ends: to be run beside the test."""
        async with (
            self.server.client() as client,
            client.stream("GET", "/sse", params={"boardId": self.board_id}, timeout=None) as answer,
        ):
            reader = FrameReader()
            async for piece in answer.aiter_bytes():
                self.frames += reader.feed(piece)
                self._bell.ring()

    async def saw(self, event: str, wanted: Callable[[Json], bool] = lambda body: True) -> Json:
        """The first event of that name that fits, as soon as it is there."""

        def first() -> Json | None:
            return next((f.body for f in self.frames if f.event == event and wanted(f.body)), None)

        await self.until(lambda: first() is not None)
        found = first()
        assert found is not None
        return found

    async def until(self, is_met: Callable[[], bool]) -> None:
        """Returns when what the stream told makes it so."""
        await self._bell.until(is_met, PATIENCE)

    def items(self, kind: str) -> list[Json]:
        """The items of that type that the stream told, each as it was last."""
        latest: dict[str, Json] = {}
        for frame in self.frames:
            if frame.event == "conversation_item" and frame.body["item"]["type"] == kind:
                latest[frame.body["item"]["id"]] = frame.body["item"]
        return list(latest.values())

    def spoken(self) -> list[str]:
        """All that the agent said, in order."""
        return [item["text"] for item in self.items("message") if item["role"] == "assistant"]

    def said(self) -> str:
        """The last thing the agent said."""
        return self.spoken()[-1] if self.spoken() else ""

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One request that has to succeed."""
        answer = await self._client.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else {}

    async def start(self, prompt: str, mode: str = "full") -> str:
        """A card with that text, and an attempt of it in that mode of permissions; its id."""
        name = f"{mode} {len(self._since)}"
        profile = {"agent": self.agent.key, "name": name, "config": {"mode": mode}}
        made = await self.call("POST", f"/projects/{self.board_id}/agents/profiles", profile)
        board = await self.call("GET", f"/boards/{self.board_id}")
        card = {"columnId": board["state"]["columnOrder"][0], "title": "A card", "description": prompt}
        shown = await self.call("POST", f"/boards/{self.board_id}/cards", card)
        path = f"/projects/{self.board_id}/cards/{shown['cardId']}/attempts"
        since = len(self.frames)
        attempt = await self.call("POST", path, {"agent": self.agent.key, "profileId": made["id"]})
        attempt_id: str = attempt["id"]
        self._since[attempt_id] = since
        return attempt_id

    async def say(self, attempt_id: str, prompt: str, *images: Json) -> None:
        """A follow-up."""
        self._since[attempt_id] = len(self.frames)
        await self.call("POST", f"/attempts/{attempt_id}/messages", {"prompt": prompt, "images": [*images]})

    async def answer(self, attempt_id: str, decision: str) -> None:
        """Waits until the agent asks for a permission, and answers."""

        def asked() -> str | None:
            told = (f.body["permission"] for f in self._after(attempt_id) if f.event == "attempt_permission")
            return next((one["id"] for one in told if one["status"] == "pending"), None)

        await self.until(lambda: asked() is not None or self._status(attempt_id) in ENDED)
        assert asked(), "it did not ask"
        await self.call("POST", f"/attempts/{attempt_id}/permissions/{asked()}", {"decision": decision})

    async def stop(self, attempt_id: str) -> None:
        await self.call("PATCH", f"/attempts/{attempt_id}", {"status": "stopped"})

    async def ended(self, attempt_id: str) -> Json:
        """The attempt, once it has ended since it was last started or spoken to."""
        await self.until(lambda: self._status(attempt_id) in ENDED)
        return await self.call("GET", f"/attempts/{attempt_id}")

    def _after(self, attempt_id: str) -> list[Frame]:
        """What was told since the attempt was last started or spoken to."""
        return self.frames[self._since.get(attempt_id, 0) :]

    def _status(self, attempt_id: str) -> str | None:
        """The last status that the stream told of the attempt since then."""
        told = (frame.body for frame in self._after(attempt_id) if frame.event == "attempt_status")
        return next((body["status"] for body in reversed([*told]) if body["attemptId"] == attempt_id), None)

    async def resume(self, attempt_id: str) -> None:
        """Lets an attempt go on that failed or was stopped."""
        self._since[attempt_id] = len(self.frames)
        await self.call("POST", f"/attempts/{attempt_id}/resume", {})

    async def close(self) -> None:
        await self._client.aclose()


@asynccontextmanager
async def serving(folder: Path) -> AsyncGenerator[tuple[Server, Endpoint]]:
    """A scripted model, and a server whose agents know no other."""
    (folder / "home").mkdir(parents=True)
    async with (
        endpoint() as models,
        running(folder, environment=settled(models.url, folder / "home")) as server,
    ):
        yield server, models


@asynccontextmanager
async def working(
    server: Server, models: Endpoint, agent: RealAgent, folder: Path
) -> AsyncGenerator[Workshop]:
    """A new board on the server with somebody who follows it."""
    models.exchanges.clear()
    board_id = await project(server, folder / "shop", folder.name)
    async with following(server, models, agent, board_id) as workshop:
        yield workshop


@asynccontextmanager
async def following(
    server: Server, models: Endpoint, agent: RealAgent, board_id: str
) -> AsyncGenerator[Workshop]:
    """A board that is there already with somebody who follows it."""
    workshop = Workshop(server, models, agent, board_id)
    following = asyncio.create_task(workshop.follow())
    try:
        await workshop.saw("hello")
        yield workshop
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await workshop.close()
