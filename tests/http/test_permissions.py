"""Permission requests over HTTP."""

from typing import Any

import httpx
import pytest

from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.permissions import Permission, PermissionOption
from kanbanai.usecases import attempts, permissions, queries
from kanbanai.usecases.attempts import NewAttempt
from kanbanai.usecases.permissions import Asked
from tests.http.problems import problem
from tests.world import World


@pytest.fixture
async def asked(world: World) -> Permission:
    board = (await world.project()).board_id
    queued = await world.run(attempts.queue, board, await world.card(board), NewAttempt(agent="CODEX"))
    await world.run(attempts.claim, 4)
    tool = ToolUse(name="command", action="exec", command="make", status="created")
    options = (PermissionOption("y", "allow_once", "Yes"), PermissionOption("n", "reject_once", "No"))
    return await world.run(permissions.ask, queued.id, Asked(title="Run make", tool=tool, options=options))


@pytest.fixture
def address(asked: Permission) -> str:
    return f"/api/v1/attempts/{asked.attempt_id}/permissions"


@pytest.mark.parametrize(
    ("choice", "status", "option"),
    [({"decision": "allow_always"}, "allowed", "y"), ({"optionId": "n"}, "rejected", "n")],
)
async def test_a_request_is_answered_by_any_client_once(
    client: httpx.AsyncClient,
    asked: Permission,
    address: str,
    choice: dict[str, Any],
    status: str,
    option: str,
) -> None:
    (pending,) = (await client.get("/api/v1/permissions")).json()["permissions"]
    assert pending.items() >= {"id": asked.id, "status": "pending", "title": "Run make"}.items()
    answer = await client.post(f"{address}/{asked.id}", json=choice)
    assert answer.status_code == 200
    told = answer.json()["permission"]
    assert (told["status"], told["optionId"], told["answeredBy"]) == (status, option, "user:local")
    assert (await client.get("/api/v1/permissions")).json() == {"permissions": []}
    assert (await client.get(address)).json() == {"permissions": [told]}
    assert problem(await client.post(f"{address}/{asked.id}", json=choice), 409)


async def test_bad_answers_are_refused(client: httpx.AsyncClient, asked: Permission, address: str) -> None:
    one = f"{address}/{asked.id}"
    for body in ({}, {"decision": "perhaps"}, {"optionId": "maybe"}, {"decision": "allow", "optionId": "y"}):
        assert problem(await client.post(one, json=body), 400)
    assert problem(await client.post(f"{address}/perm-0", json={"decision": "allow"}), 404)
    assert problem(await client.get("/api/v1/attempts/att-0/permissions"), 404)
    assert (await client.get(address)).json()["permissions"][0]["status"] == "pending"


async def test_requests_of_one_board(client: httpx.AsyncClient, world: World, asked: Permission) -> None:
    other = (await world.project("Other")).id
    boards = {"boardId": (await world.read(queries.attempt, asked.attempt_id)).board_id}
    assert len((await client.get("/api/v1/permissions", params=boards)).json()["permissions"]) == 1
    assert (await client.get("/api/v1/permissions", params={"boardId": other})).json() == {"permissions": []}
    assert problem(await client.get("/api/v1/permissions", params={"boardId": "b"}), 404)
