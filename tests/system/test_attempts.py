"""Attempts on the real program with real git and the demo agent: seen by a viewer, stopped, killed, taken up again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import psutil
import pytest

from tests.system.server import TIMEOUT, Server, running
from tests.system.work import FAST, Shop, marked, shop

pytestmark = pytest.mark.system


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Shop]:
    async with running(tmp_path, environment=FAST) as server, shop(server, tmp_path / "repository") as desk:
        yield desk


def git(path: str | Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", path, *arguments], check=True, capture_output=True, text=True)
    return run.stdout.strip()


async def gone(processes: list[psutil.Process]) -> None:
    """Waits for the end of processes."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout=TIMEOUT)
    assert not alive


async def test_a_card_becomes_a_commit_while_somebody_watches(desk: Shop, tmp_path: Path) -> None:
    settings = {
        "autoCommitOnFinish": True,
        "setupScript": "echo ready > setup.txt",
        "cleanupScript": "echo bye",
    }
    await desk.call("PATCH", f"/projects/{desk.id}/settings", settings)
    card = await desk.card()
    attempt = await desk.start(card)
    await desk.answer(attempt)
    await desk.becomes(attempt, "succeeded")
    commit = await desk.sees("git_commit", lambda body: body["attemptId"] == attempt)
    await desk.sees(
        "conversation_item",
        lambda body: body["item"].get("stage") == "cleanup" and body["item"]["status"] == "succeeded",
    )
    found = await desk.attempt(attempt)
    assert git(found["worktreePath"], "status", "--porcelain") == ""
    assert git(found["worktreePath"], "rev-parse", "HEAD").startswith(commit["shortSha"])
    assert git(tmp_path / "repository", "status", "--porcelain") == "", (
        "the user's own files are as they were"
    )
    assert found["usage"]["turns"] == 1
    kinds = [item["type"] for item in await desk.conversation(attempt)]
    assert {"automation", "message", "thinking", "tool"} <= set(kinds)
    deltas = [frame for frame in desk.frames if frame.event == "conversation_delta"]
    assert deltas, "text is told while it is written"
    while card not in (await desk.columns())["Review"]:
        await desk.sees("state", lambda _body: True, after=len(desk.frames))
    assert marked(attempt) == []


async def test_stop_ends_a_turn_and_a_follow_up_goes_on_from_there(tmp_path: Path) -> None:
    async with (
        running(tmp_path, environment={"KANBANAI_DEMO_SPEED": "1"}) as server,
        shop(server, tmp_path / "repository") as desk,
    ):
        attempt = await desk.start(await desk.card())
        await desk.sees("conversation_delta", lambda body: body["attemptId"] == attempt)
        processes = marked(attempt)
        assert processes
        await desk.stop(attempt)
        await desk.becomes(attempt, "stopped")
        assert marked(attempt) == []
        await gone(processes)
        again = len(desk.frames)
        await desk.call("POST", f"/attempts/{attempt}/messages", {"prompt": "Go on"}, status=201)
        await desk.becomes(attempt, "running", after=again)
        await desk.sees("conversation_delta", lambda body: body["attemptId"] == attempt, after=again)
        await desk.stop(attempt)
        await desk.becomes(attempt, "stopped", after=again)
        assert marked(attempt) == []
        texts = [item.get("text") for item in await desk.conversation(attempt)]
        assert "Go on" in texts


@pytest.mark.parametrize("script", ["copyFiles", "setupScript"])
async def test_stop_in_a_script_leaves_no_process(desk: Shop, script: str) -> None:
    settings = {script: "echo begun; sleep 1000 & setsid sleep 1000 & sleep 1000"}
    await desk.call("PATCH", f"/projects/{desk.id}/settings", settings)
    attempt = await desk.start(await desk.card())
    await desk.sees("conversation_item", lambda body: body["item"].get("stdout") == "begun\n")
    assert len(marked(attempt)) >= 3
    await desk.stop(attempt)
    await desk.becomes(attempt, "stopped")
    assert marked(attempt) == []
    (item,) = await desk.conversation(attempt)
    assert (item["status"], item["stdout"]) == ("failed", "begun\n")


async def test_a_refused_permission_is_no_failure(desk: Shop) -> None:
    attempt = await desk.start(await desk.card())
    await desk.answer(attempt, "reject")
    assert await desk.becomes(attempt, "succeeded", "stopped", "failed") == "succeeded"


async def test_ten_attempts_at_once(tmp_path: Path) -> None:
    environment = FAST | {"KANBANAI_MAX_ATTEMPTS": "10"}
    async with (
        running(tmp_path, environment=environment) as server,
        shop(server, tmp_path / "repository") as desk,
    ):
        profile = await desk.profile(mode="full")
        started = [await desk.start(await desk.card(f"Card {n}"), profileId=profile) for n in range(10)]
        for attempt in started:
            assert await desk.becomes(attempt, "succeeded", "failed") == "succeeded"
        paths = {(await desk.attempt(attempt))["worktreePath"] for attempt in started}
        assert len(paths) == 10


async def test_a_card_that_is_deleted_takes_its_agent_and_worktree_along(desk: Shop, tmp_path: Path) -> None:
    card = await desk.card()
    attempt = await desk.start(card)
    await desk.asked(attempt)
    path = Path((await desk.attempt(attempt))["worktreePath"])
    await asyncio.to_thread((path / "work.txt").write_text, "not committed\n")
    processes = marked(attempt)
    await desk.call("DELETE", f"/boards/{desk.id}/cards/{card}", status=204)
    assert marked(attempt) == []
    await gone(processes)
    assert not await asyncio.to_thread(path.exists)
    saved = git(tmp_path / "repository", "for-each-ref", "--format=%(refname)", "refs/kanbanai")
    assert attempt in saved, "what was not committed is kept"


async def test_a_project_that_is_deleted_takes_its_agents_along(desk: Shop) -> None:
    attempts = [await desk.start(await desk.card(f"Card {n}")) for n in range(2)]
    for attempt in attempts:
        await desk.asked(attempt)
    await desk.call("DELETE", f"/projects/{desk.id}", status=204)
    assert [marked(attempt) for attempt in attempts] == [[], []]


async def test_a_card_that_is_done_gives_its_worktree_back(desk: Shop, tmp_path: Path) -> None:
    profile = await desk.profile(mode="full")
    card = await desk.card()
    attempt = await desk.start(card, profileId=profile)
    await desk.becomes(attempt, "succeeded")
    path = Path((await desk.attempt(attempt))["worktreePath"])
    state = (await desk.call("GET", f"/boards/{desk.id}"))["state"]
    done = next(one["id"] for one in state["columns"].values() if one["title"] == "Done")
    seen = len(desk.frames)
    await desk.call("PATCH", f"/boards/{desk.id}/cards/{card}", {"columnId": done, "index": 0})
    await desk.sees("git_status", lambda body: body.get("attemptId") == attempt, after=seen)
    assert (await desk.attempt(attempt))["worktreePath"] is None
    assert not await asyncio.to_thread(path.exists)
    assert git(tmp_path / "repository", "for-each-ref", "refs/kanbanai"), "the work is saved"


# ── the server goes ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_being_written_when_the_server_was_killed_is_in_the_conversation(
    tmp_path: Path,
) -> None:
    server = Server(tmp_path, environment={"KANBANAI_DEMO_SPEED": "5"})
    await server.start()
    try:
        async with shop(server, tmp_path / "repository") as desk:
            attempt = await desk.start(await desk.card("demo: say 100000"))
            for _ in range(5):
                seen = len(desk.frames)
                await desk.sees("conversation_delta", lambda body: body["attemptId"] == attempt, after=seen)
            await server.kill()
            deltas = [frame.body for frame in desk.frames if frame.event == "conversation_delta"]
            shown = "".join(one["text"] for one in deltas if one["itemId"] == deltas[-1]["itemId"])
            told = [frame.body["item"] for frame in desk.frames if frame.event == "conversation_item"]
        assert shown
        for _ in range(2):  # a server that starts again brings nothing back twice
            await server.start()
            async with Shop.opened(server, desk.id) as desk:
                assert (await desk.attempt(attempt))["status"] == "failed"
                texts = [one["text"] for one in await desk.conversation(attempt) if one["type"] == "message"]
                assert [one for one in texts if one.startswith(shown)] == [texts[-1]]
                assert {one["text"] for one in told if one["type"] == "message"} <= {*texts}
            await server.kill()
    finally:
        if server.is_running:
            await server.kill()


async def test_a_server_that_is_killed_between_branch_and_worktree_leaves_no_branch(tmp_path: Path) -> None:
    armed = deadly_git(tmp_path / "bin")
    path = f"{armed.parent}:{os.environ['PATH']}"
    server = Server(tmp_path, environment=FAST | {"PATH": path})
    await server.start()
    repository = tmp_path / "repository"
    try:
        async with shop(server, repository) as desk:
            profile = await desk.profile(mode="full")
            before = git(repository, "for-each-ref")
            await asyncio.to_thread(armed.touch)
            attempt = await desk.start(await desk.card(), profileId=profile)
            assert await asyncio.wait_for(server.process.wait(), TIMEOUT) == -signal.SIGKILL
        wanted = git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()
        assert len(wanted) == 2, "there is a branch without a worktree"
        await server.start()
        async with Shop.opened(server, desk.id) as desk:
            assert (await desk.attempt(attempt))["status"] == "failed"
            assert git(repository, "for-each-ref") == before
            await desk.call("POST", f"/attempts/{attempt}/resume", {})
            await desk.becomes(attempt, "succeeded")
            assert (await desk.attempt(attempt))["branchName"] in wanted, "its name is free again"
        assert await server.stop() == 0
    finally:
        if server.is_running:
            await server.kill()


def deadly_git(folder: Path) -> Path:
    """A git for the PATH that kills whoever started it when a worktree is to be added; once, when the file is there."""
    real, armed, program = shutil.which("git"), folder / "armed", folder / "git"
    folder.mkdir()
    program.write_text(
        f"""#!/bin/sh
if [ "$1 $2" = "worktree add" ] && rm "{armed}" 2>/dev/null; then kill -9 $PPID; exit 1; fi
exec {real} "$@"
"""
    )
    program.chmod(0o755)
    return armed


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_an_attempt_survives_the_server(tmp_path: Path, how: str, *, resume: bool) -> None:
    server = Server(tmp_path, environment=FAST)
    await server.start()
    try:
        async with shop(server, tmp_path / "repository") as desk:
            profile = await desk.profile(resumeOnRestart=resume)
            attempt = await desk.start(await desk.card(), profileId=profile)
            await desk.asked(attempt)
            processes = marked(attempt)
            assert processes
            told = [frame.body["item"] for frame in desk.frames if frame.event == "conversation_item"]
            if how == "kill":
                await server.kill()
            else:
                assert await server.stop() == 0
                assert marked(attempt) == []
        await server.start()
        await gone(processes)
        async with Shop.opened(server, desk.id) as desk:
            found = await desk.attempt(attempt)
            known = {item["id"] for item in await desk.conversation(attempt)}
            assert {item["id"] for item in told} <= known, "what was told is there"
            if resume:
                await desk.answer(attempt)
                await desk.becomes(attempt, "succeeded")
            else:
                assert (found["status"], found["failure"]) == (
                    "failed",
                    "The server was stopped while the agent was at work",
                )
                await desk.call("POST", f"/attempts/{attempt}/resume", {})
                await desk.answer(attempt)
                await desk.becomes(attempt, "succeeded")
            assert marked(attempt) == []
        assert await server.stop() == 0
    finally:
        if server.is_running:
            await server.kill()
