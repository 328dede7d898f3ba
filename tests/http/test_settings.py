"""Settings, onboarding and the GitHub app over HTTP: what the web client asks for before it shows anything."""

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from kanbanai.domain.github import GithubAccount, GithubApp
from kanbanai.domain.projects import Project
from kanbanai.http.provide import Services
from kanbanai.usecases import github_app
from tests.http.conftest import edge
from tests.http.problems import fields, problem
from tests.http.wiring import speaking_to
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def project(world: World) -> Project:
    return await world.project()


async def test_the_application_starts_with_the_defaults_that_the_client_expects(
    client: httpx.AsyncClient,
) -> None:
    found = (await client.get("/api/v1/settings")).json()["settings"]
    times = {name: found.pop(name) for name in ("createdAt", "updatedAt")}
    assert times["createdAt"] == times["updatedAt"]
    assert found == {
        "id": "singleton",
        "theme": "system",
        "language": "browser",
        "telemetryEnabled": False,
        "notificationsAgentCompletionSound": False,
        "notificationsDesktop": False,
        "autoStartAgentOnInProgress": False,
        "editorType": "VS_CODE",
        "editorCommand": None,
        "gitUserName": None,
        "gitUserEmail": None,
        "branchTemplate": "{prefix}/{ticketKey}-{slug}",
        "ghPrTitleTemplate": None,
        "ghPrBodyTemplate": None,
        "ghAutolinkTickets": True,
        "opencodePort": 4097,
        "permissionMinutes": None,
        "streamdownAssistantEnabled": True,
        "streamdownUserEnabled": True,
        "streamdownSystemEnabled": True,
        "streamdownThinkingEnabled": True,
    }


async def test_reading_twice_tells_the_same(client: httpx.AsyncClient) -> None:
    first, second = await client.get("/api/v1/settings"), await client.get("/api/v1/settings")
    assert first.json() == second.json()
    assert (
        await client.get("/api/v1/settings", headers={"If-None-Match": first.headers["ETag"]})
    ).status_code == 304


async def test_a_change_answers_with_all_settings(client: httpx.AsyncClient) -> None:
    answer = await client.patch(
        "/api/v1/settings", json={"editorCommand": "zed", "notificationsDesktop": True, "unknown": 1}
    )
    assert answer.status_code == 200
    changed = answer.json()["settings"]
    assert (changed["editorType"], changed["editorCommand"]) == ("VS_CODE", "zed")
    assert changed["notificationsDesktop"] is True
    assert (await client.get("/api/v1/settings")).json() == answer.json()


async def test_an_empty_change_is_answered_with_the_settings(client: httpx.AsyncClient) -> None:
    before = (await client.get("/api/v1/settings")).json()
    for answer in (
        await client.patch("/api/v1/settings", json={}),
        await client.patch("/api/v1/settings"),
    ):
        assert (answer.status_code, answer.json()) == (200, before)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"language": "de"}, "language"),
        ({"telemetryEnabled": "false"}, "telemetryEnabled"),
        ({"telemetryEnabled": None}, "telemetryEnabled"),
        ({"editorType": "VIM"}, "editorType"),
        ({"opencodePort": 0}, "opencodePort"),
        ({"opencodePort": 65_536}, "opencodePort"),
        ({"opencodePort": "4097"}, "opencodePort"),
        ({"permissionMinutes": 0}, "permissionMinutes"),
        ({"permissionMinutes": 10_081}, "permissionMinutes"),
        ({"gitUserEmail": "ada"}, "gitUserEmail"),
        ({"branchTemplate": " "}, "branchTemplate"),
        ({"branchTemplate": None}, "branchTemplate"),
    ],
)
async def test_a_setting_that_cannot_be_is_a_400_that_names_it_and_stores_nothing(
    client: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    before = (await client.get("/api/v1/settings")).json()
    answer = await client.patch("/api/v1/settings", json={"gitUserName": "Ada"} | body)
    assert fields(answer) == [field]
    assert (await client.get("/api/v1/settings")).json() == before


@pytest.mark.parametrize("editor", ["VS_CODE", "WEBSTORM", "ZED", "ANTIGRAVITY", None])
async def test_every_editor_of_the_suggestions_can_be_chosen(
    client: httpx.AsyncClient, editor: str | None
) -> None:
    answer = await client.patch("/api/v1/settings", json={"editorType": editor})
    assert answer.json()["settings"]["editorType"] == editor


async def test_an_outdated_if_match_changes_nothing(client: httpx.AsyncClient, project: Project) -> None:
    for address, one, two in (
        ("/api/v1/settings", {"theme": "dark"}, {"theme": "light"}),
        (f"/api/v1/projects/{project.id}/settings", {"baseBranch": "a"}, {"baseBranch": "b"}),
    ):
        tag = (await client.get(address)).headers["ETag"]
        changed = await client.patch(address, json=one, headers={"If-Match": tag})
        assert changed.status_code == 200
        assert problem(await client.patch(address, json=two, headers={"If-Match": tag}), 412)
        assert (await client.get(address)).json() == changed.json()
        again = await client.patch(address, json=two, headers={"If-Match": changed.headers["ETag"]})
        assert again.status_code == 200


async def test_a_new_card_does_not_make_an_open_form_of_settings_outdated(
    client: httpx.AsyncClient, world: World, project: Project
) -> None:
    address = f"/api/v1/projects/{project.id}/settings"
    tag = (await client.get(address)).headers["ETag"]
    await world.card(project.id)
    assert (await client.get(address)).json()["settings"]["nextTicketNumber"] == 2
    changed = await client.patch(address, json={"devScript": "make"}, headers={"If-Match": tag})
    assert changed.status_code == 200


async def test_a_project_starts_with_the_defaults_that_the_client_expects(
    client: httpx.AsyncClient, project: Project
) -> None:
    found = (await client.get(f"/api/v1/projects/{project.id}/settings")).json()["settings"]
    assert found.pop("createdAt") == found.pop("updatedAt") == project.created_at
    nothing = (
        "preferredRemote",
        "setupScript",
        "devScript",
        "cleanupScript",
        "copyFiles",
        "defaultAgent",
        "defaultProfileId",
        "inlineAgent",
        "inlineProfileId",
        "enhancePrompt",
        "prSummaryPrompt",
        "cardTemplates",
        "lastGithubIssueSyncAt",
        "lastGithubPrAutoCloseAt",
        "lastGithubIssueAutoCloseAt",
    )
    off = (
        "allowScriptsToFail",
        "allowCopyFilesToFail",
        "allowSetupScriptToFail",
        "allowDevScriptToFail",
        "allowCleanupScriptToFail",
        "autoCommitOnFinish",
        "autoPushOnAutocommit",
        "githubIssueSyncEnabled",
        "githubIssueAutoCreateEnabled",
        "autoCloseTicketOnPRMerge",
        "autoCloseTicketOnIssueClose",
    )
    idle = ("lastGithubIssueSyncStatus", "lastGithubPrAutoCloseStatus", "lastGithubIssueAutoCloseStatus")
    assert found == {
        "projectId": project.id,
        "boardId": project.id,
        "baseBranch": "main",
        "inlineAgentProfileMapping": {},
        "ticketPrefix": "WC",
        "nextTicketNumber": 1,
        "githubIssueSyncState": "open",
        "githubIssueSyncIntervalMinutes": 15,
        "maxParallelAttempts": None,
        "scriptTimeoutMinutes": 30,
        "githubIssueWriteBackEnabled": True,
    } | dict.fromkeys(nothing) | dict.fromkeys(off, False) | dict.fromkeys(idle, "idle")


@pytest.mark.parametrize(
    "body",
    [
        {"enhancePrompt": "Be brief."},
        {"prSummaryPrompt": "Be exact."},
        {"autoCloseTicketOnIssueClose": True},
        {"autoCloseTicketOnPRMerge": True},
        {"inlineAgentProfileMapping": {}},
        {"ticketPrefix": "AB1"},
        {"setupScript": "npm ci", "copyFiles": "cp a b"},
    ],
)
async def test_a_setting_that_is_sent_is_stored_also_alone(
    client: httpx.AsyncClient, project: Project, body: dict[str, Any]
) -> None:
    address = f"/api/v1/projects/{project.id}/settings"
    answer = await client.patch(address, json=body)
    assert answer.status_code == 200
    assert answer.json()["settings"].items() >= body.items()
    assert (await client.get(address)).json() == answer.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"githubIssueSyncIntervalMinutes": 4}, "githubIssueSyncIntervalMinutes"),
        ({"githubIssueSyncIntervalMinutes": 1441}, "githubIssueSyncIntervalMinutes"),
        ({"maxParallelAttempts": 0}, "maxParallelAttempts"),
        ({"maxParallelAttempts": 101}, "maxParallelAttempts"),
        ({"scriptTimeoutMinutes": 0}, "scriptTimeoutMinutes"),
        ({"scriptTimeoutMinutes": None}, "scriptTimeoutMinutes"),
        ({"githubIssueSyncState": "none"}, "githubIssueSyncState"),
        ({"ticketPrefix": "TOOLONG"}, "ticketPrefix"),
        ({"baseBranch": "--help"}, "baseBranch"),
        ({"baseBranch": None}, "baseBranch"),
        ({"autoCommitOnFinish": 1}, "autoCommitOnFinish"),
        ({"defaultAgent": "NOBODY"}, "defaultAgent"),
        ({"defaultProfileId": "apg-none"}, "defaultProfileId"),
    ],
)
async def test_a_setting_of_a_project_that_cannot_be_is_a_400_that_names_it_and_stores_nothing(
    client: httpx.AsyncClient, project: Project, body: dict[str, Any], field: str
) -> None:
    address = f"/api/v1/projects/{project.id}/settings"
    before = (await client.get(address)).json()
    assert fields(await client.patch(address, json={"devScript": "make"} | body)) == [field]
    assert (await client.get(address)).json() == before


async def test_the_mapping_knows_three_purposes_and_no_others(
    client: httpx.AsyncClient, project: Project
) -> None:
    address = f"/api/v1/projects/{project.id}/settings"
    answer = await client.patch(address, json={"inlineAgentProfileMapping": {"other": "x"}})
    assert "other" in problem(answer, 400)["detail"]


async def test_a_change_of_a_project_that_names_nothing_known_is_refused(
    client: httpx.AsyncClient, project: Project
) -> None:
    for body in ({}, {"nextTicketNumber": 7}, {"unknown": 1}):
        answer = await client.patch(f"/api/v1/projects/{project.id}/settings", json=body)
        assert problem(answer, 400)["detail"] == "No updates provided"


# ── Onboarding ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_first_steps_as_the_client_takes_them(client: httpx.AsyncClient) -> None:
    status = (await client.get("/api/v1/onboarding/status")).json()
    assert status == {
        "status": {"status": "pending", "lastStep": None, "startedAt": None, "completedAt": None}
    }
    for step in ("welcome", "general", "editor", "github-app", "github-connect", "finish"):
        noted = await client.patch("/api/v1/onboarding/progress", json={"step": step})
        assert noted.status_code == 200
        assert noted.json()["status"]["lastStep"] == step
    done = await client.post("/api/v1/onboarding/complete", json={"step": "finish"})
    assert done.status_code == 200
    assert done.json()["status"]["status"] == "completed"
    assert done.json()["status"]["startedAt"] is not None
    assert (await client.get("/api/v1/onboarding/status")).json() == done.json()
    assert (await client.patch("/api/v1/onboarding/progress", json={"step": "welcome"})).json() == done.json()


@pytest.mark.parametrize("body", [b"{}", b""])
async def test_the_first_steps_can_be_ended_without_a_word(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    answer = await client.post("/api/v1/onboarding/complete", content=body, headers=headers)
    assert answer.json()["status"]["lastStep"] == "completed"


async def test_a_step_that_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    for step, status in ((5, 400), ("x" * 65, 422)):
        progress = await client.patch("/api/v1/onboarding/progress", json={"step": step})
        assert fields(progress, status) == ["step"]
        complete = await client.post("/api/v1/onboarding/complete", json={"step": step})
        assert fields(complete, status) == ["step"]


# ── GitHub ──────────────────────────────────────────────────────────────────────────────────────────────────────────

APP = "/api/v1/auth/github/app"


async def test_the_app_is_stored_at_the_first_time_and_its_secret_never_told(
    client: httpx.AsyncClient,
) -> None:
    unset = {"clientId": None, "hasClientSecret": False, "updatedAt": None, "source": "unset"}
    assert (await client.get(APP)).json() == unset
    saved = await client.put(APP, json={"clientId": " Iv1.abc ", "clientSecret": "s3cret"})
    assert saved.status_code == 200
    told = saved.json()
    assert told == {
        "clientId": "Iv1.abc",
        "hasClientSecret": True,
        "updatedAt": told["updatedAt"],
        "source": "db",
    }
    assert (await client.get(APP)).json() == told
    kept = await client.put(APP, json={"clientId": "Iv1.abc"})
    assert kept.json()["hasClientSecret"] is True
    assert "s3cret" not in saved.text + kept.text
    gone = await client.put(APP, json={"clientId": "Iv1.abc", "clientSecret": None})
    assert gone.json()["hasClientSecret"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "clientId"),
        ({"clientId": ""}, "clientId"),
        ({"clientId": "  "}, "clientId"),
        ({"clientId": "id", "clientSecret": ""}, "clientSecret"),
        ({"clientId": "id", "clientSecret": 5}, "clientSecret"),
    ],
)
async def test_an_app_that_cannot_be_is_refused(
    client: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    assert fields(await client.put(APP, json=body)) == [field]
    assert (await client.get(APP)).json()["source"] == "unset"


async def test_the_app_of_the_environment_is_told_as_such(services: Services) -> None:
    given = msgspec.structs.replace(
        services, github_app=GithubApp(client_id="env-id", client_secret="env-secret")
    )
    async with speaking_to(edge(given)) as client:
        told = await client.get(APP)
    assert told.json() == {"clientId": "env-id", "hasClientSecret": True, "updatedAt": None, "source": "env"}


async def test_the_check_tells_the_account_once_there_is_one(client: httpx.AsyncClient, world: World) -> None:
    assert (await client.get("/api/v1/auth/github/check")).json() == {"status": "invalid"}
    account = GithubAccount(username="ada", primary_email=None, scope="repo")
    await world.run(github_app.connect, account, b"sealed")
    assert (await client.get("/api/v1/auth/github/check")).json() == {
        "status": "valid",
        "account": {"username": "ada", "primaryEmail": None, "scope": "repo"},
    }


# ── Files and editors ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_folders_are_shown_as_the_client_knows_them(client: httpx.AsyncClient, home: Path) -> None:
    (home / "code" / "wires" / ".git").mkdir(parents=True)
    (home / "code" / "wires" / ".git" / "HEAD").touch()
    (home / "code" / "notes").write_text("1234")
    (home / "code" / ".hidden").touch()
    answer = await client.get("/api/v1/fs/browse", params={"path": str(home / "code")})
    assert answer.json() == {
        "entries": [
            {
                "name": "wires",
                "path": str(home / "code" / "wires"),
                "isDirectory": True,
                "isExecutable": False,
            },
            {
                "name": "notes",
                "path": str(home / "code" / "notes"),
                "isDirectory": False,
                "isExecutable": False,
                "size": 4,
            },
        ],
        "currentPath": str(home / "code"),
        "parentPath": str(home),
        "truncated": False,
    }
    flags = {"path": "~/code", "showHidden": "true", "executablesOnly": "false"}
    shown = (await client.get("/api/v1/fs/browse", params=flags)).json()
    assert [entry["name"] for entry in shown["entries"]] == ["wires", ".hidden", "notes"]
    only = (await client.get("/api/v1/fs/browse", params=flags | {"executablesOnly": "true"})).json()
    assert [entry["name"] for entry in only["entries"]] == ["wires"]
    found = {"entries": [{"name": "wires", "path": str(home / "code" / "wires")}]}
    assert (await client.get("/api/v1/fs/git-repos")).json() == found
    assert (await client.get("/api/v1/fs/git-repos", params={"path": "~/code"})).json() == found


@pytest.mark.parametrize("path", ["/", "/etc", "../..", "~/nowhere", "relative"])
async def test_a_folder_that_may_not_be_shown_is_a_400(client: httpx.AsyncClient, path: str) -> None:
    for address in ("/api/v1/fs/browse", "/api/v1/fs/git-repos"):
        assert fields(await client.get(address, params={"path": path})) == ["path"]


async def test_a_flag_that_is_none_is_a_400(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/fs/browse", params={"showHidden": "perhaps"})
    assert fields(answer) == ["showHidden"]


async def test_editors_are_suggested_and_paths_checked(client: httpx.AsyncClient, home: Path) -> None:
    assert (await client.get("/api/v1/editors/suggestions")).json() == {"suggestions": []}
    (home / "bin").mkdir()
    (home / "bin" / "zed").touch(mode=0o755)
    suggested = {"key": "ZED", "label": "Zed", "bin": str(home / "bin" / "zed")}
    assert (await client.get("/api/v1/editors/suggestions")).json() == {"suggestions": [suggested]}
    good = await client.post("/api/v1/editors/validate", json={"path": "~/bin/zed"})
    assert (good.status_code, good.json()) == (200, {"valid": True})
    bad = (await client.post("/api/v1/editors/validate", json={"path": "~/bin/none"})).json()
    assert bad == {"valid": False, "error": "~/bin/none is not there"}
    assert fields(await client.post("/api/v1/editors/validate", json={"path": ""})) == ["path"]


async def test_no_route_starts_a_program_that_a_caller_names(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/editors/open", json={"path": "/", "editorCommand": "touch x"})
    assert problem(answer, 404)
