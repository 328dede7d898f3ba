"""Messages to an agent over HTTP; contract section 11."""

import httpx
import pytest

from kanbanai.domain.attempts import Attempt
from kanbanai.usecases import attempts, messages
from kanbanai.usecases.attempts import NewAttempt
from tests.http.problems import problem
from tests.world import World

PIXEL = {"data": "iVBORw0KGgo=", "mime": "image/png"}


@pytest.fixture
async def attempt(world: World) -> Attempt:
    """One whose agent has been told of the card."""
    board = (await world.project()).board_id
    queued = await world.run(attempts.queue, board, await world.card(board), NewAttempt(agent="CODEX"))
    await world.run(attempts.claim, 4)
    await world.run(messages.take_next, queued.id)
    return queued


@pytest.fixture
def address(attempt: Attempt) -> str:
    return f"/api/v1/attempts/{attempt.id}/messages"


async def test_a_message_waits_while_the_agent_works(
    client: httpx.AsyncClient, attempt: Attempt, address: str
) -> None:
    answer = await client.post(address, json={"prompt": "Add a test", "images": [PIXEL]})
    assert answer.status_code == 201
    body = answer.json()
    assert body["ok"] is True
    assert (body["queued"]["text"], body["queued"]["images"]) == ("Add a test", 1)
    (waiting,) = (await client.get(address)).json()["messages"]
    assert (
        waiting.items()
        >= {
            "id": body["queued"]["id"],
            "attemptId": attempt.id,
            "text": "Add a test",
            "images": [PIXEL],
            "createdBy": "user:local",
        }.items()
    )


async def test_a_message_wakes_what_has_ended(
    client: httpx.AsyncClient, world: World, attempt: Attempt, address: str
) -> None:
    await world.run(attempts.finish, attempt.id, "succeeded")
    answer = await client.post(address, json={"prompt": "More"})
    assert (answer.status_code, answer.json()) == (201, {"ok": True})
    assert (await client.get(f"/api/v1/attempts/{attempt.id}")).json()["status"] == "queued"


async def test_a_message_with_a_key_is_said_once(client: httpx.AsyncClient, address: str) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await client.post(address, json={"prompt": "x"}, headers=headers)
    assert (await client.post(address, json={"prompt": "x"}, headers=headers)).json() == first.json()
    assert len((await client.get(address)).json()["messages"]) == 1


async def test_a_message_can_be_changed_and_taken_back_until_it_is_told(
    client: httpx.AsyncClient, world: World, attempt: Attempt, address: str
) -> None:
    one, two = [
        (await client.post(address, json={"prompt": text})).json()["queued"]["id"] for text in ("One", "Two")
    ]
    answer = await client.patch(f"{address}/{one}", json={"prompt": "1", "images": [PIXEL]})
    assert (answer.status_code, answer.json()["message"]["text"]) == (200, "1")
    assert problem(await client.patch(f"{address}/{one}", json={}), 400)
    assert problem(await client.patch(f"{address}/{one}", json={"prompt": ""}), 400)
    assert problem(await client.patch(f"{address}/msg-0", json={"prompt": "x"}), 404)
    assert (await client.delete(f"{address}/{two}")).status_code == 204
    assert problem(await client.delete(f"{address}/{two}"), 404)
    await world.run(messages.take_next, attempt.id)
    assert problem(await client.patch(f"{address}/{one}", json={"prompt": "x"}), 409)
    assert problem(await client.delete(f"{address}/{one}"), 409)
    assert (await client.get(address)).json() == {"messages": []}


async def test_bad_messages_are_refused(client: httpx.AsyncClient, address: str) -> None:
    assert problem(await client.post(address, json={}), 400)
    assert problem(await client.post(address, json={"prompt": ""}), 400)
    blank = problem(await client.post(address, json={"prompt": "  "}), 400)
    assert blank["errors"][0]["field"] == "prompt"
    assert problem(await client.post(address, json={"prompt": "x", "images": [PIXEL] * 6}), 422)
    assert problem(await client.post(address, json={"prompt": "x", "profileId": "apg-0"}), 400)
    for call in (client.get, client.delete):
        assert problem(await call("/api/v1/attempts/att-0/messages/msg-0"), 404)
    assert problem(await client.post("/api/v1/attempts/att-0/messages", json={"prompt": "x"}), 404)
    assert problem(await client.get("/api/v1/attempts/att-0/messages"), 404)
