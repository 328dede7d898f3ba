"""Commands, run as a user runs them, and a server that they can speak to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kanbanai.cli import app
from kanbanai.config import installed_version
from tests.client.stage import BOARD, FakeServer, Request, board, card

Run = Callable[..., Coroutine[Any, Any, Result]]

STAMP = "2026-11-23T18:42:00.000Z"
OTHER = "22222222-2222-4222-8222-222222222222"


def project(project_id: str = BOARD, name: str = "Web Shop") -> dict[str, object]:
    return {
        "id": project_id,
        "boardId": project_id,
        "name": name,
        "status": "Active",
        "createdAt": STAMP,
        "repositoryPath": f"/srv/{name}",
        "repositoryUrl": None,
        "repositorySlug": None,
    }


def settings(prefix: str) -> dict[str, object]:
    return {"settings": {"ticketPrefix": prefix, "createdAt": STAMP, "updatedAt": STAMP}}


def found(cards: list[dict[str, object]], request: Request) -> tuple[int, object, dict[str, str]]:
    """The list of cards, with its text filter; everything is in the first column."""
    text = request.query.get("text", "").lower()
    hits = [one for one in cards if text in f"{one['ticketKey']} {one['title']}".lower()]
    return 200, {"cards": [{"card": one, "columnId": "col-1"} for one in hits], "next": None}, {}


@pytest.fixture
async def server() -> AsyncGenerator[FakeServer]:
    """Two projects: `Web Shop` (WC) with cards 1 and 2 in the backlog, `Other` (OT) with card 9."""
    server = FakeServer()
    await server.up()
    server.says("/readyz", {"ok": True})
    server.says("/version", {"currentVersion": installed_version()})
    server.says("/projects", [project(OTHER, "Other"), project()])
    for board_id, prefix, names in ((BOARD, "WC", ["card-1", "card-2"]), (OTHER, "OT", ["card-9"])):
        server.says(f"/projects/{board_id}/settings", settings(prefix))
        server.says(f"/boards/{board_id}", {"state": board(names)}, ETag='"e-1"')
        cards = [card(name, ticketKey=f"{prefix}-{name[-1]}") for name in names]
        server.plain["GET", f"/api/v1/boards/{board_id}/cards"] = partial(found, cards)
        for name in names:
            server.says(f"/boards/{board_id}/cards/{name}", {"card": card(name), "columnId": "col-1"})
    yield server
    await server.ended()


@pytest.fixture
def run(server: FakeServer) -> Run:
    """`await run("card", "list", "WC")`: the command in a thread, the server's address in the environment."""

    async def invoke(*arguments: str, **options: Any) -> Result:
        environment = {"KANBANAI_URL": server.url} | options.pop("env", {})
        return await asyncio.to_thread(
            CliRunner().invoke, app, [*arguments], env=environment, catch_exceptions=False, **options
        )

    return invoke
