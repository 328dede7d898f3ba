"""Issues over HTTP, as a client of KanbanAI sees them, against the stand-in."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from kanbanai.adapters.github.forge import GithubForge
from kanbanai.http.provide import Services
from tests.forge.desk import REPO, Desk
from tests.forge.standin import StandIn
from tests.http.conftest import edge
from tests.http.wiring import services_on, speaking_to
from tests.world import World

pytestmark = pytest.mark.anyio
WHICH = {"owner": "acme", "repo": "wire"}


@pytest.fixture
async def desk(world: World, github: StandIn, forge: GithubForge, tmp_path: Path) -> Desk:
    return await Desk.laid(world, github, forge, tmp_path)


@pytest.fixture
def services(world: World, desk: Desk, tmp_path: Path) -> Services:
    return msgspec.structs.replace(
        services_on(world, tmp_path, desk.github.base),
        accounts=desk.accounts,
        issue_imports=desk.imports,
        issue_exports=desk.exports,
    )


@pytest.fixture
async def client(services: Services) -> AsyncGenerator[httpx.AsyncClient]:
    async with speaking_to(edge(services)) as client:
        yield client


@pytest.fixture
def board(desk: Desk) -> str:
    return f"/api/v1/boards/{desk.board}"


async def made(client: httpx.AsyncClient, desk: Desk, **fields: Any) -> dict[str, Any]:
    column = (await desk.world.columns(desk.board))[0]
    body = {"columnId": column, "title": "Retry uploads", "description": "Thrice."} | fields
    answer = await client.post(f"/api/v1/boards/{desk.board}/cards", json=body)
    assert answer.status_code == 201
    told: dict[str, Any] = answer.json()
    return told


async def test_preview_import_and_stats(client: httpx.AsyncClient, desk: Desk, board: str) -> None:
    desk.github.issue(REPO, "One", labels=["bug"])
    desk.github.issue(REPO, "Two")
    preview = await client.post(f"{board}/import/github/issues/preview", json=WHICH)
    assert (preview.status_code, preview.json()["new"]) == (200, 2)
    assert preview.json()["issues"][0]["labels"] == ["bug"]
    done = await client.post(f"{board}/import/github/issues", json=WHICH | {"labels": ["bug"]})
    counts = {"imported": 1, "updated": 0, "skipped": 0, "conflicts": 0, "closed": 0}
    assert (done.status_code, done.json()) == (200, counts)
    stats = await client.get(f"{board}/github/issues/stats")
    assert stats.json() == {"imported": 1, "exported": 0, "total": 1}
    under_project = await client.get(f"/api/projects/{desk.board}/board/github/issues/stats")
    assert under_project.json() == stats.json()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"owner": "acme"}, 400, "repo"),
        ({"owner": "ac me", "repo": "wire"}, 400, "owner"),
        ({"owner": "acme", "repo": ".."}, 400, "repo"),
        (WHICH | {"state": "new"}, 400, "state"),
        (WHICH | {"labels": ["x"] * 21}, 400, "labels"),
        (WHICH | {"numbers": [0]}, 400, "numbers[0]"),
    ],
)
async def test_an_import_that_cannot_be_names_the_field(
    client: httpx.AsyncClient, board: str, body: dict[str, Any], status: int, field: str
) -> None:
    answer = await client.post(f"{board}/import/github/issues", json=body)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (status, [field])


async def test_what_github_refuses_is_a_problem(client: httpx.AsyncClient, desk: Desk, board: str) -> None:
    unknown = await client.post(f"{board}/import/github/issues", json=WHICH | {"repo": "secret"})
    assert unknown.status_code == 404
    desk.github.limited(".*", seconds=60)
    limited = await client.post(f"{board}/import/github/issues", json=WHICH)
    assert (limited.status_code, limited.headers["Retry-After"]) == (502, "60")
    desk.accounts._given_token = None
    for path in ("import/github/issues", "import/github/issues/preview"):
        refused = await client.post(f"{board}/{path}", json=WHICH)
        assert (refused.status_code, refused.json()["title"]) == (401, "GitHub authentication required")


async def test_sync_now_and_how_it_stands(client: httpx.AsyncClient, desk: Desk) -> None:
    desk.github.issue(REPO, "One")
    desk.catch_up()
    path = f"/api/v1/projects/{desk.board}/github/issues/sync"
    before = (await client.get(path)).json()
    assert (before["status"], before["lastSyncAt"], before["nextSyncAt"]) == ("idle", None, None)
    assert (await client.post(path)).json()["imported"] == 1
    await client.patch(f"/api/v1/projects/{desk.board}/settings", json={"githubIssueSyncEnabled": True})
    after = (await client.get(path)).json()
    assert (after["status"], after["error"], after["repository"]) == ("succeeded", None, REPO)
    assert after["nextSyncAt"] > after["lastSyncAt"]
    assert after["rateLimit"]["limit"] == 5_000


async def test_a_sync_does_not_make_an_open_form_of_settings_outdated(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    path = f"/api/v1/projects/{desk.board}/settings"
    tag = (await client.get(path)).headers["ETag"]
    await desk.sync()
    told = await client.patch(path, json={"baseBranch": "trunk"}, headers={"If-Match": tag})
    assert (told.status_code, told.json()["settings"]["lastGithubIssueSyncStatus"]) == (200, "succeeded")


async def test_a_card_is_made_with_its_issue(client: httpx.AsyncClient, desk: Desk) -> None:
    await desk.set(github_issue_auto_create_enabled=True)
    told = await made(client, desk, createGithubIssue=True)
    assert told["githubIssueError"] is None
    shown = told["state"]["cards"][told["cardId"]]["githubIssue"]
    assert shown == {"issueNumber": 1, "url": f"{desk.github.base}/{REPO}/issues/1"}
    assert desk.github.issues[REPO][1]["title"] == "[WC-1] Retry uploads"
    await made(client, desk)
    await made(client, desk, createGithubIssue=False)
    titles = [one["title"] for one in desk.github.issues[REPO].values()]
    assert titles == ["[WC-1] Retry uploads", "[WC-2] Retry uploads"]


async def test_what_hinders_an_issue_is_told_beside_the_card(client: httpx.AsyncClient, desk: Desk) -> None:
    disabled = await made(client, desk, createGithubIssue=True)
    assert "settings do not allow" in disabled["githubIssueError"]
    assert (await made(client, desk))["githubIssueError"] is None
    await desk.set(github_issue_auto_create_enabled=True)
    desk.github.fails(".*", 500, times=0)
    failed = await made(client, desk, createGithubIssue=True)
    assert failed["githubIssueError"] == "GitHub answered with 500: Server Error"
    issue = f"/api/v1/boards/{desk.board}/cards/{failed['cardId']}/github/issue"
    waiting = (await client.get(issue)).json()
    assert (waiting["number"], waiting["waiting"], waiting["error"]) == (
        None,
        True,
        failed["githubIssueError"],
    )
    desk.accounts._given_token = None
    unconnected = await made(client, desk, createGithubIssue=True)
    assert "No GitHub account is connected" in unconnected["githubIssueError"]
    assert desk.github.issues[REPO] == {}


async def test_an_issue_for_a_card_that_is_there(client: httpx.AsyncClient, desk: Desk) -> None:
    card = (await made(client, desk))["cardId"]
    issue = f"/api/v1/boards/{desk.board}/cards/{card}/github/issue"
    assert (await client.get(issue)).status_code == 404
    done = await client.post(issue)
    assert (done.status_code, done.json()["number"], done.json()["waiting"]) == (201, 1, False)
    assert (await client.post(issue)).status_code == 409
    desk.github.comment(REPO, 1, "Why?")
    comments = (await client.get(f"{issue}/comments")).json()["comments"]
    assert [one["body"] for one in comments] == ["Why?"]


async def test_a_person_chooses_between_two_texts(client: httpx.AsyncClient, desk: Desk, board: str) -> None:
    desk.github.issue(REPO, "Title")
    await client.post(f"{board}/import/github/issues", json=WHICH)
    card = await desk.card(1)
    await client.patch(f"{board}/cards/{card.id}", json={"title": "Mine"})
    desk.github.change_issue(REPO, 1, title="Theirs")
    await client.post(f"{board}/import/github/issues", json=WHICH)
    issue = f"{board}/cards/{card.id}/github/issue"
    told = (await client.get(issue)).json()["conflicts"]
    assert told == [{"field": "title", "base": "Title", "mine": "Mine", "theirs": "Theirs"}]
    assert (await client.post(f"{issue}/resolve", json={"title": "ours"})).status_code == 400
    done = await client.post(f"{issue}/resolve", json={"title": "theirs"})
    assert (done.status_code, done.json()["conflicts"]) == (200, [])
    assert (await desk.card(1)).title == "Theirs"
    assert (await client.post(f"{issue}/resolve", json={"title": "mine"})).status_code == 409
