"""From a card to a merged pull request: the real program, real git over HTTP, the demo agent, a stand-in for GitHub."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from tests.forge.standin import StandIn, standing_in
from tests.system.server import running
from tests.system.work import FAST, Shop, shop

pytestmark = pytest.mark.system
REPO = "acme/wire"


def git(path: str | Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", path, *arguments], check=True, capture_output=True, text=True)
    return run.stdout.strip()


@pytest.fixture
async def github(tmp_path: Path) -> AsyncGenerator[StandIn]:
    async with standing_in(root=tmp_path / "github") as github:
        github.repo(REPO)
        yield github


@pytest.fixture
async def desk(tmp_path: Path, github: StandIn) -> AsyncGenerator[Shop]:
    environment = FAST | {
        "KANBANAI_GITHUB_URL": github.base,
        "KANBANAI_GITHUB_POLL_SECONDS": "1",
        "GITHUB_TOKEN": github.user("ada"),
    }
    repository = tmp_path / "repository"
    async with running(tmp_path, environment=environment) as server, shop(server, repository) as desk:
        await asyncio.to_thread(git, repository, "remote", "add", "origin", github.host(REPO))
        place = str(github.hosted(REPO))
        await asyncio.to_thread(git, repository, "push", "--quiet", place, "HEAD:refs/heads/main")
        yield desk


async def shown(desk: Shop, card: str, **wanted: Any) -> None:
    """Waits until the stream shows the card's pull request like this."""

    def fits(body: Any) -> bool:
        badge = body["cards"].get(card, {}).get("pullRequest") or {}
        return all(badge.get(name) == value for name, value in wanted.items())

    await desk.sees("state", fits)


async def test_a_card_becomes_a_merged_pull_request_while_somebody_watches(
    desk: Shop, github: StandIn, tmp_path: Path
) -> None:
    changes = {"autoCloseTicketOnPRMerge": True, "autoCommitOnFinish": True, "baseBranch": "main"}
    await desk.call("PATCH", f"/projects/{desk.id}/settings", changes)
    profile = await desk.profile(mode="full")
    card = await desk.card()
    attempt = await desk.start(card, profileId=profile)
    await desk.becomes(attempt, "succeeded")
    await desk.sees("git_commit", lambda body: body["attemptId"] == attempt)
    found = await desk.attempt(attempt)

    path = f"/projects/{desk.id}/pull-requests"
    text = (await desk.call("GET", f"{path}/text?attemptId={attempt}"))["text"]
    draft = {"title": text["title"], "body": text["body"], "attemptId": attempt}
    made = (await desk.call("POST", path, draft))["pr"]
    told = await desk.sees("attempt_pr", lambda body: body["attemptId"] == attempt)
    assert told["pr"] == made
    head = await asyncio.to_thread(git, found["worktreePath"], "rev-parse", "HEAD")
    assert github.commit_of(REPO, found["branchName"]) == head
    await shown(desk, card, number=made["number"], state="open")
    again = await desk.call("POST", f"/attempts/{attempt}/github/pr", {"title": "Another"})
    assert again["pr"]["number"] == made["number"]

    github.check(REPO, made["number"], "tests", "success")
    await shown(desk, card, state="open", checks="passed")
    github.remark(REPO, made["number"], "README.md", 1, "Say why.")
    before = len(desk.frames)
    sent = await desk.call("POST", f"{path}/{made['number']}/feedback", {}, status=201)
    assert (sent["attemptId"], sent["comments"]) == (attempt, 1)
    await desk.becomes(attempt, "succeeded", after=before)
    said = [item.get("text", "") for item in await desk.conversation(attempt)]
    assert any("README.md:1" in one and "> Say why." in one for one in said), "the agent was told"
    while card not in (await desk.columns())["Review"]:
        await desk.sees("state", lambda _body: True, after=len(desk.frames))

    await desk.call("POST", path, draft)
    github.merge(REPO, made["number"], "squash")
    await shown(desk, card, state="merged")

    def is_done(body: Any) -> bool:
        return any(one["key"] == "done" and card in one["cardIds"] for one in body["columns"].values())

    await desk.sees("state", is_done)
    await desk.sees("git_status", lambda body: body.get("attemptId") == attempt, after=len(desk.frames) - 1)
    settings = (await desk.call("GET", f"/projects/{desk.id}/settings"))["settings"]
    assert settings["lastGithubPrAutoCloseStatus"] == "succeeded"
    assert not await asyncio.to_thread(Path(found["worktreePath"]).exists), "put away, as any that is done"
    salvages = (await desk.call("GET", f"/projects/{desk.id}/salvages"))["salvages"]
    assert [one["unmerged"] for one in salvages] == [], "what was pushed is nowhere lost"
