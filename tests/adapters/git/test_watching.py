"""What a watch on a worktree hears: its files and its head, and the base that its branch is compared with."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kanbanai.adapters.git import watching
from kanbanai.adapters.git.base_places import base_places
from kanbanai.adapters.git.places import Places
from kanbanai.adapters.git.program import GitProgram

Run = Callable[..., str]
TIMEOUT = 20


class Ear:
    """Hears a watch; `heard` waits for the next news."""

    def __init__(self, news: AsyncGenerator[None]) -> None:
        self._news = news

    async def heard(self) -> None:
        async with asyncio.timeout(TIMEOUT):
            await anext(self._news)

    async def deaf_to(self, deed: Callable[[], object], then: Callable[[], object]) -> None:
        """Hears nothing of a deed: the one news that comes is of what is done after it."""
        waiting = asyncio.ensure_future(anext(self._news))
        deed()
        # As long as a watch takes to tell: its debounce twice.
        done, _ = await asyncio.wait([waiting], timeout=2 * watching._DEBOUNCE / 1_000)
        assert not done, "that was no news"
        then()
        async with asyncio.timeout(TIMEOUT):
            await waiting


@asynccontextmanager
async def listening(worktree: Path, base: str) -> AsyncGenerator[Ear]:
    news = watching.changes(Places(GitProgram(os.environ)), str(worktree), base)
    ear = Ear(news)
    await ear.heard()  # it has begun
    yield ear
    await news.aclose()


@pytest.fixture
def worktree(repository: Path, run: Run) -> Path:
    folder = repository.parent / "worktree"
    run(repository, "worktree", "add", "--quiet", "-b", "work/one", str(folder), "trunk")
    return folder


def commit(run: Run, folder: Path, message: str) -> None:
    run(folder, "commit", "--quiet", "--allow-empty", "-m", message)


async def test_a_commit_on_the_base_in_the_persons_own_folder_is_heard(
    repository: Path, worktree: Path, run: Run
) -> None:
    async with listening(worktree, "trunk") as ear:
        commit(run, repository, "Theirs")
        await ear.heard()
        run(repository, "pack-refs", "--all")
        commit(run, repository, "After its ref was packed")
        await ear.heard()


async def test_other_branches_are_not_heard(repository: Path, worktree: Path, run: Run) -> None:
    async with listening(worktree, "trunk") as ear:
        await ear.deaf_to(
            lambda: run(repository, "branch", "another"), lambda: commit(run, repository, "Theirs")
        )


async def test_a_base_in_a_folder_that_comes_and_goes_is_heard(
    repository: Path, worktree: Path, run: Run
) -> None:
    run(repository, "checkout", "--quiet", "-b", "release/2026")
    run(repository, "pack-refs", "--all", "--prune")
    async with listening(worktree, "release/2026") as ear:
        commit(run, repository, "The folder is made")
        await ear.heard()
        commit(run, repository, "In the folder")
        await ear.heard()


async def test_what_was_fetched_of_a_remotes_base_is_heard(
    repository: Path, worktree: Path, run: Run, tmp_path: Path
) -> None:
    remote = tmp_path / "remote"
    run(tmp_path, "clone", "--quiet", "--bare", str(repository), str(remote))
    run(repository, "remote", "add", "origin", str(remote))
    run(repository, "fetch", "--quiet", "origin")
    elsewhere = tmp_path / "elsewhere"
    run(tmp_path, "clone", "--quiet", str(remote), str(elsewhere))
    commit(run, elsewhere, "Theirs")
    run(elsewhere, "push", "--quiet")
    async with listening(worktree, "trunk") as ear:
        run(repository, "fetch", "--quiet", "origin")
        await ear.heard()


async def test_git_is_asked_for_the_base_where_nothing_can_be_watched(
    repository: Path, worktree: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_FOLDERS", 0)
    monkeypatch.setattr(watching, "ASKED_EVERY", 0.05)
    async with listening(worktree, "trunk") as ear:
        commit(run, repository, "Theirs")
        await ear.heard()


def test_a_branch_of_a_remote_may_be_told_with_its_remote(tmp_path: Path) -> None:
    refs = Path(os.path.realpath(tmp_path)) / "refs"
    (refs / "heads").mkdir(parents=True)
    (refs / "remotes" / "origin" / "release").mkdir(parents=True)
    places = base_places(tmp_path, "origin/release/1")
    assert places.folders == (
        f"{refs}/heads",
        f"{refs}/remotes/origin",
        f"{refs}/remotes/origin/release",
    )
    assert f"{refs}/remotes/origin/release/1" in places.paths
