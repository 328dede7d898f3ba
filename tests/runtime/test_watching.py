"""Viewers learn when files change in worktrees that somebody may be looking at."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from kanbanai.adapters.brokers.local import LocalBroker
from kanbanai.domain.errors import GitFailed, NoWorktree
from kanbanai.domain.events import GitStatusChanged
from kanbanai.domain.ids import AttemptId, BoardId
from kanbanai.domain.log import Entry
from kanbanai.runtime import watching
from kanbanai.runtime.watching import Watching
from kanbanai.usecases import attempts, messages
from kanbanai.usecases.attempts import NewAttempt
from tests.runtime.stage import PaperWorktrees
from tests.world import World

pytestmark = pytest.mark.anyio
TIMEOUT = 10


class NoisyWorktrees(PaperWorktrees):
    """Worktrees that change when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.news: dict[str, asyncio.Queue[Exception | None]] = {}
        self.bases: dict[str, str | None] = {}
        self.changed = asyncio.Event()

    async def changes(self, path: str, *, base: str | None = None) -> AsyncGenerator[None]:
        self.bases[path] = base
        queue = self.news[path] = asyncio.Queue()
        self._note()
        try:
            yield
            while True:
                error = await queue.get()
                if error is not None:
                    raise error
                yield
        finally:
            del self.news[path]
            self._note()

    def _note(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def are(self, *paths: str) -> None:
        """Waits until just these are watched."""
        async with asyncio.timeout(TIMEOUT):
            while set(self.news) != set(paths):
                await self.changed.wait()


class Bench:
    def __init__(self, world: World, board: BoardId) -> None:
        self.world = world
        self.board = board
        self.worktrees = NoisyWorktrees()
        self.faults: list[Exception] = []
        self.told: list[AttemptId | None] = []
        self.rung = asyncio.Event()

    async def attempt(self, path: str) -> AttemptId:
        """An attempt at work in that worktree."""
        card = await self.world.card(self.board)
        new = NewAttempt(agent="CODEX", branch_name=f"work{path}")
        made = await self.world.run(attempts.queue, self.board, card, new)
        await self.world.run(attempts.claim, 100)
        await self.world.run(messages.take_next, made.id)
        await self.world.run(attempts.record_worktree, made.id, path)
        return made.id

    def hear(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if isinstance(entry.event, GitStatusChanged):
                self.told.append(entry.event.attempt_id)
                self.rung.set()


def raised(error: Exception) -> None:
    raise error


@pytest.fixture
async def bench() -> AsyncGenerator[Bench]:
    broker = LocalBroker(raised)
    world = World(on_commit=broker.ring)
    bench = Bench(world, (await world.project()).board_id)
    watching = Watching(world.store, bench.worktrees, report=bench.faults.append)
    watching.listen_to(broker)
    broker.listen(bench.hear)
    async with running(watching):
        yield bench
    assert bench.worktrees.news == {}, "nothing is watched afterwards"
    world.store.close()


@asynccontextmanager
async def running(watching: Watching) -> AsyncGenerator[None]:
    task = asyncio.create_task(watching.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_change_in_a_worktree_is_told_and_that_the_watch_began_is_not(bench: Bench) -> None:
    attempt = await bench.attempt("/w/one")
    await bench.worktrees.are("/w/one")
    bench.told.clear()
    bench.rung.clear()
    bench.worktrees.news["/w/one"].put_nowait(None)
    async with asyncio.timeout(TIMEOUT):
        await bench.rung.wait()
    assert bench.told == [attempt]
    assert bench.worktrees.bases == {"/w/one": "main"}, "its base is watched, too"


async def test_a_worktree_is_watched_until_it_is_put_away(bench: Bench) -> None:
    one, two = await bench.attempt("/w/one"), await bench.attempt("/w/two")
    await bench.worktrees.are("/w/one", "/w/two")
    await bench.world.run(attempts.finish, one, "succeeded")
    await bench.world.run(attempts.record_worktree, one, None)
    bench.worktrees.news["/w/one"].put_nowait(NoWorktree("gone"))
    await bench.worktrees.are("/w/two")
    await bench.world.run(attempts.finish, two, "failed")
    await bench.attempt("/w/three")
    await bench.worktrees.are("/w/two", "/w/three")
    assert bench.faults == []


async def test_an_old_attempt_is_watched_no_longer(bench: Bench) -> None:
    one = await bench.attempt("/w/one")
    await bench.world.run(attempts.finish, one, "succeeded")
    await bench.worktrees.are("/w/one")
    bench.world.clock.moment += watching.FOR + timedelta(seconds=1)
    await bench.attempt("/w/two")
    await bench.worktrees.are("/w/two")


async def test_only_so_many_are_watched_and_active_ones_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST", 2)
    one = await bench.attempt("/w/one")
    await bench.attempt("/w/two")
    await bench.world.run(attempts.finish, one, "succeeded")
    await bench.attempt("/w/three")
    await bench.worktrees.are("/w/two", "/w/three")


async def test_a_watch_that_fails_is_reported_and_begins_again_with_the_next_run(bench: Bench) -> None:
    one = await bench.attempt("/w/one")
    await bench.worktrees.are("/w/one")
    bench.worktrees.news["/w/one"].put_nowait(GitFailed("git went away"))
    await bench.worktrees.are()
    assert [str(fault) for fault in bench.faults] == ["git went away"]
    await bench.world.run(attempts.finish, one, "failed")
    await bench.worktrees.are("/w/one")


async def test_a_mistake_of_ours_in_a_watch_is_reported(bench: Bench) -> None:
    await bench.attempt("/w/one")
    await bench.worktrees.are("/w/one")
    bench.worktrees.news["/w/one"].put_nowait(RuntimeError("a mistake"))
    await bench.worktrees.are()
    assert [str(fault) for fault in bench.faults] == ["a mistake"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "AT_MOST", 0.2)


@pytest.mark.usefixtures("impatient")  # before the bench begins to watch
async def test_a_watch_that_failed_begins_again_however_much_goes_on(bench: Bench) -> None:
    await bench.attempt("/w/one")
    card = await bench.world.card(bench.board)
    waits = await bench.world.run(
        attempts.queue, bench.board, card, NewAttempt(agent="CODEX", branch_name="b")
    )
    await bench.worktrees.are("/w/one")
    bench.worktrees.news["/w/one"].put_nowait(GitFailed("git went away"))
    await bench.worktrees.are()
    async with asyncio.timeout(TIMEOUT):
        while not bench.worktrees.news:
            await bench.world.run(attempts.record_git_status, waits.id)  # it rings, and is not watched
