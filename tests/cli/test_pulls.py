"""`kanbanai attempt pr`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_attempts import ATTEMPT, sent
from tests.client.stage import BOARD, FakeServer

URL = "https://github.com/acme/wire/pull/7"
PULL: dict[str, Any] = {
    "number": 7,
    "url": URL,
    "state": "open",
    "draft": False,
    "title": "[WC-1] Retry",
    "headRef": "wc/WC-1-retry",
    "baseRef": "main",
    "createdAt": "2026-11-23T18:42:00Z",
    "updatedAt": "2026-11-23T18:42:00Z",
    "merged": False,
}


@pytest.fixture
async def server(server: FakeServer) -> FakeServer:
    """The card WC-1 has an attempt."""
    server.says(f"/projects/{BOARD}/attempts", {"attempts": [ATTEMPT], "next": None})
    text = {"title": "[WC-1] Retry", "body": "Three times.", "base": "main", "branch": "wc/WC-1-retry"}
    server.says(f"/projects/{BOARD}/pull-requests/text", {"text": text})
    server.says("/attempts/att-1/github/pr", {"pr": PULL}, method="POST")
    return server


async def test_a_pull_request_gets_the_words_of_the_settings(run: Run, server: FakeServer) -> None:
    assert (await run("attempt", "pr", "WC-1")).output == f"{URL}\n"
    assert sent(server, "POST") == {"title": "[WC-1] Retry", "draft": False}


async def test_or_those_that_are_given(run: Run, server: FakeServer) -> None:
    options = ("--title", "By hand", "--body", "-", "--base", "next", "--draft")
    result = await run("attempt", "pr", "WC-1", *options, "--json", input="Words.\n")
    assert json.loads(result.output)["number"] == 7
    assert sent(server, "POST") == {"title": "By hand", "body": "Words.\n", "base": "next", "draft": True}
