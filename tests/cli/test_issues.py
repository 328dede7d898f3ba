"""`kanbanai github`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.client.stage import BOARD, FakeServer

COUNTS = {"imported": 2, "updated": 1, "skipped": 4, "conflicts": 1, "closed": 0}
PREVIEW = {
    "repository": "acme/wire",
    "new": 1,
    "updated": 0,
    "skipped": 0,
    "issues": [
        {
            "number": 7,
            "title": "Retry\x1b[2J uploads",
            "url": "https://github.com/acme/wire/issues/7",
            "state": "open",
            "labels": ["bug"],
            "assignees": [],
            "updatedAt": "2026-11-23T18:42:00Z",
            "fate": "new",
            "cardId": None,
        }
    ],
}
STANDING: dict[str, Any] = {
    "enabled": True,
    "repository": "acme/wire",
    "status": "succeeded",
    "lastSyncAt": "2026-11-23T18:42:00.000Z",
    "lastSuccessAt": "2026-11-23T18:42:00.000Z",
    "nextSyncAt": "2026-11-23T18:57:00.000Z",
    "error": None,
    "errorCode": None,
    "counts": COUNTS,
    "waiting": 1,
    "waitingError": "GitHub does not allow it: Must have admin rights to Repository.",
    "rateLimit": {"limit": 5000, "remaining": 4990, "resetAt": "2026-11-23T19:42:00.000Z"},
}


@pytest.fixture
async def server(server: FakeServer) -> FakeServer:
    """The project `WC` came from acme/wire."""
    server.says(f"/projects/{BOARD}/github/issues/sync", STANDING)
    server.says(f"/projects/{BOARD}/github/issues/sync", COUNTS, method="POST")
    server.says(f"/boards/{BOARD}/import/github/issues", COUNTS, method="POST")
    server.says(f"/boards/{BOARD}/import/github/issues/preview", PREVIEW, method="POST")
    return server


def asked(server: FakeServer) -> Any:
    """What the last request brought along."""
    return server.requests[-1].json


async def test_issues_of_the_project_s_own_repository_come(run: Run, server: FakeServer) -> None:
    result = await run("github", "import", "WC")
    assert result.output == "2 new, 1 updated, 4 left as they were, 1 changed on both sides\n"
    assert asked(server) == {"owner": "acme", "repo": "wire"}


async def test_or_those_that_are_meant(run: Run, server: FakeServer) -> None:
    which = (
        "--repository",
        "acme/app",
        "--state",
        "all",
        "--label",
        "bug",
        "--label",
        "big",
        "--number",
        "7",
    )
    result = await run("github", "import", "WC", *which, "--with-deleted", "--json")
    assert json.loads(result.output) == COUNTS
    assert asked(server) == {
        "owner": "acme",
        "repo": "app",
        "state": "all",
        "labels": ["bug", "big"],
        "numbers": [7],
        "withDeleted": True,
    }


async def test_a_preview_brings_nothing_and_commands_no_terminal(run: Run, server: FakeServer) -> None:
    result = await run("github", "import", "WC", "--preview")
    assert result.output == "#7\tnew\topen\tRetry�[2J uploads\n"
    assert server.requests[-1].path.endswith("/preview")
    result = await run("github", "import", "WC", "--preview", "--json")
    assert json.loads(result.output) == PREVIEW


async def test_a_repository_that_is_none(run: Run, server: FakeServer) -> None:
    result = await run("github", "import", "WC", "--repository", "wire")
    assert result.exit_code == 2
    assert "--repository is OWNER/NAME, not 'wire'" in result.stderr
    assert server.requests == []
    server.says(f"/projects/{BOARD}/github/issues/sync", STANDING | {"repository": None})
    result = await run("github", "import", "WC")
    assert result.exit_code == 4
    assert "no repository of GitHub; say which one with --repository" in result.stderr


async def test_a_sync_now(run: Run, server: FakeServer) -> None:
    result = await run("github", "sync", "WC")
    assert result.output.startswith("2 new, 1 updated")
    assert json.loads((await run("github", "sync", "WC", "--json")).output) == COUNTS
    refusal = {
        "title": "Conflict",
        "status": 409,
        "detail": "Issues are coming in already",
        "code": "conflict",
    }
    server.says(f"/projects/{BOARD}/github/issues/sync", refusal, method="POST", status=409)
    result = await run("github", "sync", "WC")
    assert (result.exit_code, "Issues are coming in already" in result.stderr) == (1, True)


async def test_how_it_stands(run: Run, server: FakeServer) -> None:
    told = dict(line.split("\t") for line in (await run("github", "status", "WC")).output.splitlines())
    assert told["repository"] == "acme/wire"
    assert told["last"] == "succeeded, 2026-11-23T18:42:00.000Z"
    assert told["next"] == "2026-11-23T18:57:00.000Z"
    assert told["waiting to be told"].startswith("1: GitHub does not allow it")
    assert told["requests left"] == "4990 of 5000 until 2026-11-23T19:42:00.000Z"
    assert json.loads((await run("github", "status", "WC", "--json")).output) == STANDING
    idle = {"enabled": False, "status": "idle", "lastSyncAt": None, "nextSyncAt": None, "rateLimit": None}
    server.says(f"/projects/{BOARD}/github/issues/sync", STANDING | idle | {"error": "It was broken off"})
    told = dict(line.split("\t") for line in (await run("github", "status", "WC")).output.splitlines())
    assert (told["sync"], told["last"], told["next"]) == ("off", "idle", "not planned")
    assert told["error"] == "It was broken off"
