"""Attempts as a client reads them; contract section 11."""

import httpx
import pytest

from kanbanai.domain.attempts import Attempt, LogLine, Todo, Todos
from kanbanai.domain.conversations import Automation, Message, ToolCall, ToolUse
from kanbanai.domain.ids import BoardId, CardId, ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.usecases import attempts, queries
from kanbanai.usecases.attempts import NewAttempt
from tests.world import World

AT = Timestamp("2026-11-23T18:42:00.333Z")


@pytest.fixture
async def attempt(world: World) -> Attempt:
    board = (await world.project()).board_id
    card = await world.card(board)
    queued = await world.run(attempts.queue, board, card, NewAttempt(agent="CODEX", branch_name="ab/wc-1"))
    return await world.run(attempts.start, queued.id)


def said(number: int) -> Message:
    return Message(
        id=ItemId(f"cmsg-{number}"),
        timestamp=AT,
        role="assistant",
        text=f"{number}",
        format="markdown",
        profile_id=None,
    )


@pytest.mark.parametrize("place", ["projects", "boards"])
async def test_a_cards_newest_attempt_comes_with_what_it_said(
    client: httpx.AsyncClient, world: World, attempt: Attempt, place: str
) -> None:
    tool = ToolCall(
        id=ItemId("cmsg-2"),
        timestamp=AT,
        tool=ToolUse(name="command", action="exec", status="succeeded", exit_code=0, stdout="hi\n"),
    )
    script = Automation(
        id=ItemId("auto-3"),
        timestamp=AT,
        stage="setup",
        command="make",
        cwd="/trees/a-card",
        status="running",
        started_at=AT,
        completed_at=None,
        duration_ms=None,
        exit_code=None,
        stdout=None,
        stderr=None,
    )
    await world.run(attempts.put_items, attempt.id, [said(1), tool, script])
    await world.run(attempts.set_todos, attempt.id, Todos.of((Todo("todo-0", "one", "done"),)))
    (line,) = await world.run(attempts.append_logs, attempt.id, [LogLine("start", "info", AT)])

    answer = await client.get(f"/api/v1/{place}/{attempt.board_id}/cards/{attempt.card_id}/attempt")
    assert answer.status_code == 200
    assert answer.json() == {
        "attempt": {
            "id": attempt.id,
            "boardId": attempt.board_id,
            "cardId": attempt.card_id,
            "agent": "CODEX",
            "profileId": None,
            "status": "running",
            "baseBranch": "main",
            "branchName": "ab/wc-1",
            "worktreePath": None,
            "sessionId": None,
            "createdAt": attempt.created_at,
            "updatedAt": attempt.updated_at,
            "startedAt": attempt.started_at,
            "endedAt": None,
            "baseCommit": None,
            "failure": None,
            "waiting": 0,
            "usage": None,
            "prUrl": None,
        },
        "logs": [
            {"id": line.id, "attemptId": attempt.id, "ts": AT, "level": "info", "message": "start"},
        ],
        "conversation": [
            {
                "type": "message",
                "id": "cmsg-1",
                "timestamp": AT,
                "role": "assistant",
                "text": "1",
                "format": "markdown",
                "profileId": None,
            },
            {
                "type": "tool",
                "id": "cmsg-2",
                "timestamp": AT,
                "tool": {
                    "name": "command",
                    "action": "exec",
                    "status": "succeeded",
                    "exitCode": 0,
                    "stdout": "hi\n",
                },
            },
            {
                "type": "automation",
                "id": "auto-3",
                "timestamp": AT,
                "stage": "setup",
                "command": "make",
                "cwd": "/trees/a-card",
                "status": "running",
                "startedAt": AT,
                "completedAt": None,
                "durationMs": None,
                "exitCode": None,
                "stdout": None,
                "stderr": None,
            },
        ],
        "todos": {"total": 1, "completed": 1, "items": [{"id": "todo-0", "text": "one", "status": "done"}]},
    }


async def test_a_card_without_an_attempt_says_so(client: httpx.AsyncClient, world: World) -> None:
    """The client takes this 404 for "none yet"."""
    board = (await world.project()).board_id
    card = await world.card(board)
    for place in ("projects", "boards"):
        answer = await client.get(f"/api/v1/{place}/{board}/cards/{card}/attempt")
        assert (answer.status_code, answer.json()["detail"]) == (404, "Attempt not found")


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("/projects/p/cards/c/attempt", "Project not found"),
        ("/boards/p/cards/c/attempt", "Board not found"),
        ("/attempts/att-0", "Attempt not found"),
        ("/attempts/att-0/conversation", "Attempt not found"),
    ],
)
async def test_what_is_not_there_is_named(client: httpx.AsyncClient, url: str, detail: str) -> None:
    answer = await client.get(f"/api/v1{url}")
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


async def test_one_attempt_is_read_by_its_id(client: httpx.AsyncClient, attempt: Attempt) -> None:
    answer = (await client.get(f"/api/v1/attempts/{attempt.id}")).json()
    assert (answer["id"], answer["status"], answer["cardId"]) == (attempt.id, "running", attempt.card_id)


async def test_the_log_of_an_attempt_that_is_not_known_is_empty(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/attempts/att-0/logs")
    assert (answer.status_code, answer.json()) == (200, {"logs": [], "before": None})


async def test_a_log_is_read_page_by_page_from_its_end(
    client: httpx.AsyncClient, world: World, attempt: Attempt
) -> None:
    await world.run(attempts.append_logs, attempt.id, [LogLine(str(n)) for n in range(5)])
    url = f"/api/v1/attempts/{attempt.id}/logs"
    assert [line["message"] for line in (await client.get(url)).json()["logs"]] == list("01234")
    pages, before = [], None
    while True:
        page = (await client.get(url, params={"limit": 2} | ({"before": before} if before else {}))).json()
        pages.append([line["message"] for line in page["logs"]])
        before = page["before"]
        if before is None:
            break
    assert pages == [["3", "4"], ["1", "2"], ["0"]]


async def test_a_conversation_is_read_page_by_page_from_its_end(
    client: httpx.AsyncClient, world: World, attempt: Attempt
) -> None:
    await world.run(attempts.put_items, attempt.id, [said(n) for n in range(4)])
    url = f"/api/v1/attempts/{attempt.id}/conversation"
    last = (await client.get(f"{url}?limit=3")).json()
    assert [item["id"] for item in last["conversation"]] == ["cmsg-1", "cmsg-2", "cmsg-3"]
    assert last["before"] == "cmsg-1"
    first = (await client.get(f"{url}?limit=3&before=cmsg-1")).json()
    assert ([item["id"] for item in first["conversation"]], first["before"]) == (["cmsg-0"], None)


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=many", "limit"), ("before=cmsg-9", "before")],
)
async def test_a_page_that_is_none_is_refused_by_name(
    client: httpx.AsyncClient, attempt: Attempt, query: str, field: str
) -> None:
    answer = await client.get(f"/api/v1/attempts/{attempt.id}/conversation?{query}")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_long_conversation_comes_with_its_end(
    client: httpx.AsyncClient, world: World, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "WHOLE_CONVERSATION", 2)
    monkeypatch.setattr(queries, "WHOLE_LOG", 1)
    await world.run(attempts.put_items, attempt.id, [said(n) for n in range(4)])
    await world.run(attempts.append_logs, attempt.id, [LogLine("one"), LogLine("two")])
    board, card = BoardId(attempt.board_id), CardId(attempt.card_id)
    view = (await client.get(f"/api/v1/boards/{board}/cards/{card}/attempt")).json()
    assert [item["id"] for item in view["conversation"]] == ["cmsg-2", "cmsg-3"]
    assert [line["message"] for line in view["logs"]] == ["two"]
