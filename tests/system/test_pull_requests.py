"""From a card to a merged pull request: the real program, real git over HTTP, the demo agent, a stand-in for GitHub."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.forge.standin import StandIn, standing_in
from tests.system.server import TIMEOUT, running
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


async def connected(client: httpx.AsyncClient, github: StandIn) -> str:
    """Connects ada's account by the device flow, as a person does, and answers with the token that came of it."""
    github.interval = 1
    (await client.post("/auth/github/device/start")).raise_for_status()
    github.agree("ada")
    async with asyncio.timeout(TIMEOUT):
        while (await client.post("/auth/github/device/poll")).status_code != 200:
            pass  # the server keeps to the second that GitHub wants between two questions
    [token] = [token for token, login in github.tokens.items() if login == "ada"]
    return token


def who_show(secret: str) -> list[str]:
    """The processes on this machine on whose command line or in whose environment the secret stands."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            told = " ".join(process.cmdline() + list(process.environ().values()))
            if secret in told:
                found.append(process.name())
    return found


class Watched:
    """Looks, whenever git has logged in and waits for the answer, which processes show the token."""

    def __init__(self, github: StandIn) -> None:
        self.pushes = 0
        self.shown: list[str] = []
        self.token = "none yet"
        self._answer = github._by_git
        github._by_git = self._watching  # type: ignore[method-assign]

    async def _watching(
        self, scope: Any, body: bytes, headers: dict[str, str], path: Path, rest: str, login: str
    ) -> tuple[int, dict[str, str], bytes]:
        self.pushes += rest == "/git-receive-pack"
        self.shown += await asyncio.to_thread(who_show, self.token)
        return await self._answer(scope, body, headers, path, rest, login)


def written(folder: Path, secret: str) -> list[str]:
    """The files below a folder that hold the secret."""
    needle = secret.encode()
    return [str(one) for one in folder.rglob("*") if one.is_file() and needle in one.read_bytes()]


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


async def test_what_is_pushed_goes_as_the_connected_account_whose_token_nobody_sees(
    tmp_path: Path, github: StandIn
) -> None:
    environment = FAST | {"KANBANAI_GITHUB_URL": github.base, "GITHUB_CLIENT_ID": "Iv1.known"}
    repository = tmp_path / "repository"
    watched = Watched(github)
    async with running(tmp_path, environment=environment) as server, shop(server, repository) as desk:
        await asyncio.to_thread(git, repository, "remote", "add", "origin", github.host(REPO))
        place = str(github.hosted(REPO))
        await asyncio.to_thread(git, repository, "push", "--quiet", place, "HEAD:refs/heads/main")
        settings = {"autoCommitOnFinish": True, "autoPushOnAutocommit": True, "baseBranch": "main"}
        await desk.call("PATCH", f"/projects/{desk.id}/settings", settings)
        profile = await desk.profile(mode="full")

        alone = await desk.start(await desk.card("Before anybody is connected"), profileId=profile)
        failed = await desk.sees("attempt_log", lambda body: "[autopush]" in body["message"])
        assert "failed" in failed["message"]
        assert "log in with git" in failed["message"]
        assert github.commit_of(REPO, (await desk.attempt(alone))["branchName"]) is None

        token = watched.token = await connected(desk.client, github)
        asking = await desk.start(await desk.card("demo: ask"))
        await desk.asked(asking)
        assert await asyncio.to_thread(who_show, asking), "the agent waits, and its environment can be seen"
        assert await asyncio.to_thread(who_show, token) == []
        await desk.stop(asking)

        before = len(desk.frames)
        attempt = await desk.start(await desk.card(), profileId=profile)
        pushed = await desk.sees("attempt_log", lambda body: "[autopush]" in body["message"], after=before)
        found = await desk.attempt(attempt)
        assert pushed["message"] == f"[autopush] pushed origin/{found['branchName']}"
        head = await asyncio.to_thread(git, found["worktreePath"], "rev-parse", "HEAD")
        assert github.commit_of(REPO, found["branchName"]) == head
        assert watched.pushes == 1

        await desk.call("POST", f"/attempts/{alone}/git/push", {})
        assert watched.pushes == 2
        await asyncio.to_thread(Path(found["worktreePath"], "NOTES.md").write_text, "More\n")
        await desk.call("POST", f"/attempts/{attempt}/git/commit", {"subject": "More"})
        made = await desk.call("POST", f"/attempts/{attempt}/github/pr", {"title": "Retry uploads"})
        assert made["pr"]["headRef"] == found["branchName"]
        assert watched.pushes == 3
        head = await asyncio.to_thread(git, found["worktreePath"], "rev-parse", "HEAD")
        assert github.commit_of(REPO, found["branchName"]) == head

        assert watched.shown == []
        places = (repository, server.data, server.home, Path(found["worktreePath"]))
        assert [await asyncio.to_thread(written, one, token) for one in places] == [[], [], [], []]
        assert token not in server.errors()
