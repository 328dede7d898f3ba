"""Export and import over HTTP: what goes over the wire, limits, refusals."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from kanbanai.domain.cards import Image
from kanbanai.http.routes import transfer
from tests.world import World

NDJSON = {"Content-Type": "application/x-ndjson"}
PROJECT = {"type": "project", "version": 1, "name": "Wire Capture", "repositoryPath": "~/wire"}
COLUMN = {"type": "column", "id": "todo", "title": "To do", "key": "backlog"}


@pytest.fixture(autouse=True)
def repository(home: Path) -> Path:
    """A repository where the files below say that it is."""
    return repository_at(home / "wire")


def repository_at(folder: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def file_of(lines: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


async def test_an_export_is_ndjson_with_a_name_and_a_length(world: World, client: httpx.AsyncClient) -> None:
    project = await world.project("Größe & Co")
    await world.card(project.id, images=(Image("aGVsbG8=", "image/png"),))

    answer = await client.get(f"/api/v1/projects/{project.id}/export")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="gr-e-co.ndjson"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["type"] for line in lines] == ["project", "settings", *["column"] * 4, "card"]
    assert lines[0]["version"] == 1
    assert lines[-1]["images"] == [{"data": "aGVsbG8=", "mime": "image/png"}]


async def test_the_export_of_an_unknown_project_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/projects/nobody/export")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "Project not found"


async def test_what_was_exported_comes_in_again(world: World, client: httpx.AsyncClient) -> None:
    project = await world.project()
    await world.card(project.id, "First")
    exported = (await client.get(f"/api/v1/projects/{project.id}/export")).content

    answer = await client.post(
        "/api/v1/projects/import", params={"repositoryPath": "~/wire"}, content=exported, headers=NDJSON
    )

    assert answer.status_code == 201
    arrived = answer.json()
    assert arrived["project"]["name"] == project.name
    assert arrived["project"]["id"] != project.id
    assert arrived | {"project": None} == {
        "project": None,
        "columns": 4,
        "cards": 1,
        "attempts": 0,
        "dropped": [],
    }
    assert answer.headers["location"] == f"/api/v1/projects/{arrived['project']['id']}"
    state = (await client.get(f"/api/v1/boards/{arrived['project']['id']}")).json()["state"]
    assert [card["title"] for card in state["cards"].values()] == ["First"]


async def test_the_repository_is_where_the_file_says_or_the_caller(
    client: httpx.AsyncClient, repository: Path
) -> None:
    elsewhere = repository_at(repository.parent / "elsewhere")
    file = file_of([PROJECT, COLUMN])
    for query, path in [({}, repository), ({"repositoryPath": str(elsewhere)}, elsewhere)]:
        answer = await client.post("/api/v1/projects/import", params=query, content=file, headers=NDJSON)
        assert answer.json()["project"]["repositoryPath"] == str(path)


async def test_without_a_repository_nothing_comes_in(
    world: World, client: httpx.AsyncClient, home: Path
) -> None:
    file = file_of([PROJECT | {"repositoryPath": str(home / "none")}, COLUMN])
    for query in ({}, {"repositoryPath": str(home)}):
        answer = await client.post("/api/v1/projects/import", params=query, content=file, headers=NDJSON)
        assert answer.status_code == 400
        assert [one["field"] for one in answer.json()["errors"]] == ["repositoryPath"]
    assert world.committed == []


async def test_what_is_no_project_file_is_refused_by_its_first_line(client: httpx.AsyncClient) -> None:
    for content in (b"", b"[]\n", file_of([COLUMN])):
        answer = await client.post("/api/v1/projects/import", content=content, headers=NDJSON)
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith("line 1: this is no project file")


async def test_an_error_names_the_line_and_the_field_and_nothing_is_stored(
    world: World, client: httpx.AsyncClient
) -> None:
    wrong = file_of([PROJECT, COLUMN, {"type": "card", "id": "a", "columnId": "todo", "title": 7}])

    answer = await client.post("/api/v1/projects/import", content=wrong, headers=NDJSON)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "line 3: title", "message": "Expected `str`, got `int`"}]
    assert world.committed == []


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
async def test_only_files_sent_as_ndjson_come_in(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post(
        "/api/v1/projects/import", content=file_of([PROJECT, COLUMN]), headers={"Content-Type": media_type}
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Content-Type"


async def test_a_file_over_the_limit_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    headers = NDJSON | {"Content-Length": str(transfer.MAX_FILE + 1)}

    answer = await client.post("/api/v1/projects/import", content=b"", headers=headers)

    assert answer.status_code == 413


async def test_the_same_import_with_the_same_key_happens_once(
    world: World, client: httpx.AsyncClient
) -> None:
    headers = NDJSON | {"Idempotency-Key": "once"}
    file = file_of([PROJECT, COLUMN])

    first = await client.post("/api/v1/projects/import", content=file, headers=headers)
    second = await client.post("/api/v1/projects/import", content=file, headers=headers)
    other = await client.post(
        "/api/v1/projects/import", content=file_of([PROJECT, COLUMN, COLUMN | {"id": "x"}]), headers=headers
    )

    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(await world.read(lambda tx: tx.projects.all())) == 1
    assert other.status_code == 422


async def test_a_file_larger_than_a_chunk_arrives_whole(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "CHUNK", 64)
    cards = [{"type": "card", "id": f"c{n}", "columnId": "todo", "title": f"Card {n}"} for n in range(50)]

    async def parts() -> Any:
        file = file_of([PROJECT, COLUMN, *cards])
        for start in range(0, len(file), 50):
            yield file[start : start + 50]

    answer = await client.post("/api/v1/projects/import", content=parts(), headers=NDJSON)

    assert answer.status_code == 201
    exported = await client.get(f"/api/v1/projects/{answer.json()['project']['id']}/export")
    assert [json.loads(line)["title"] for line in exported.text.splitlines()[3:]] == [
        card["title"] for card in cards
    ]
