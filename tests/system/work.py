"""Attempts of the demo agent on the real program: what a person does over HTTP and sees on the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from kanbanai.domain.environments import MARK
from tests.system.board import Frame, FrameReader
from tests.system.server import TIMEOUT, Server, project

FAST = {"KANBANAI_DEMO_SPEED": "50"}
"""The demo agent in a hurry: a turn takes half a second."""


def marked(attempt_id: str) -> list[psutil.Process]:
    """The processes on this machine that come of an attempt."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            mark = process.environ().get(MARK, "")
            if (mark == attempt_id or mark.startswith(f"{attempt_id}/")) and process.status() != "zombie":
                found.append(process)
    return found


class Shop:
    """A project on a server, with what its stream told."""

    def __init__(self, server: Server, client: httpx.AsyncClient, project_id: str) -> None:
        self.server = server
        self.client = client
        self.id = project_id
        self.frames: list[Frame] = []
        self._news = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def opened(cls, server: Server, project_id: str) -> AsyncGenerator[Shop]:
        """The project while somebody watches it."""
        async with server.client() as client:
            shop = cls(server, client, project_id)
            watching = asyncio.create_task(shop._watch())
            try:
                await shop.sees("state", lambda _body: True)
                yield shop
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self) -> None:
        reader = FrameReader()
        timeout = httpx.Timeout(TIMEOUT, read=None)
        url = f"/sse?boardId={self.id}"
        async with self.client.stream("GET", url, timeout=timeout) as answer:
            async for data in answer.aiter_bytes():
                self.frames += reader.feed(data)
                self._news.set()

    async def sees(self, event: str, fits: Callable[[Any], bool], *, after: int = 0) -> Any:
        """Waits until the stream has told an event that fits, and answers with its body."""
        async with asyncio.timeout(TIMEOUT):
            seen = after
            while True:
                for frame in self.frames[seen:]:
                    seen += 1
                    if frame.event == event and fits(frame.body):
                        return frame.body
                self._news.clear()
                await self._news.wait()

    async def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        answer = await self.client.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def columns(self) -> dict[str, list[str]]:
        """The cards of each column, by the column's title."""
        state = (await self.call("GET", f"/boards/{self.id}"))["state"]
        return {column["title"]: column["cardIds"] for column in state["columns"].values()}

    async def card(self, title: str = "Retry uploads") -> str:
        state = (await self.call("GET", f"/boards/{self.id}"))["state"]
        body = {"columnId": state["columnOrder"][0], "title": title}
        before = set(state["cards"])
        after = await self.call("POST", f"/boards/{self.id}/cards", body, status=201)
        (card_id,) = set(after["state"]["cards"]) - before
        return str(card_id)

    async def start(self, card_id: str, **fields: Any) -> str:
        body = {"agent": "DEMO", **fields}
        made = await self.call("POST", f"/projects/{self.id}/cards/{card_id}/attempts", body, status=201)
        return str(made["id"])

    async def profile(self, **config: Any) -> str:
        body = {"agent": "DEMO", "name": "Mine", "config": config}
        return str((await self.call("POST", "/agents/profiles", body, status=201))["id"])

    async def becomes(self, attempt_id: str, *statuses: str, after: int = 0) -> str:
        """Waits until the stream tells that the attempt has one of these statuses."""

        def fits(body: Any) -> bool:
            return bool(body["attemptId"] == attempt_id and body["status"] in statuses)

        return str((await self.sees("attempt_status", fits, after=after))["status"])

    async def asked(self, attempt_id: str) -> str:
        """Waits for a permission request of the attempt, and answers with its id.

        One that was asked before this viewer came is not told again: HTTP is asked for it, after the stream is open.
        """

        def fits(body: Any) -> bool:
            return bool(body["attemptId"] == attempt_id and body["permission"]["status"] == "pending")

        asked = (await self.call("GET", f"/attempts/{attempt_id}/permissions"))["permissions"]
        pending = [permission["id"] for permission in asked if permission["status"] == "pending"]
        if pending:
            return str(pending[-1])
        return str((await self.sees("attempt_permission", fits))["permission"]["id"])

    async def answer(self, attempt_id: str, decision: str = "allow") -> None:
        path = f"/attempts/{attempt_id}/permissions/{await self.asked(attempt_id)}"
        await self.call("POST", path, {"decision": decision})

    async def stop(self, attempt_id: str) -> None:
        await self.call("PATCH", f"/attempts/{attempt_id}", {"status": "stopped"})

    async def attempt(self, attempt_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.call("GET", f"/attempts/{attempt_id}")
        return found

    async def conversation(self, attempt_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("GET", f"/attempts/{attempt_id}/conversation"))[
            "conversation"
        ]
        return found


@asynccontextmanager
async def shop(server: Server, folder: Path) -> AsyncGenerator[Shop]:
    """A new project on the server, watched."""
    async with Shop.opened(server, await project(server, folder)) as opened:
        yield opened
