"""The dev script, and the editor: real programs in an attempt's worktree."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kanbanai.adapters.processes.children import LocalProcesses
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import AppSettingsChanges, ProjectSettingsChanges
from kanbanai.http.provide import Services
from kanbanai.usecases import queries, settings
from tests.http.places import attempt_in, marked_world
from tests.http.problems import problem
from tests.http.serving import until
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with marked_world() as world:
        yield world


@pytest.fixture
async def project(world: World) -> Project:
    return await world.project()


@pytest.fixture
async def attempt(world: World, project: Project, tmp_path: Path) -> Attempt:
    return await attempt_in(world, project.id, tmp_path / "worktree")


async def has_script(world: World, project: Project, text: str) -> None:
    await world.run(settings.edit_project, project.id, ProjectSettingsChanges(dev_script=text))


async def items(world: World, attempt_id: AttemptId) -> list[Any]:
    return (await world.read(queries.conversation, attempt_id, None, 100))[0]


# ── The dev script ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_dev_script_is_run_to_its_end_and_told_in_the_conversation(
    client: httpx.AsyncClient, world: World, project: Project, attempt: Attempt
) -> None:
    await has_script(world, project, "pwd; echo oops >&2; echo $KANBANAI_AUTOMATION_STAGE; exit 3")
    answer = await client.post(f"/api/v1/attempts/{attempt.id}/automation/dev")
    assert answer.status_code == 200, answer.text
    item = answer.json()["item"]
    assert (item["type"], item["stage"], item["status"], item["exitCode"]) == (
        "automation",
        "dev",
        "failed",
        3,
    )
    assert (item["stdout"], item["stderr"]) == (f"{attempt.worktree_path}\ndev\n", "oops\n")
    assert item["cwd"] == attempt.worktree_path
    assert [one.id for one in await items(world, attempt.id)][-1] == item["id"]


async def test_it_runs_on_until_it_is_stopped(
    client: httpx.AsyncClient, world: World, project: Project, attempt: Attempt
) -> None:
    await has_script(world, project, "echo listening; setsid sleep 1000 & sleep 1000")
    path = f"/api/v1/attempts/{attempt.id}/processes"
    started = await client.post(path, json={"stage": "dev"})
    assert started.status_code == 201
    process = started.json()["process"]
    assert (await client.get(path)).json() == {"processes": [process]}
    assert problem(await client.post(path, json={}))["detail"] == "The dev script is running already"

    def shown() -> bool:
        return any(
            b"listening" in entry.body
            for entry in world.committed
            if entry.kind == "conversation_item" and b'"stdout":"listening' in entry.body
        )

    await until(shown)
    stopped = await client.delete(f"{path}/{process['id']}")
    item = stopped.json()["item"]
    assert (item["id"], item["status"], item["metadata"]) == (
        process["itemId"],
        "succeeded",
        {"endedBy": "stop"},
    )
    assert item["stdout"] == "listening\n"
    assert await LocalProcesses().end_marked(attempt.id) == 0
    assert (await client.get(path)).json() == {"processes": []}
    assert problem(await client.delete(f"{path}/{process['id']}"))["status"] == 404


async def test_one_that_ends_by_itself_is_no_longer_there(
    client: httpx.AsyncClient, world: World, project: Project, attempt: Attempt, services: Services
) -> None:
    await has_script(world, project, "exit 0")
    await client.post(f"/api/v1/attempts/{attempt.id}/processes", json={})
    await until(lambda: not services.dev_processes.of_attempt(attempt.id))
    assert (await items(world, attempt.id))[-1].exit_code == 0


async def test_what_runs_ends_with_the_worktree_and_with_the_server(
    client: httpx.AsyncClient, world: World, project: Project, attempt: Attempt, services: Services
) -> None:
    await has_script(world, project, "sleep 1000")
    for end in (services.dev_processes.end_for(attempt.id), services.dev_processes.close_all()):
        started = await client.post(f"/api/v1/attempts/{attempt.id}/processes", json={})
        await end
        [*_, item] = await items(world, attempt.id)
        assert (item.id, item.metadata) == (started.json()["process"]["id"], {"endedBy": "stop"})
        assert await LocalProcesses().end_marked(attempt.id) == 0
    refused = await client.post(f"/api/v1/attempts/{attempt.id}/processes", json={})
    assert problem(refused)["detail"] == "The server is stopping"


async def test_a_worktree_that_is_not_on_the_disk_is_said_in_the_item(
    client: httpx.AsyncClient, world: World, project: Project, attempt: Attempt
) -> None:
    await has_script(world, project, "true")
    await asyncio.to_thread(os.rmdir, str(attempt.worktree_path))
    item = (await client.post(f"/api/v1/attempts/{attempt.id}/automation/dev")).json()["item"]
    assert item["status"] == "failed"
    assert item["stderr"].endswith("worktree is not there")


@pytest.mark.parametrize("path", ["automation/dev", "processes"])
async def test_what_cannot_be_run_is_refused(
    client: httpx.AsyncClient, world: World, project: Project, attempt: Attempt, path: str
) -> None:
    refused = await client.post(f"/api/v1/attempts/{attempt.id}/{path}", json={})
    assert problem(refused)["status"] == 422
    assert problem(refused)["detail"] == "No automation script configured for stage dev"
    await has_script(world, project, "true")
    bare = await attempt_in(world, project.id, None)
    assert problem(await client.post(f"/api/v1/attempts/{bare.id}/{path}", json={}))["status"] == 409
    assert problem(await client.post(f"/api/v1/attempts/att-none/{path}", json={}))["status"] == 404


# ── The editor ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def editor(home: Path) -> Path:
    """An editor on the PATH that notes what it was started with."""
    program = home / "bin" / "code"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\n{{ /bin/pwd; printf "%s\\n" "$@"; }} > {home}/new\n/bin/mv {home}/new {home}/opened\n'
    )
    program.chmod(0o755)
    return program


async def opened(home: Path) -> list[str]:
    await until((home / "opened").exists)
    return (home / "opened").read_text().splitlines()


async def test_the_worktree_is_opened_in_the_users_editor(
    client: httpx.AsyncClient, home: Path, editor: Path, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await client.post(f"/api/v1/attempts/{attempt.id}/open-editor", json={})
    assert answer.json() == {
        "ok": True,
        "command": {
            "cmd": str(editor),
            "args": [attempt.worktree_path],
            "line": f"{editor} {attempt.worktree_path}",
        },
    }
    assert await opened(home) == [attempt.worktree_path, attempt.worktree_path]


async def test_a_command_of_the_users_own_is_no_shells_text(
    client: httpx.AsyncClient, world: World, home: Path, editor: Path, attempt: Attempt
) -> None:
    command = f"'{editor}' --wait '$(touch {home}/harm); a b'"
    await world.run(settings.edit_app, AppSettingsChanges(editor_command=command))
    file = Path(str(attempt.worktree_path)) / "-x; rm"
    await asyncio.to_thread(file.write_text, "")
    answer = await client.post(f"/api/v1/attempts/{attempt.id}/open-editor", json={"subpath": "-x; rm"})
    assert answer.status_code == 200, answer.text
    assert await opened(home) == [attempt.worktree_path, "--wait", f"$(touch {home}/harm); a b", str(file)]
    assert not (home / "harm").exists()


@pytest.mark.parametrize("subpath", ["..", "../..", "/etc/passwd", "link", "link/x", "missing", "a\0b"])
async def test_a_path_out_of_the_worktree_is_refused(
    client: httpx.AsyncClient, editor: Path, attempt: Attempt, subpath: str
) -> None:
    await asyncio.to_thread(Path(str(attempt.worktree_path), "link").symlink_to, "/etc")
    refused = await client.post(f"/api/v1/attempts/{attempt.id}/open-editor", json={"subpath": subpath})
    assert problem(refused)["status"] == 400
    assert problem(refused)["errors"][0]["field"] == "subpath"


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        (AppSettingsChanges(editor_type=None), {}),
        (AppSettingsChanges(editor_type="ZED"), {}),
        (AppSettingsChanges(), {"editorKey": "ZED"}),
        (AppSettingsChanges(), {"editorKey": "/bin/sh"}),
        (AppSettingsChanges(editor_command="/no/such/editor"), {}),
        (AppSettingsChanges(editor_command="'unbalanced"), {}),
    ],
)
async def test_no_other_program_is_started(
    client: httpx.AsyncClient,
    world: World,
    home: Path,
    editor: Path,
    attempt: Attempt,
    changes: AppSettingsChanges,
    body: dict[str, str],
) -> None:
    await world.run(settings.edit_app, changes)
    refused = await client.post(f"/api/v1/attempts/{attempt.id}/open-editor", json=body)
    assert problem(refused)["status"] == 400
    assert problem(refused)["detail"] == "Editor not configured"
    assert not (home / "opened").exists()


async def test_without_a_worktree_there_is_nothing_to_open(
    client: httpx.AsyncClient, world: World, project: Project, editor: Path, attempt: Attempt
) -> None:
    bare = await attempt_in(world, project.id, None)
    assert problem(await client.post(f"/api/v1/attempts/{bare.id}/open-editor", json={}))["status"] == 409
    await asyncio.to_thread(os.rmdir, str(attempt.worktree_path))
    assert problem(await client.post(f"/api/v1/attempts/{attempt.id}/open-editor", json={}))["status"] == 409
    assert problem(await client.post("/api/v1/attempts/att-none/open-editor", json={}))["status"] == 404
