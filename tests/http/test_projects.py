"""Projects over HTTP, on real repositories."""

import subprocess
from pathlib import Path
from shutil import move
from typing import Any

import httpx
import pytest

from kanbanai.domain.events import ProjectCreated, ProjectDeleted, ProjectUpdated
from tests.http.problems import fields, problem
from tests.world import World

pytestmark = pytest.mark.anyio


def git(folder: Path, *arguments: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def contents(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def repository(home: Path) -> Path:
    """A repository whose main branch is `trunk`."""
    folder = home / "code" / "wire-capture"
    git(folder, "init", "--quiet", "--initial-branch=trunk")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "The first")
    return folder


async def added(client: httpx.AsyncClient, folder: Path, **fields: Any) -> dict[str, Any]:
    body = {"name": "Wire Capture", "repositoryPath": str(folder)} | fields
    answer = await client.post("/api/v1/projects", json=body)
    assert answer.status_code == 201, answer.text
    project: dict[str, Any] = answer.json()
    return project


def said(world: World) -> list[str]:
    """The kinds of what the dashboard was told."""
    kinds = {ProjectCreated.kind, ProjectUpdated.kind, ProjectDeleted.kind}
    return [entry.kind for entry in world.committed if entry.kind in kinds]


async def test_there_are_none_at_first(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/projects")
    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_repository_becomes_a_project_with_a_board(
    client: httpx.AsyncClient, world: World, repository: Path
) -> None:
    answer = await client.post(
        "/api/v1/projects", json={"name": "  Wire Capture ", "repositoryPath": "~/code/wire-capture"}
    )
    assert answer.status_code == 201
    project = answer.json()
    assert project == {
        "id": project["id"],
        "boardId": project["id"],
        "name": "Wire Capture",
        "status": "Active",
        "createdAt": project["createdAt"],
        "repositoryPath": str(repository),
        "repositoryUrl": None,
        "repositorySlug": "wire-capture",
    }
    assert answer.headers["Location"] == f"/api/v1/projects/{project['id']}"
    assert said(world) == ["project_created"]
    board = (await client.get(f"/api/v1/boards/{project['id']}")).json()["state"]
    titles = [board["columns"][one]["title"] for one in board["columnOrder"]]
    assert titles == ["Backlog", "In Progress", "Review", "Done"]
    one = await client.get(f"/api/v1/projects/{project['id']}")
    assert one.json() == project
    assert one.headers["ETag"] == answer.headers["ETag"]


async def test_work_starts_from_the_repositorys_own_main_branch_and_with_its_initials(
    client: httpx.AsyncClient, repository: Path
) -> None:
    project = await added(client, repository)
    settings = (await client.get(f"/api/v1/projects/{project['id']}/settings")).json()["settings"]
    assert (settings["baseBranch"], settings["ticketPrefix"], settings["nextTicketNumber"]) == (
        "trunk",
        "WC",
        1,
    )


async def test_the_newest_comes_first_and_path_and_name_may_be_shared(
    client: httpx.AsyncClient, repository: Path
) -> None:
    made = [await added(client, repository) for _ in range(3)]
    assert (await client.get("/api/v1/projects")).json() == made[::-1]


async def test_slug_and_address_are_kept_when_given(client: httpx.AsyncClient, repository: Path) -> None:
    project = await added(
        client, repository, repositorySlug=" wires ", repositoryUrl="https://github.com/owner/wires"
    )
    assert (project["repositorySlug"], project["repositoryUrl"]) == (
        "wires",
        "https://github.com/owner/wires",
    )
    nothing = await added(client, repository, repositorySlug=None, repositoryUrl=None)
    assert (nothing["repositorySlug"], nothing["repositoryUrl"]) == ("wire-capture", None)


async def test_initialize_makes_folder_and_repository(client: httpx.AsyncClient, home: Path) -> None:
    project = await added(client, home / "new" / "thing", initialize=True)
    assert (home / "new" / "thing" / ".git" / "HEAD").is_file()
    settings = (await client.get(f"/api/v1/projects/{project['id']}/settings")).json()["settings"]
    assert settings["baseBranch"] == "main"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x"}, "repositoryPath"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": 5}, "name"),
        ({"repositoryPath": ""}, "repositoryPath"),
        ({"repositoryPath": "relative/path"}, "repositoryPath"),
        ({"repositoryPath": "~/nowhere"}, "repositoryPath"),
        ({"repositoryPath": "~"}, "repositoryPath"),
        ({"repositorySlug": ""}, "repositorySlug"),
        ({"repositorySlug": "a\nb"}, "repositorySlug"),
        ({"repositoryUrl": "javascript:alert(1)"}, "repositoryUrl"),
        ({"repositoryUrl": "not an address"}, "repositoryUrl"),
        ({"initialize": "yes"}, "initialize"),
    ],
)
async def test_what_cannot_be_is_a_400_that_names_the_field_and_leaves_nothing(
    client: httpx.AsyncClient, world: World, repository: Path, body: dict[str, Any], field: str
) -> None:
    whole = {} if len(body) == 0 else {"name": "x", "repositoryPath": str(repository)} | body
    if field == "repositoryPath" and "repositoryPath" not in body:
        del whole["repositoryPath"]
    answer = await client.post("/api/v1/projects", json=whole)
    assert fields(answer) == [field]
    assert (await client.get("/api/v1/projects")).json() == []
    assert world.committed == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "  "}, 400),
        ({"repositoryUrl": "javascript:x"}, 400),
        ({"name": "x" * 201}, 422),
        ({"repositorySlug": "x" * 201}, 422),
    ],
)
async def test_a_project_that_is_refused_leaves_no_folder_either(
    client: httpx.AsyncClient, home: Path, body: dict[str, Any], status: int
) -> None:
    whole = {"name": "x", "repositoryPath": "~/new/thing", "initialize": True} | body
    assert fields(await client.post("/api/v1/projects", json=whole), status) == [*body]
    assert contents(home) == []


async def test_a_project_that_cannot_be_stored_leaves_no_folder(
    client: httpx.AsyncClient, home: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("kanbanai.usecases.projects.create", full)
    whole = {"name": "x", "repositoryPath": "~/new/thing", "initialize": True}
    assert problem(await client.post("/api/v1/projects", json=whole), 500)
    assert contents(home) == []
    assert world.committed == []


async def test_the_same_request_with_the_same_key_makes_one_project(
    client: httpx.AsyncClient, repository: Path
) -> None:
    body = {"name": "Once", "repositoryPath": str(repository)}
    answers = [
        await client.post("/api/v1/projects", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert len((await client.get("/api/v1/projects")).json()) == 1
    other = await client.post(
        "/api/v1/projects", json=body | {"name": "Two"}, headers={"Idempotency-Key": "k"}
    )
    assert problem(other, 422)


async def test_an_unknown_project_is_a_404(client: httpx.AsyncClient) -> None:
    address = "/api/v1/projects/nowhere"
    for answer in (
        await client.get(address),
        await client.patch(address, json={"name": "x"}),
        await client.delete(address),
        await client.get(f"{address}/git/branches"),
        await client.get(f"{address}/github/origin"),
        await client.get(f"{address}/settings"),
        await client.patch(f"{address}/settings", json={"baseBranch": "x"}),
    ):
        assert problem(answer, 404)["detail"] == "Project not found"


async def test_a_project_is_renamed_and_the_dashboard_told(
    client: httpx.AsyncClient, world: World, repository: Path
) -> None:
    project = await added(client, repository)
    answer = await client.patch(f"/api/v1/projects/{project['id']}", json={"name": " Other "})
    assert answer.status_code == 200
    assert answer.json() == project | {"name": "Other"}
    assert said(world) == ["project_created", "project_updated"]


async def test_a_rename_to_nothing_is_refused(
    client: httpx.AsyncClient, world: World, repository: Path
) -> None:
    project = await added(client, repository)
    address = f"/api/v1/projects/{project['id']}"
    assert problem(await client.patch(address, json={}), 400)["detail"] == "No updates provided"
    assert problem(await client.patch(address), 400)["detail"] == "No updates provided"
    for name in ("", "  ", None, 5):
        assert fields(await client.patch(address, json={"name": name})) == ["name"]
    assert (await client.get(address)).json() == project
    assert said(world) == ["project_created"]


async def test_an_outdated_if_match_changes_and_deletes_nothing(
    client: httpx.AsyncClient, repository: Path
) -> None:
    project = await added(client, repository)
    address = f"/api/v1/projects/{project['id']}"
    tag = (await client.get(address)).headers["ETag"]
    assert (await client.get(address, headers={"If-None-Match": tag})).status_code == 304
    renamed = await client.patch(address, json={"name": "Two"}, headers={"If-Match": tag})
    assert renamed.status_code == 200
    outdated = {"If-Match": tag}
    assert problem(await client.patch(address, json={"name": "Three"}, headers=outdated), 412)
    assert problem(await client.delete(address, headers=outdated), 412)
    assert (await client.get(address)).json()["name"] == "Two"
    assert (await client.delete(address, headers={"If-Match": renamed.headers["ETag"]})).status_code == 204


async def test_a_project_is_deleted_with_its_board_and_its_repository_stays(
    client: httpx.AsyncClient, world: World, repository: Path
) -> None:
    project, other = await added(client, repository), await added(client, repository)
    answer = await client.delete(f"/api/v1/projects/{project['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get("/api/v1/projects")).json() == [other]
    assert problem(await client.get(f"/api/v1/boards/{project['id']}"), 404)
    assert problem(await client.delete(f"/api/v1/projects/{project['id']}"), 404)
    assert said(world)[-1] == "project_deleted"
    assert (repository / ".git").is_dir()


async def test_branches_have_the_shape_that_the_client_knows(
    client: httpx.AsyncClient, repository: Path, home: Path
) -> None:
    git(home, "clone", "--quiet", str(repository), "clone")
    project = await added(client, home / "clone")
    answer = await client.get(f"/api/v1/projects/{project['id']}/git/branches")
    assert answer.json() == {
        "branches": [
            {"name": "trunk", "displayName": "trunk", "kind": "local", "isCurrent": True},
            {
                "name": "origin/trunk",
                "displayName": "origin/trunk",
                "kind": "remote",
                "remote": "origin",
                "isCurrent": True,
            },
        ]
    }


async def test_a_repository_that_is_gone_is_a_502_that_says_so(
    client: httpx.AsyncClient, repository: Path
) -> None:
    project = await added(client, repository)
    move(repository, repository.with_name("moved"))
    for path in ("git/branches", "github/origin"):
        body = problem(await client.get(f"/api/v1/projects/{project['id']}/{path}"), 502)
        assert body["code"] == "git_failed"
        assert "is not there" in body["detail"]


async def test_the_origin_is_told_without_what_is_secret_in_it(
    client: httpx.AsyncClient, repository: Path
) -> None:
    project = await added(client, repository)
    address = f"/api/v1/projects/{project['id']}/github/origin"
    assert (await client.get(address)).json() == {"originUrl": None, "owner": None, "repo": None}
    git(repository, "remote", "add", "origin", "https://user:ghp_secret@github.com/owner/wires.git")
    assert (await client.get(address)).json() == {
        "originUrl": "https://github.com/owner/wires.git",
        "owner": "owner",
        "repo": "wires",
    }


async def test_the_demo_project_is_made_once(client: httpx.AsyncClient, home: Path) -> None:
    first = await client.post("/api/v1/projects/demo")
    assert first.status_code == 201
    assert first.json()["repositoryPath"] == str(home / "demo")
    assert (home / "demo/README.md").exists()
    again = await client.post("/api/v1/projects/demo")
    assert again.status_code == 200
    assert again.json() == first.json()
    board = (await client.get(f"/api/v1/boards/{first.json()['id']}")).json()["state"]
    assert len(board["cards"]) == 3
