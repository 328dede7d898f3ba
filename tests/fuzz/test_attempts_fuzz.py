"""Whole histories of attempts by seed, on the real program with real git and the demo agent: cards are made, moved and
deleted, agents started, told more, answered, stopped, people commit in their worktrees, and the server is ended and
killed under all of it. At the end nothing is stuck, nothing is left over, and no commit is lost.

    KANBANAI_TESTS_SEEDS=100-119 make test ARGS="-k every_history_of_attempts"     other seeds than CI's
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.system.server import Server, project
from tests.system.work import Shop, marked

pytestmark = [pytest.mark.system, pytest.mark.slow]

STEPS = 60
SPEED = "20"
"""The demo agent takes a second and a half for a turn: long enough to be met in the middle of it."""
ACTIVE = {"queued", "running", "stopping"}


def seeds() -> Iterator[int]:
    """A few in CI; `KANBANAI_TESTS_SEEDS` names others: `7`, `1,2,3`, `100-199`."""
    for part in os.environ.get("KANBANAI_TESTS_SEEDS", "1-2").split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Here time is the machine's own, unlike in the fuzz of the streams."""
    return "asyncio", {"use_uvloop": True}


class History:
    """One seed's history."""

    def __init__(self, server: Server, repository: Path, board_id: str, seed: int) -> None:
        self.server = server
        self.repository = repository
        self.chance = random.Random(seed)
        self.board_id = board_id
        self.cards: list[str] = []
        self.attempts: list[str] = []
        self.commits: list[str] = []
        self.profiles: list[str] = []
        self.told: list[str] = []
        """What was done, for who has to find out what went wrong."""
        self._stack = AsyncExitStack()
        self._shop: Shop | None = None

    @property
    def shop(self) -> Shop:
        assert self._shop is not None
        return self._shop

    async def open(self) -> None:
        self._shop = await self._stack.enter_async_context(Shop.opened(self.server, self.board_id))

    async def close(self) -> None:
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def run(self) -> None:
        await self.open()
        # Some ask before they run a command, some go on after a restart, some come through without anybody.
        self.profiles = [
            await self.shop.profile(mode=mode, resumeOnRestart=goes_on)
            for mode, goes_on in (("ask", False), ("ask", True), ("full", False), ("full", True))
        ]
        for _ in range(3):
            await self.make_card()
        steps = (
            (self.make_card, 2),
            (self.start, 10),
            (self.say, 5),
            (self.stop, 4),
            (self.answer, 8),
            (self.move, 4),
            (self.commit, 4),
            (self.delete, 1),
            (self.kill, 2),
            (self.restart, 1),
        )
        actions, weights = [step for step, _ in steps], [weight for _, weight in steps]
        for _ in range(STEPS):
            step = self.chance.choices(actions, weights)[0]
            self.told.append(step.__name__)
            await step()
            await self.let_happen(self.chance.choice([0, 3, 15, 40, 80]))

    async def let_happen(self, frames: int) -> None:
        """Lets the stream tell so many events, or as many as come in a moment."""
        before = len(self.shop.frames)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5 if frames else 0):
                await self.shop.sees("nothing", lambda _body: False, after=before + frames)

    # ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request that may be refused, but not fail."""
        answer = await self.shop.client.request(method, path, json=body)
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text}"
        self.told[-1] += f" {answer.status_code}"
        return answer.json() if answer.status_code < 300 and answer.content else None

    async def make_card(self) -> None:
        self.cards.append(await self.shop.card(f"Card {len(self.cards)}"))

    async def start(self) -> None:
        if not self.cards:
            return
        path = f"/projects/{self.board_id}/cards/{self.chance.choice(self.cards)}/attempts"
        profile, parallel = self.chance.choice(self.profiles), self.chance.random() < 0.3
        body = {"agent": "DEMO", "profileId": profile, "parallel": parallel}
        if (made := await self.ask("POST", path, body)) is not None:
            self.attempts.append(made["id"])

    async def say(self) -> None:
        if self.attempts:
            path = f"/attempts/{self.chance.choice(self.attempts)}/messages"
            await self.ask("POST", path, {"prompt": f"Message {len(self.told)}"})

    async def stop(self) -> None:
        if self.attempts:
            await self.ask("PATCH", f"/attempts/{self.chance.choice(self.attempts)}", {"status": "stopped"})

    async def answer(self) -> None:
        for one in (await self.ask("GET", "/permissions"))["permissions"]:
            path = f"/attempts/{one['attemptId']}/permissions/{one['id']}"
            await self.ask("POST", path, {"decision": self.chance.choice(["allow", "allow", "reject"])})

    async def move(self) -> None:
        if not self.cards:
            return
        state = (await self.ask("GET", f"/boards/{self.board_id}"))["state"]
        body = {"columnId": self.chance.choice(state["columnOrder"]), "index": 0}
        await self.ask("PATCH", f"/boards/{self.board_id}/cards/{self.chance.choice(self.cards)}", body)

    async def commit(self) -> None:
        """A person commits in the worktree of an attempt that is not at work, and the file is dear to them."""
        if not self.attempts:
            return
        found = await self.ask("GET", f"/attempts/{self.chance.choice(self.attempts)}")
        if found is None or found["status"] in ACTIVE or found["worktreePath"] is None:
            return
        path = Path(found["worktreePath"])
        name = f"own-{len(self.commits)}.txt"
        try:
            self.commits.append(await asyncio.to_thread(self._committed, path, name))
        except (OSError, subprocess.CalledProcessError):
            return  # the worktree was put away meanwhile

    def _committed(self, path: Path, name: str) -> str:
        (path / name).write_text("mine\n")
        self.git(path, "add", name)
        self.git(path, "commit", "--quiet", "-m", name, "--", name)
        return self.git(path, "rev-parse", "HEAD")

    async def delete(self) -> None:
        if self.cards:
            card = self.cards.pop(self.chance.randrange(len(self.cards)))
            await self.ask("DELETE", f"/boards/{self.board_id}/cards/{card}")

    async def kill(self) -> None:
        await self.close()
        await self.server.kill()
        await self.server.start()
        await self.open()

    async def restart(self) -> None:
        await self.close()
        assert await self.server.stop() == 0, self.server.errors()
        await self.server.start()
        await self.open()

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────────

    async def settle(self) -> dict[str, dict[str, Any]]:
        """Stops what is active, and answers with the attempts that there still are."""
        self.told.append("settle")
        known: dict[str, dict[str, Any]] = {}
        for attempt in self.attempts:
            answer = await self.shop.client.get(f"/attempts/{attempt}")
            if answer.status_code == 404:
                continue
            await self.ask("PATCH", f"/attempts/{attempt}", {"status": "stopped"})
            found = await self.shop.attempt(attempt)
            while found["status"] in ACTIVE:
                await self.shop.becomes(attempt, "succeeded", "failed", "stopped")
                found = await self.shop.attempt(attempt)
            known[attempt] = found
        return known

    def git(self, path: Path, *arguments: str) -> str:
        run = subprocess.run(["git", "-C", path, *arguments], check=True, capture_output=True, text=True)
        return run.stdout.strip()

    def check(self, known: dict[str, dict[str, Any]]) -> None:
        left = {attempt: marked(attempt) for attempt in self.attempts}
        assert not {attempt: found for attempt, found in left.items() if found}, "processes are left over"
        there = {str(path) for path in (self.server.data / "worktrees").glob("*/*")}
        owned = {one["worktreePath"] for one in known.values() if one["worktreePath"]}
        assert there == owned, "worktrees without an owner, or attempts without their worktree"
        listed = self.git(self.repository, "worktree", "list", "--porcelain").split("\n")
        trees = {line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")}
        assert trees == owned | {str(self.repository)}
        branches = set(self.git(self.repository, "branch", "--format=%(refname:short)").split())
        assert branches - {one["branchName"] for one in known.values()} == {"main"}, (
            "branches without an owner"
        )
        for commit in self.commits:
            assert self.git(self.repository, "for-each-ref", "--contains", commit), f"{commit} is lost"

    async def compare(self, known: dict[str, dict[str, Any]]) -> None:
        """State equals log: what a new viewer is told is what is asked for."""
        await self.close()
        await self.open()
        for attempt, found in known.items():
            told = [frame.body for frame in self.shop.frames if frame.event == "attempt_status"]
            mine = [body["status"] for body in told if body["attemptId"] == attempt]
            assert mine in ([], [found["status"]])


@pytest.mark.parametrize("seed", list(seeds()))
async def test_every_history_of_attempts_leaves_nothing_stuck_and_loses_nothing(
    tmp_path: Path, seed: int
) -> None:
    environment = {"KANBANAI_DEMO_SPEED": SPEED, "KANBANAI_MAX_ATTEMPTS": "3"}
    server = Server(tmp_path, environment=environment)
    await server.start()
    history = None
    try:
        repository = tmp_path / "repository"
        history = History(server, repository, await project(server, repository), seed)
        settings = {
            "setupScript": "echo ready; sleep 0.2",
            "cleanupScript": "echo bye",
            "autoCommitOnFinish": True,
        }
        async with server.client() as client:
            await client.patch(f"/projects/{history.board_id}/settings", json=settings)
        await history.run()
        known = await history.settle()
        await (
            history.restart()
        )  # after this no cleanup or reaction goes on any more that could not be waited for
        history.check(known := await history.settle())
        await history.compare(known)
        assert history.attempts, "nothing was tried"
    except BaseException:
        if history is not None:
            print(" · ".join(history.told))
        print(server.errors())
        raise
    finally:
        if history is not None:
            with suppress(httpx.HTTPError):
                await history.close()
        await server.kill()
