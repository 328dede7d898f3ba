"""The plain calls: what goes out, what comes back, what is said when it fails."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from kanbanai.client import ApiProblem, KanbanClient, NewCard, NewProject, UnexpectedAnswer, Unreachable
from kanbanai.domain.cards import CardChanges, Placement
from tests.client.stage import BOARD, FakeServer, Request, board, card

PROJECT = {
    "id": BOARD,
    "boardId": BOARD,
    "name": "Shop",
    "status": "Active",
    "createdAt": "2026-11-23T18:42:00.000Z",
    "repositoryPath": "/srv/shop",
    "repositoryUrl": None,
    "repositorySlug": "shop",
}
CARD = f"/boards/{BOARD}/cards/card-1"


@pytest.fixture
async def server() -> AsyncGenerator[FakeServer]:
    server = FakeServer()
    await server.up()
    yield server
    await server.ended()


@pytest.fixture
async def client(server: FakeServer) -> AsyncGenerator[KanbanClient]:
    async with KanbanClient(f"{server.url}/") as client:
        yield client


async def test_projects(server: FakeServer, client: KanbanClient) -> None:
    server.says("/projects", [PROJECT])
    [project] = await client.projects()
    assert (project.id, project.name, project.repository_path) == (BOARD, "Shop", "/srv/shop")
    server.says("/projects", PROJECT, method="POST", status=201)
    await client.create_project(NewProject(name="Shop", repository_path="/srv/shop"))
    assert server.requests[-1].json == {"name": "Shop", "repositoryPath": "/srv/shop"}


async def test_a_board_comes_with_its_cursor(server: FakeServer, client: KanbanClient) -> None:
    server.says(f"/boards/{BOARD}", {"state": board(["card-1"])}, ETag='"e-4"')
    read = await client.board(BOARD)
    assert (list(read.state.cards), read.etag) == (["card-1"], '"e-4"')


async def test_a_card_is_made_once_whatever_happens_to_the_connection(
    client: KanbanClient, server: FakeServer
) -> None:
    made: dict[str, Request] = {}

    def answer(request: Request) -> tuple[int, object, dict[str, str]]:
        made[request.headers["idempotency-key"]] = request
        return 201, {"card": card("card-1"), "columnId": "col-1"}, {"ETag": '"v1"'}

    server.plain["POST", f"/api/v1/boards/{BOARD}/cards"] = answer
    broken = iter([True, False])

    class Breaking(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            if next(broken):
                raise httpx.RemoteProtocolError("the answer was lost")
            return response

    async with KanbanClient(server.url, transport=Breaking()) as fragile:
        placed = await fragile.create_card(BOARD, NewCard(column_id="col-1", title="New"))  # type: ignore[arg-type]
    assert (placed.card.id, placed.column_id, placed.etag) == ("card-1", "col-1", '"v1"')
    assert len(server.requests) == 2
    [request] = made.values()
    assert request.json == {"columnId": "col-1", "title": "New"}
    assert request.headers["prefer"] == "return=minimal"


async def test_a_change_is_not_repeated_on_a_guess(server: FakeServer) -> None:
    class Breaking(httpx.AsyncBaseTransport):
        calls = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.calls += 1
            raise httpx.RemoteProtocolError("gone")

    transport = Breaking()
    async with KanbanClient(server.url, transport=transport) as client:
        with pytest.raises(Unreachable, match="the connection broke"):
            await client.edit_card(BOARD, "card-1", CardChanges(title="x"))  # type: ignore[arg-type]
        assert transport.calls == 1
        with pytest.raises(Unreachable):
            await client.projects()
        assert transport.calls == 3, "a question may be asked again, once"


async def test_an_edit_sends_what_is_set_and_the_version_it_is_for(
    server: FakeServer, client: KanbanClient
) -> None:
    server.says(CARD, {"card": card("card-1"), "columnId": "col-2"}, method="PATCH")
    changes = CardChanges(title="New", description=None, disable_auto_close_on_pr_merge=True)
    await client.edit_card(
        BOARD,
        "card-1",  # type: ignore[arg-type]
        changes,
        to=Placement("col-2", 3),  # type: ignore[arg-type]
        if_match='"v1"',
    )
    request = server.requests[-1]
    assert request.json == {
        "title": "New",
        "description": None,
        "disableAutoCloseOnPRMerge": True,
        "columnId": "col-2",
        "index": 3,
    }
    assert (request.headers["if-match"], request.headers["prefer"]) == ('"v1"', "return=minimal")
    await client.move_card(BOARD, "card-1", Placement("col-1", 0))  # type: ignore[arg-type]
    assert server.requests[-1].json == {"columnId": "col-1", "index": 0}
    assert "if-match" not in server.requests[-1].headers


async def test_a_deleted_card(server: FakeServer, client: KanbanClient) -> None:
    server.says(CARD, b"", method="DELETE", status=204)
    await client.delete_card(BOARD, "card-1", if_match='"v2"')  # type: ignore[arg-type]
    assert server.requests[-1].headers["if-match"] == '"v2"'


async def test_a_problem_is_raised_with_all_it_says(server: FakeServer, client: KanbanClient) -> None:
    problem = {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "title: a card needs a title",
        "code": "invalid",
        "errors": [{"field": "title", "message": "a card needs a title"}],
    }
    server.says("/projects", problem, status=400)
    with pytest.raises(ApiProblem) as caught:
        await client.projects()
    error = caught.value
    assert (error.status, error.code, str(error)) == (400, "invalid", "title: a card needs a title")
    assert [(one.field, one.message) for one in error.errors] == [("title", "a card needs a title")]
    assert error.is_final


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"<h1>Bad   Gateway</h1>", "<h1>Bad Gateway</h1>"),
        (b"", "Bad Gateway"),
        (b'{"title": "No"}', "No"),
        (b'{"detail": "No", "errors": {"name": ["text"]}}', "No"),
        (b"\xff" * 5000, "\ufffd" * 200),
    ],
)
async def test_a_refusal_by_somebody_else_is_still_a_sentence(
    server: FakeServer, client: KanbanClient, body: bytes, detail: str
) -> None:
    server.says("/projects", body, status=502)
    with pytest.raises(ApiProblem) as caught:
        await client.projects()
    assert (str(caught.value), caught.value.is_final) == (detail, False)


async def test_an_answer_of_something_else_is_said_to_be_one(
    server: FakeServer, client: KanbanClient
) -> None:
    server.says("/projects", {"hello": "world"})
    with pytest.raises(UnexpectedAnswer, match="gave an answer that cannot be read"):
        await client.projects()


async def test_nobody_there(server: FakeServer, client: KanbanClient) -> None:
    await server.down()
    with pytest.raises(Unreachable) as caught:
        await client.projects()
    assert str(caught.value) == f"{server.url} cannot be reached: nobody listens there"


async def test_readiness(server: FakeServer, client: KanbanClient) -> None:
    server.says("/readyz", {"ok": True})
    assert await client.is_ready()
    server.says("/readyz", {"ok": False}, status=503)
    assert not await client.is_ready()


async def test_no_proxy_stands_between_this_machine_and_itself(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.says("/projects", [])
    async with KanbanClient(server.url) as client:
        assert await client.projects() == []


async def test_an_export_is_an_import(server: FakeServer, client: KanbanClient) -> None:
    lines = b"".join(json.dumps({"line": number}).encode() + b"\n" for number in range(1000))
    server.says(f"/projects/{BOARD}/export", lines)
    arrived = {"project": PROJECT, "columns": 4, "cards": 0, "attempts": 0, "dropped": []}
    server.says("/projects/import", arrived, method="POST", status=201)
    async with client.export_project(BOARD) as pieces:
        imported = await client.import_project(pieces)
    assert imported.project.id == BOARD
    assert server.requests[-1].body == lines
    assert server.requests[-1].headers["content-type"] == "application/x-ndjson"


async def test_a_refused_export_is_a_problem(client: KanbanClient) -> None:
    with pytest.raises(ApiProblem, match="no /api/v1/projects"):
        async with client.export_project(BOARD) as pieces:
            assert [piece async for piece in pieces] == []


async def test_the_dashboard_is_typed(server: FakeServer, client: KanbanClient) -> None:
    server.says("/dashboard", overview())
    seen = await client.dashboard("all_time")
    assert server.requests[-1].query == {"timeRangePreset": "all_time"}
    assert (seen.metrics.active_attempts, seen.project_snapshots) == (2, ())


def overview() -> dict[str, Any]:
    stamp = "2026-11-23T18:42:00.000Z"
    return {
        "timeRange": {"preset": "last_7d", "from": stamp, "to": stamp},
        "generatedAt": stamp,
        "updatedAt": stamp,
        "metrics": {
            "byKey": {},
            "activeAttempts": 2,
            "attemptsInRange": 3,
            "successRateInRange": 0.5,
            "reviewItemsCount": 0,
            "projectsWithActivity": 1,
        },
        "activeAttempts": [],
        "recentAttemptActivity": [],
        "projectSnapshots": [],
        "inboxItems": {"review": [], "failed": [], "stuck": []},
        "agentStats": [],
        "attemptsInRange": 3,
        "successRateInRange": 0.5,
        "projectsWithActivityInRange": 1,
        "meta": {"version": "v1", "availableTimeRangePresets": []},
    }
