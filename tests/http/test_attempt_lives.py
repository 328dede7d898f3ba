"""Starting, stopping, resuming and finding attempts over HTTP; contract section 11."""

from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import pytest

from kanbanai.domain.cards import Placement
from kanbanai.domain.ids import AttemptId, CardId
from kanbanai.domain.projects import Project
from kanbanai.http.provide import Services
from kanbanai.usecases import attempts, cards, messages, queries
from tests.http.conftest import edge
from tests.http.problems import problem
from tests.http.wiring import speaking_to
from tests.world import World

CODEX = {"agent": "CODEX"}


@pytest.fixture
async def project(world: World) -> Project:
    return await world.project()


@pytest.fixture
async def card(world: World, project: Project) -> CardId:
    return await world.card(project.id)


@pytest.fixture
def address(project: Project, card: CardId) -> str:
    return f"/api/v1/projects/{project.id}/cards/{card}/attempts"


async def started(client: httpx.AsyncClient, address: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(address, json=CODEX | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_an_attempt_is_made_and_waits(client: httpx.AsyncClient, address: str, card: CardId) -> None:
    answer = await client.post(address, json=CODEX | {"baseBranch": "develop"})
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == f"/api/v1/attempts/{made['id']}"
    assert (
        made.items()
        >= {
            "cardId": card,
            "agent": "CODEX",
            "status": "queued",
            "baseBranch": "develop",
            "branchName": "WC/WC-1-a-card",
            "worktreePath": None,
            "sessionId": None,
            "startedAt": None,
            "endedAt": None,
        }.items()
    )
    assert (await client.get(f"/api/v1/attempts/{made['id']}")).json() == made


async def test_the_older_address_names_the_newer_one(
    client: httpx.AsyncClient, project: Project, card: CardId, address: str
) -> None:
    answer = await client.post(f"/api/v1/boards/{project.id}/cards/{card}/attempts", json=CODEX)
    assert answer.status_code == 201
    assert answer.headers["Deprecation"] == "true"
    assert answer.headers["Link"] == f'<{address}>; rel="successor-version"'


async def test_a_start_with_a_key_is_carried_out_once(client: httpx.AsyncClient, address: str) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await client.post(address, json=CODEX, headers=headers)
    again = await client.post(address, json=CODEX, headers=headers)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert problem(await client.post(address, json={"agent": "DROID"}, headers=headers), 422)


async def test_what_cannot_be_started_is_refused(
    client: httpx.AsyncClient, world: World, project: Project, card: CardId, address: str
) -> None:
    other = (await world.project("Other")).id
    assert problem(await client.post(address, json={}), 400)["detail"]
    assert problem(await client.post(address, json={"agent": "NOBODY"}), 400)["detail"] == "Unknown agent"
    bad = await client.post(address, json=CODEX | {"branchName": "a..b"})
    assert problem(bad, 400)["errors"][0]["field"] == "branchName"
    assert problem(await client.post(address.replace(project.id, other), json=CODEX), 400)
    assert problem(await client.post(address.replace(project.id, "p"), json=CODEX), 404)
    assert problem(await client.post(address.replace(card, "card-0"), json=CODEX), 404)
    await started(client, address)
    assert problem(await client.post(address, json=CODEX), 409)["detail"] == "Attempt already running"
    assert (await started(client, address, parallel=True))["branchName"] == "WC/WC-1-a-card-2"


async def test_a_stop_says_what_it_came_to(client: httpx.AsyncClient, world: World, address: str) -> None:
    waiting = await started(client, address)
    one = f"/api/v1/attempts/{waiting['id']}"
    assert problem(await client.patch(one, json={"status": "succeeded"}), 400)
    answer = (await client.patch(one, json={"status": "stopped"})).json()
    assert (answer["status"], answer["attempt"]["status"]) == ("stopped", "stopped")
    assert (
        problem(await client.patch(one, json={"status": "stopped"}), 409)["detail"]
        == "Attempt is not running"
    )
    assert problem(await client.patch("/api/v1/attempts/att-0", json={"status": "stopped"}), 404)

    running = await started(client, address)
    await world.run(attempts.claim, 4)
    for _ in range(2):
        answer = (await client.patch(f"/api/v1/attempts/{running['id']}", json={"status": "stopped"})).json()
        assert answer["status"] == "stopping"


async def test_what_was_stopped_can_go_on(client: httpx.AsyncClient, address: str) -> None:
    made = await started(client, address)
    one = f"/api/v1/attempts/{made['id']}"
    assert problem(await client.post(f"{one}/resume"), 409)
    await client.patch(one, json={"status": "stopped"})
    answer = await client.post(f"{one}/resume")
    assert (answer.status_code, answer.json()["status"]) == (200, "queued")
    assert problem(await client.post("/api/v1/attempts/att-0/resume"), 404)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/attempts/att-1/stop", "/attempts/att-1"),
        ("/attempts/att-1/followup", "/attempts/att-1/messages"),
        ("/attempts/boards/b/cards/c/attempts", "/projects/b/cards/c/attempts"),
    ],
)
async def test_addresses_that_are_gone_name_their_successors(
    client: httpx.AsyncClient, old: str, new: str
) -> None:
    answer = await client.post(f"/api/v1{old}", json={"anything": 1})
    assert f"/api/v1{new}" in problem(answer, 410)["detail"]
    assert answer.headers["Deprecation"] == "true"
    assert answer.headers["Link"] == f'</api/v1{new}>; rel="successor-version"'


# ── Finding ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def ids(client: httpx.AsyncClient, path: str, **params: Any) -> list[str]:
    answer = await client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["attempts"]]


async def test_attempts_are_listed_by_what_they_are(
    client: httpx.AsyncClient, world: World, project: Project, card: CardId, address: str
) -> None:
    first = await started(client, address)
    second = await started(client, address, agent="DROID", parallel=True)
    other = (await world.project("Other")).id
    third = await started(client, f"/api/v1/projects/{other}/cards/{await world.card(other)}/attempts")
    one, two, three = (made["id"] for made in (first, second, third))
    await world.run(attempts.claim, 1)

    assert await ids(client, "/attempts") == [three, two, one]
    assert await ids(client, f"/projects/{project.id}/attempts") == [two, one]
    assert await ids(client, f"/projects/{project.id}/attempts", agent="DROID") == [two]
    assert await ids(client, f"/projects/{project.id}/attempts", cardId=card) == [two, one]
    assert await ids(client, f"/projects/{project.id}/cards/{card}/attempts") == [two, one]
    assert await ids(client, "/attempts", status="running") == [one]
    await client.patch(f"/api/v1/attempts/{two}", json={"status": "stopped"})
    assert await ids(client, "/attempts", status="active") == [three, one]
    assert await ids(client, "/attempts", status=["active", "stopped"]) == [three, two, one]
    assert problem(await client.get("/api/v1/attempts", params={"status": "lost"}), 400)
    assert problem(await client.get("/api/v1/projects/p/attempts"), 404)
    assert problem(await client.get(f"/api/v1/projects/{other}/cards/{card}/attempts"), 400)


async def test_a_list_comes_in_pages_and_tells_the_queue(
    client: httpx.AsyncClient, world: World, project: Project
) -> None:
    made = []
    for number in range(5):
        card = await world.card(project.id, f"Card {number}")
        made.append((await started(client, f"/api/v1/projects/{project.id}/cards/{card}/attempts"))["id"])
    await world.run(attempts.claim, 1)
    page = (await client.get("/api/v1/attempts", params={"limit": 3})).json()
    assert [one["queuePosition"] for one in page["attempts"]] == [4, 3, 2]
    assert page["next"] == made[2]
    rest = (await client.get("/api/v1/attempts", params={"limit": 3, "after": page["next"]})).json()
    assert [(one["id"], one["queuePosition"]) for one in rest["attempts"]] == [(made[1], 1), (made[0], None)]
    assert rest["next"] is None
    assert (
        problem(await client.get("/api/v1/attempts", params={"after": "att-0"}), 400)["errors"][0]["field"]
        == "after"
    )


# ── Deleting ────────────────────────────────────────────────────────────────────────────────────────────────────────


class ObedientRuns:
    """`Runs` of agents that stop when they are told to."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cleared: list[AttemptId] = []

    async def clear(self, attempt_ids: Sequence[AttemptId]) -> None:
        self.cleared += attempt_ids
        for one in attempt_ids:
            if (await self._world.read(queries.attempt, one)).status == "running":
                await self._world.run(attempts.stop, one)
                await self._world.run(attempts.finish, one, "stopped")


async def test_what_runs_is_stopped_before_its_card_or_project_goes(
    services: Services, world: World, project: Project, card: CardId, address: str
) -> None:
    runs = ObedientRuns(world)
    async with speaking_to(edge(msgspec.structs.replace(services, runs=runs))) as client:
        first = await started(client, address)
        await world.run(attempts.claim, 4)
        one = f"/api/v1/boards/{project.id}/cards/{card}"
        assert problem(await client.delete(one, headers={"If-Match": '"other"'}), 412)
        assert runs.cleared == []
        assert (await client.delete(one)).status_code == 204
        assert runs.cleared == [first["id"]]

        second_card = await world.card(project.id)
        second = await started(client, f"/api/v1/projects/{project.id}/cards/{second_card}/attempts")
        await world.run(attempts.claim, 4)
        whole = f"/api/v1/projects/{project.id}"
        assert problem(await client.delete(whole, headers={"If-Match": '"other"'}), 412)
        assert (await client.delete(whole)).status_code == 204
        assert runs.cleared == [first["id"], second["id"]]


async def test_a_server_that_runs_no_agents_deletes_nothing_that_is_at_work(
    client: httpx.AsyncClient, world: World, project: Project, card: CardId, address: str
) -> None:
    await started(client, address)
    await world.run(attempts.claim, 4)
    assert problem(await client.delete(f"/api/v1/boards/{project.id}/cards/{card}"), 409)
    assert problem(await client.delete(f"/api/v1/projects/{project.id}"), 409)


async def test_a_done_card_takes_neither_attempt_nor_message(
    client: httpx.AsyncClient, world: World, project: Project, card: CardId, address: str
) -> None:
    made = await started(client, address)
    done = (await world.columns(project.id))[3]
    await world.run(cards.move, project.id, card, Placement(done, 0))
    say = f"/api/v1/attempts/{made['id']}/messages"
    for path, body in ((address, CODEX | {"parallel": True}), (say, {"prompt": "More"})):
        assert problem(await client.post(path, json=body), 409)["detail"] == "Task is done and locked"
    assert len(await world.read(messages.waiting, AttemptId(made["id"]))) == 1
