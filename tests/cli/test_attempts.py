"""`kanbanai attempt`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from kanbanai.cli.diffs import unified
from kanbanai.domain.git import Diff
from tests.cli.conftest import OTHER, STAMP, Run
from tests.client.stage import BOARD, FakeServer, board

ATTEMPT: dict[str, Any] = {
    "id": "att-1",
    "boardId": BOARD,
    "cardId": "card-1",
    "agent": "CODEX",
    "status": "running",
    "baseBranch": "main",
    "branchName": "wc/WC-1-retry",
    "worktreePath": "/w",
    "sessionId": None,
    "createdAt": STAMP,
    "updatedAt": STAMP,
    "startedAt": STAMP,
    "endedAt": None,
}


def message(item_id: str, text: str, role: str = "assistant") -> dict[str, Any]:
    return {
        "type": "message",
        "id": item_id,
        "timestamp": STAMP,
        "role": role,
        "text": text,
        "format": "markdown",
        "profileId": None,
    }


def tool(status: str, **more: Any) -> dict[str, Any]:
    fields = {"name": "command", "action": "exec", "command": "pytest -q", "status": status, **more}
    return {"type": "tool", "id": "cmsg-t", "timestamp": STAMP, "tool": fields}


@pytest.fixture
async def server(server: FakeServer) -> FakeServer:
    """The card WC-1 has an attempt."""
    server.says(f"/projects/{BOARD}/attempts", {"attempts": [ATTEMPT], "next": None})
    server.says("/attempts/att-1", ATTEMPT)
    return server


def sent(server: FakeServer, method: str) -> Any:
    return next(one for one in reversed(server.requests) if one.method == method).json


# ── Starting, stopping, listing ─────────────────────────────────────────────────────────────────────────────────────


async def test_an_attempt_is_started_on_a_card(run: Run, server: FakeServer) -> None:
    path = f"/projects/{BOARD}/cards/card-1/attempts"
    server.says(path, ATTEMPT | {"status": "queued"}, method="POST", status=201)
    result = await run("attempt", "start", "wc-1", "--agent", "CODEX", "--base", "dev", "--parallel")
    assert result.output == "att-1 queued: CODEX on wc/WC-1-retry\n"
    assert sent(server, "POST") == {"agent": "CODEX", "baseBranch": "dev", "parallel": True}
    as_json = await run("attempt", "start", "card-1", "--agent", "CODEX", "--json")
    assert json.loads(as_json.stdout)["id"] == "att-1"


async def test_the_projects_agent_is_taken_or_asked_for(run: Run, server: FakeServer) -> None:
    result = await run("attempt", "start", "WC-1")
    assert result.exit_code == 4
    assert result.stderr == "kanbanai: Web Shop has no default agent; name one with --agent\n"
    settings = {"ticketPrefix": "WC", "createdAt": STAMP, "updatedAt": STAMP, "defaultAgent": "CLAUDE"}
    server.says(f"/projects/{BOARD}/settings", {"settings": settings})
    server.says(f"/projects/{BOARD}/cards/card-1/attempts", ATTEMPT, method="POST", status=201)
    await run("attempt", "start", "WC-1")
    assert sent(server, "POST") == {"agent": "CLAUDE"}


async def test_a_refusal_is_told(run: Run, server: FakeServer) -> None:
    problem = {"status": 409, "detail": "Attempt already running", "title": "Conflict", "code": "conflict"}
    server.says(f"/projects/{BOARD}/cards/card-1/attempts", problem, method="POST", status=409)
    result = await run("attempt", "start", "WC-1", "--agent", "CODEX")
    assert result.exit_code == 1
    assert result.stderr == "kanbanai: Attempt already running\n"


@pytest.mark.parametrize("name", ["att-1", "WC-1", "wc-1", "card-1"])
async def test_an_attempt_is_named_by_id_or_by_its_card(run: Run, server: FakeServer, name: str) -> None:
    stopping = ATTEMPT | {"status": "stopping"}
    server.says("/attempts/att-1", {"attempt": stopping, "status": "stopping"}, method="PATCH")
    result = await run("attempt", "stop", name)
    assert result.output == "att-1 stopping: CODEX on wc/WC-1-retry\n"
    assert sent(server, "PATCH") == {"status": "stopped"}


async def test_what_has_no_attempt_is_told_with_a_way_to_one(run: Run, server: FakeServer) -> None:
    server.says(f"/projects/{OTHER}/attempts", {"attempts": [], "next": None})
    result = await run("attempt", "stop", "OT-9")
    assert result.exit_code == 4
    assert result.stderr == "kanbanai: OT-9 has no attempt yet; `kanbanai attempt start OT-9` starts one\n"
    assert (await run("attempt", "stop", "att-none")).stderr == "kanbanai: there is no attempt 'att-none'\n"


async def test_attempts_are_listed_with_what_waits(run: Run, server: FakeServer) -> None:
    listed = [
        ATTEMPT | {"id": "att-2", "status": "queued", "queuePosition": 3},
        ATTEMPT | {"waiting": 1},
    ]
    server.says("/attempts", {"attempts": listed, "next": None})
    result = await run("attempt", "list", "--status", "active")
    assert result.output == (
        f"att-2\tqueued (3)\tCODEX\twc/WC-1-retry\t{STAMP}\n"
        f"att-1\trunning, waits for you\tCODEX\twc/WC-1-retry\t{STAMP}\n"
    )
    assert server.requests[-1].query["status"] == "active"
    as_json = await run("attempt", "list", "WC", "--json", "--limit", "1")
    assert [one["id"] for one in json.loads(as_json.stdout)] == ["att-1"]


# ── Talking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_is_sent_and_may_have_to_wait(run: Run, server: FakeServer) -> None:
    server.says("/attempts/att-1/messages", {"ok": True}, method="POST", status=201)
    assert (await run("attempt", "send", "WC-1", "Add a test")).output == "att-1: the agent goes on\n"
    assert sent(server, "POST") == {"prompt": "Add a test"}
    queued = {"ok": True, "queued": {"id": "msg-1"}}
    server.says("/attempts/att-1/messages", queued, method="POST", status=201)
    result = await run("attempt", "send", "WC-1", "-", "--json", input="from a file\n")
    assert json.loads(result.stdout) == {"attemptId": "att-1", "queued": True}
    assert sent(server, "POST") == {"prompt": "from a file\n"}


async def test_nothing_is_not_sent(run: Run) -> None:
    result = await run("attempt", "send", "WC-1", "  ")
    assert result.exit_code == 2


def request(request_id: str, status: str) -> dict[str, Any]:
    return {
        "id": request_id,
        "attemptId": "att-1",
        "itemId": None,
        "title": "Run npm install?",
        "tool": {"name": "command", "action": "exec", "status": "created"},
        "options": [],
        "status": status,
        "optionId": None,
        "requestedAt": STAMP,
        "expiresAt": None,
        "answeredAt": None,
        "answeredBy": None,
    }


@pytest.mark.parametrize(
    ("command", "decision", "status"),
    [
        (["allow"], "allow", "allowed"),
        (["allow", "--always"], "allow_always", "allowed"),
        (["deny"], "reject", "rejected"),
        (["deny", "--always"], "reject_always", "rejected"),
    ],
)
async def test_a_request_is_answered(
    run: Run, server: FakeServer, command: list[str], decision: str, status: str
) -> None:
    asked = [request("perm-1", "allowed"), request("perm-2", "pending"), request("perm-3", "pending")]
    server.says("/attempts/att-1/permissions", {"permissions": asked})
    answered = {"permission": request("perm-2", status)}
    server.says("/attempts/att-1/permissions/perm-2", answered, method="POST")
    verb, *options = command
    result = await run("attempt", verb, "WC-1", *options)
    assert result.output == f"{status}: Run npm install?\n"
    assert sent(server, "POST") == {"decision": decision}


async def test_where_nothing_is_asked_nothing_is_answered(run: Run, server: FakeServer) -> None:
    server.says("/attempts/att-1/permissions", {"permissions": [request("perm-1", "allowed")]})
    assert (await run("attempt", "allow", "WC-1")).stderr == "kanbanai: the agent asks for nothing\n"
    unknown = await run("attempt", "allow", "WC-1", "--request", "perm-9")
    assert unknown.stderr == "kanbanai: there is no request 'perm-9'\n"


# ── What was said ───────────────────────────────────────────────────────────────────────────────────────────────────


def paged(server: FakeServer, *pages: list[dict[str, Any]]) -> None:
    """A conversation that comes in pages, the last one first."""

    def answer(asked: Any) -> tuple[int, object, dict[str, str]]:
        number = int(asked.query.get("before", len(pages) - 1))
        before = str(number - 1) if number else None
        return 200, {"conversation": pages[number], "before": before}, {}

    server.plain["GET", "/api/v1/attempts/att-1/conversation"] = answer


async def test_a_conversation_is_printed_from_its_beginning(run: Run, server: FakeServer) -> None:
    failed = tool("failed", exitCode=1, durationMs=1800, stdout="1 failed\n")
    paged(server, [message("cmsg-1", "Fix it", "user")], [message("cmsg-2", "I will.\nNow."), failed])
    result = await run("attempt", "logs", "WC-1")
    assert result.output == (
        "you: Fix it\nagent: I will.\n    Now.\nexec: pytest -q: failed with code 1 in 1.8 s\n    1 failed\n"
    )
    as_json = await run("attempt", "logs", "WC-1", "--json")
    assert [json.loads(line)["id"] for line in as_json.stdout.splitlines()] == ["cmsg-1", "cmsg-2", "cmsg-t"]


async def test_what_was_said_cannot_steer_the_terminal(run: Run, server: FakeServer) -> None:
    paged(server, [message("cmsg-1", "\x1b[2J\x1b]0;owned\x07 hi"), tool("failed", stdout="\x1b[31mred")])
    output = (await run("attempt", "logs", "WC-1")).output
    assert "\x1b" not in output
    assert "\x07" not in output
    assert "red" in output


async def follow(server: FakeServer, run: Run, tell: Callable[[Any], Any], *options: str) -> Any:
    running = asyncio.create_task(run("attempt", "logs", "WC-1", "--follow", *options))
    stream = await server.stream()
    assert stream.request.query["attempts"] == "att-1"
    await stream.open()
    await stream.tell("hello", {"serverTime": "x", "outcome": "snapshot", "cursor": "e-1"})
    await stream.tell("state", board(["card-1"]), "e-1")
    await server.asked(1, "/attempts/att-1/conversation")
    await tell(stream)
    return await asyncio.wait_for(running, 20)


@pytest.mark.parametrize(("status", "exit_code"), [("succeeded", 0), ("failed", 1), ("stopped", 1)])
async def test_a_conversation_is_followed_to_its_end(
    run: Run, server: FakeServer, status: str, exit_code: int
) -> None:
    paged(server, [message("cmsg-1", "Fix it", "user"), tool("running")])

    async def tell(stream: Any) -> None:
        said = [
            ("conversation_item", {"attemptId": "att-1", "item": tool("running")}),
            ("conversation_item", {"attemptId": "att-1", "item": tool("succeeded", exitCode=0)}),
            ("conversation_item", {"attemptId": "att-2", "item": message("cmsg-9", "of another")}),
            ("conversation_item", {"attemptId": "att-1", "item": message("cmsg-3", "Done.")}),
            ("attempt_status", {"attemptId": "att-1", "cardId": "card-1", "status": status}),
        ]
        for number, (event, body) in enumerate(said, 2):
            await stream.tell(event, body, f"e-{number}")

    result = await follow(server, run, tell)
    assert result.output == (
        "you: Fix it\nexec: pytest -q: running\nexec: pytest -q: succeeded\n"
        f"agent: Done.\nThe attempt has {status}.\n"
    )
    assert result.exit_code == exit_code


async def test_what_the_agent_asks_is_said_with_the_command_that_answers_it(
    run: Run, server: FakeServer
) -> None:
    paged(server, [message("cmsg-1", "Fix it", "user")])
    server.says("/attempts/att-1", ATTEMPT | {"waiting": 1})
    server.says(
        "/attempts/att-1/permissions",
        {"permissions": [request("perm-1", "allowed"), request("perm-2", "pending")]},
    )

    async def tell(stream: Any) -> None:
        said = [
            ("attempt_permission", {"attemptId": "att-1", "permission": request("perm-2", "pending")}),
            ("attempt_permission", {"attemptId": "att-1", "permission": request("perm-2", "rejected")}),
            ("attempt_permission", {"attemptId": "att-2", "permission": request("perm-9", "pending")}),
            ("attempt_status", {"attemptId": "att-1", "cardId": "card-1", "status": "succeeded"}),
        ]
        for number, (event, body) in enumerate(said, 2):
            await stream.tell(event, body, f"e-{number}")

    result = await follow(server, run, tell)
    title = request("perm-2", "pending")["title"]
    assert result.output == (
        f"you: Fix it\nasks: {title} (kanbanai attempt allow WC-1, or deny)\nrejected: {title}\n"
        "The attempt has succeeded.\n"
    )


async def test_one_that_has_ended_is_not_waited_for(run: Run, server: FakeServer) -> None:
    paged(server, [message("cmsg-1", "Done.")])
    server.says("/attempts/att-1", ATTEMPT | {"status": "succeeded"})

    async def nothing(_stream: Any) -> None:
        """It has ended already."""

    result = await follow(server, run, nothing, "--json")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["cmsg-1"]
    assert result.exit_code == 0


# ── What was changed ────────────────────────────────────────────────────────────────────────────────────────────────


def changed(path: str, status: str = "M", **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "path": path,
        "oldPath": None,
        "status": status,
        "oldMode": "100644",
        "newMode": "100644",
        "binary": False,
        "additions": 1,
        "deletions": 1,
        "hunks": [],
    }
    return fields | more


HUNK = {
    "oldStart": 3,
    "oldLines": 2,
    "newStart": 3,
    "newLines": 2,
    "heading": "def f():",
    "lines": [
        {"kind": "context", "text": "a", "old": 3, "new": 3},
        {"kind": "delete", "text": "b", "old": 4, "bare": True},
        {"kind": "add", "text": "\tc\x1b[31m", "new": 4},
    ],
}


def difference(*files: dict[str, Any]) -> dict[str, Any]:
    return {"from": "1234", "to": None, "files": [*files], "additions": 1, "deletions": 1, "truncated": False}


async def test_changes_are_printed_as_git_does(run: Run, server: FakeServer) -> None:
    server.says("/attempts/att-1/git/diff", difference(changed("src/a b.py", hunks=[HUNK])))
    result = await run("attempt", "diff", "WC-1")
    assert result.output == (
        "diff --git a/src/a b.py b/src/a b.py\n--- a/src/a b.py\n+++ b/src/a b.py\n"
        "@@ -3,2 +3,2 @@ def f():\n a\n-b\n\\ No newline at end of file\n+\tc\x1b[31m\n"
    )
    as_json = await run("attempt", "diff", "WC-1", "--json")
    assert json.loads(as_json.stdout)["files"][0]["path"] == "src/a b.py"


async def test_what_was_folded_is_fetched(run: Run, server: FakeServer) -> None:
    def answer(asked: Any) -> tuple[int, object, dict[str, str]]:
        whole = asked.query.get("path") == "big.txt"
        return 200, difference(changed("big.txt", hunks=[HUNK] if whole else [], folded=not whole)), {}

    server.plain["GET", "/api/v1/attempts/att-1/git/diff"] = answer
    assert "@@ -3,2 +3,2 @@" in (await run("attempt", "diff", "WC-1")).output


def test_files_that_come_go_move_or_are_no_text() -> None:
    diff = msgspec.convert(
        difference(
            changed(
                "new.sh", "?", oldMode=None, newMode="100755", hunks=[HUNK | {"oldStart": 0, "oldLines": 0}]
            ),
            changed("gone", "D", newMode=None),
            changed("b", "R", oldPath="a"),
            changed("run", oldMode="100644", newMode="100755"),
            changed('q"t', binary=True, additions=None, deletions=None),
        ),
        Diff,
    )
    text = "\n".join(line for line in unified(diff) if line[:1] not in {" ", "+", "-", "\\"})
    assert text == (
        "diff --git a/new.sh b/new.sh\nnew file mode 100755\n@@ -0,0 +3,2 @@ def f():\n"
        "diff --git a/gone b/gone\ndeleted file mode 100644\n"
        "diff --git a/a b/b\nrename from a\nrename to b\n"
        "diff --git a/run b/run\nold mode 100644\nnew mode 100755\n"
        'diff --git "a/q\\"t" "b/q\\"t"\nBinary files "a/q\\"t" and "b/q\\"t" differ'
    )
