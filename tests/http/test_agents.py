"""Agents and profiles as a client meets them; contract section 14."""

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from kanbanai.domain.agents import CATALOGUE, Agent, AgentFinding
from kanbanai.http.api import api
from tests.http.wiring import services_on, speaking_to
from tests.world import World

URL = "/api/v1/agents/profiles"
FORM = {"sandbox": "", "skipGitRepoCheck": True, "debug": False}
"""What the client's form sends for Codex when nobody touched it."""


async def test_the_catalogue_lists_every_agent(client: httpx.AsyncClient) -> None:
    agents = (await client.get("/api/v1/agents")).json()["agents"]
    assert [one["key"] for one in agents] == list(CATALOGUE)
    assert agents[0] == {"key": "CODEX", "label": "Codex Agent", "capabilities": {"resume": True}}


@pytest.mark.parametrize("key", CATALOGUE)
async def test_every_agent_has_a_schema_for_a_form(client: httpx.AsyncClient, key: str) -> None:
    schema = (await client.get(f"/api/v1/agents/{key}/schema")).json()
    assert (schema["agent"], schema["label"]) == (key, CATALOGUE[key].label)
    assert schema["defaultProfile"] == CATALOGUE[key].default_profile
    for field in schema["fields"]:
        assert {"key", "label", "optional", "nullable", "description", "type"} <= field.keys()
        assert field["type"] in {"string", "boolean", "number", "enum", "string_array"}
        assert ("options" in field) is (field["type"] == "enum")


async def test_lists_are_part_of_a_schema_and_free_form_settings_are_not(client: httpx.AsyncClient) -> None:
    fields = {one["key"]: one for one in (await client.get("/api/v1/agents/CODEX/schema")).json()["fields"]}
    assert fields["additionalDirectories"]["type"] == "string_array"
    assert fields["sandbox"]["options"] == ["read-only", "workspace-write", "danger-full-access", "auto"]
    assert fields["appendPrompt"]["nullable"]
    assert "outputSchema" not in fields


async def test_an_unknown_agent_is_404(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/agents/NOBODY/schema")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Unknown agent")


async def made(client: httpx.AsyncClient, url: str = URL, **more: Any) -> dict[str, Any]:
    answer = await client.post(url, json={"agent": "CODEX", "name": "Careful", "config": FORM} | more)
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


async def test_the_clients_untouched_form_makes_a_profile(client: httpx.AsyncClient) -> None:
    row = await made(client)
    assert row.keys() == {"id", "agent", "name", "configJson", "createdAt", "updatedAt"}
    assert row["id"].startswith("apg-")
    assert json.loads(row["configJson"]) == {"skipGitRepoCheck": True, "debug": False}
    assert (await client.get(URL)).json() == {"profiles": [row]}
    assert (await client.get(f"{URL}/{row['id']}")).json() == row


@pytest.mark.parametrize("is_global", [True, False])
async def test_a_profile_lives_where_it_was_made(
    client: httpx.AsyncClient, world: World, is_global: bool
) -> None:
    project_id = (await world.project()).id
    own = f"/api/v1/projects/{project_id}/agents/profiles"
    url, other = (URL, own) if is_global else (own, URL)
    row = await made(client, url)
    assert row.get("projectId") == (None if is_global else project_id)
    assert row["id"].startswith("apg-" if is_global else "ap-")
    assert (await client.get(url)).json()["profiles"] == [row]
    assert (await client.get(other)).json()["profiles"] == []

    edited = await client.patch(f"{url}/{row['id']}", json={"name": "Bold", "config": {"model": "small"}})
    assert edited.status_code == 200
    assert (edited.json()["name"], edited.json()["configJson"]) == ("Bold", '{"model":"small"}')
    for method in ("GET", "PATCH", "DELETE"):
        body = {"name": "x"} if method == "PATCH" else None
        missing = await client.request(method, f"{other}/{row['id']}", json=body)
        assert (missing.status_code, missing.json()["detail"]) == (404, "Profile not found")
    assert (await client.delete(f"{url}/{row['id']}")).status_code == 204
    assert (await client.get(url)).json()["profiles"] == []


@pytest.mark.parametrize(
    ("body", "detail", "fields"),
    [
        ({"agent": "NOBODY"}, "Unknown agent", ["agent"]),
        (
            {"config": {"sandbox": "all", "colour": 1}},
            "Invalid profile",
            ["config.sandbox", "config.colour"],
        ),
        ({"name": ""}, "name", ["name"]),
        ({"config": []}, "config", ["config"]),
    ],
)
async def test_what_is_no_profile_is_a_problem_that_names_the_fields(
    client: httpx.AsyncClient, body: dict[str, Any], detail: str, fields: list[str]
) -> None:
    answer = await client.post(URL, json={"agent": "CODEX", "name": "Careful", "config": FORM} | body)
    problem = answer.json()
    assert answer.status_code == 400
    assert detail in problem["detail"]
    assert (problem["title"] == "Invalid profile") is (problem["code"] == "invalid_profile")
    assert [one["field"] for one in problem["errors"]] == fields


async def test_an_edit_of_another_version_is_refused(client: httpx.AsyncClient) -> None:
    url = f"{URL}/{(await made(client))['id']}"
    tag = (await client.get(url)).headers["etag"]
    assert (await client.patch(url, json={"name": "A"}, headers={"If-Match": tag})).status_code == 200
    for method in ("PATCH", "DELETE"):
        body = {"name": "B"} if method == "PATCH" else None
        refused = await client.request(method, url, json=body, headers={"If-Match": tag})
        assert refused.status_code == 412
    assert (await client.patch(url, json={})).json()["detail"] == "No updates provided"


async def test_the_same_creation_sent_twice_makes_one_profile(client: httpx.AsyncClient) -> None:
    body = {"agent": "CODEX", "name": "Careful", "config": {}}
    headers = {"Idempotency-Key": "once"}
    first, second = [await client.post(URL, json=body, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len((await client.get(URL)).json()["profiles"]) == 1


async def test_an_unknown_project_has_no_profiles(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/projects/nowhere/agents/profiles")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Project not found")


GOOSE = {"key": "GOOSE", "label": "Goose", "command": "goose", "args": ["acp"], "env": {"A": "b"}}


async def test_an_agent_that_people_bring_can_be_added_changed_chosen_and_removed(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/api/v1/agents", json=GOOSE)
    assert answer.status_code == 201
    program = {"command": "goose", "args": ["acp"], "env": {"A": "b"}}
    assert answer.json() == {
        "key": "GOOSE", "label": "Goose", "capabilities": {"resume": True}, "program": program
    }  # fmt: skip
    assert (await client.get("/api/v1/agents")).json()["agents"][-1] == answer.json()
    assert (await client.get("/api/v1/agents/GOOSE/schema")).json()["label"] == "Goose"
    changed = await client.patch("/api/v1/agents/GOOSE", json={"label": "Gander"})
    assert changed.json()["label"] == "Gander"
    row = await made(client, agent="GOOSE", config={"mode": "ask"})
    refused = await client.delete("/api/v1/agents/GOOSE")
    assert (refused.status_code, "delete them first" in refused.json()["detail"]) == (409, True)
    await client.delete(f"{URL}/{row['id']}")
    assert (await client.delete("/api/v1/agents/GOOSE")).status_code == 204
    assert (await client.get("/api/v1/agents/GOOSE/schema")).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"key": "CODEX"}, 409),
        ({"key": "a"}, 400),
        ({"args": ["x\0"]}, 400),
        ({"env": {"KANBANAI_X": "1"}}, 400),
    ],
)
async def test_what_is_no_agent_is_refused(
    client: httpx.AsyncClient, change: dict[str, Any], status: int
) -> None:
    assert (await client.post("/api/v1/agents", json=GOOSE | change)).status_code == status
    assert [one["key"] for one in (await client.get("/api/v1/agents")).json()["agents"]] == list(CATALOGUE)


async def test_a_look_at_an_agent_tells_what_was_found(world: World, tmp_path: Path) -> None:
    class Scout:
        def findings(self) -> dict[str, AgentFinding]:
            return {"GEMINI": AgentFinding(agent="GEMINI", installed=False, problem="not there", hint="npm")}

        async def look(self, agent: Agent) -> AgentFinding:
            return AgentFinding(agent=agent.key, installed=True, version="1.2", login="ok", modes=("ask",))

    services = msgspec.structs.replace(services_on(world, tmp_path), scout=Scout())
    async with speaking_to(api(services)) as client:
        looked = (await client.post("/api/v1/agents/CODEX/check")).json()
        assert looked == {
            "key": "CODEX", "label": "Codex Agent", "capabilities": {"resume": True},
            "installed": True, "version": "1.2", "login": "ok", "modes": ["ask"],
        }  # fmt: skip
        agents = {one["key"]: one for one in (await client.get("/api/v1/agents")).json()["agents"]}
        assert agents["GEMINI"]["installed"] is False
        assert (agents["GEMINI"]["problem"], agents["GEMINI"]["hint"]) == ("not there", "npm")
        assert "installed" not in agents["CODEX"]
        assert (await client.post("/api/v1/agents/NOBODY/check")).status_code == 404
