"""The stand-in as a server.

`POST /stand-in/<verb>` with a JSON object calls the method of that name, one of `ARRANGED`, so that a test in another
process can do what people do on GitHub's pages; `GET /stand-in/asked` lists what was asked so far.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.forge.standin.connection import Connection
from tests.forge.standin.git import ADDRESS
from tests.forge.standin.pulls import Pulls
from tests.forge.standin.state import Asked, Reply
from tests.http.serving import served

CONTROL = "/stand-in/"
ARRANGED = frozenset(
    {"user", "agree", "repo", "host", "issue", "change_issue", "comment", "fails", "limited"}
    | {"pull", "change_pull", "merge", "review", "remark", "resolve", "check", "status"}
)
"""What may be called over HTTP."""


class StandIn(Connection, Pulls):
    """GitHub, as far as this server knows it."""

    running: asyncio.Task[None]

    async def ended(self) -> None:
        """Waits for a signal to end it."""
        await asyncio.wait({self.running})


def application(github: StandIn) -> Any:
    """The stand-in as an ASGI application."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if ADDRESS.fullmatch(scope["path"]):
            await github.serve(scope, body, headers, send)
            return
        query = dict(parse_qsl(scope["query_string"].decode()))
        # Enterprise Server has its API below its pages, as the stand-in does.
        path = scope["path"].removeprefix("/api/v3")
        asked = Asked(scope["method"], path, query, headers, json.loads(body) if body else None)
        reply = _arranged(github, asked) if path.startswith(CONTROL) else github.answer(asked)
        told = b"" if reply.body is None else json.dumps(reply.body).encode()
        sent = {"content-type": "application/json; charset=utf-8", "content-length": str(len(told))}
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [(n.encode(), v.encode()) for n, v in (sent | reply.headers).items()],
            }
        )
        if reply.hangs_up:
            # The server closes a connection whose answer is not finished.
            return
        await send({"type": "http.response.body", "body": told})

    return app


def _arranged(github: StandIn, asked: Asked) -> Reply:
    verb = asked.path.removeprefix(CONTROL)
    if asked.method == "GET" and verb == "asked":
        hidden = {"headers"}
        told = [{k: v for k, v in asdict(one).items() if k not in hidden} for one in github.asked]
        return Reply(200, told)
    if asked.method != "POST" or verb not in ARRANGED:
        return Reply(404, {"message": f"no verb {verb}; there are {', '.join(sorted(ARRANGED))}"})
    return Reply(200, getattr(github, verb)(**(asked.body or {})))


@asynccontextmanager
async def standing_in(port: int = 0, root: Path | None = None) -> AsyncGenerator[StandIn]:
    """A stand-in that listens on a port of the loopback; 0: a free one. `root`: where repositories may be."""
    github = StandIn()
    github.root = root
    async with served(application(github), port=port) as server:
        github.running = server.running
        github.base = f"http://127.0.0.1:{server.port}"
        yield github
