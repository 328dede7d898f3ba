"""Throw-away copies of real repositories, and what is on their branches."""

import os
from pathlib import Path

import pytest

from kanbanai.adapters.git import copies as module
from kanbanai.adapters.git.branch_work import GitBranches
from kanbanai.adapters.git.copies import GitCopies
from kanbanai.adapters.git.places import Places
from kanbanai.adapters.git.program import GitProgram
from kanbanai.domain.errors import Invalid
from tests.contracts.worktrees import commit_file, git, repository_in, write

pytestmark = pytest.mark.anyio


@pytest.fixture
def places() -> Places:
    return Places(GitProgram(os.environ))


@pytest.fixture
def copies(places: Places, tmp_path: Path) -> GitCopies:
    return GitCopies(places, tmp_path / "writing")


@pytest.fixture
def branches(places: Places) -> GitBranches:
    return GitBranches(places)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    repository = repository_in(tmp_path / "repository")
    commit_file(repository, "src/upload.py", "send()\n")
    return repository


def head(repository: Path) -> str:
    return git(repository, "rev-parse", "HEAD").strip()


async def test_a_copy_has_the_files_and_the_history_and_goes_with_its_block(
    copies: GitCopies, repository: Path, tmp_path: Path
) -> None:
    write(repository, "not-committed.txt", "x")
    async with copies.copy(str(repository), head(repository)) as copy:
        path = Path(copy.path)
        assert copy.missing is None
        assert (path / "src/upload.py").read_text() == "send()\n"
        assert not (path / "not-committed.txt").exists()
        assert git(path, "status", "--porcelain") == ""
        assert git(path, "log", "--oneline") == git(repository, "log", "--oneline")
        assert git(path, "remote") == ""
        assert Path(copy.transcript).parent == path.parent
    assert list((tmp_path / "writing").iterdir()) == []


async def test_what_is_done_in_a_copy_is_done_to_nothing_else(copies: GitCopies, repository: Path) -> None:
    before = git(repository, "for-each-ref"), head(repository)
    objects = sorted((repository / ".git/objects").rglob("*"))
    async with copies.copy(str(repository), head(repository)) as copy:
        path = Path(copy.path)
        (path / "src/upload.py").write_text("broken\n")
        git(path, "add", "--all")
        git(path, "commit", "--quiet", "-m", "Not asked for")
        git(path, "branch", "mine")
        git(path, "worktree", "list")
    assert (git(repository, "for-each-ref"), head(repository)) == before
    assert sorted((repository / ".git/objects").rglob("*")) == objects
    assert (repository / "src/upload.py").read_text() == "send()\n"
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert git(repository, "fsck", "--strict") == ""


async def test_the_users_hooks_hear_nothing_of_it(
    copies: GitCopies, repository: Path, tmp_path: Path
) -> None:
    heard = tmp_path / "heard"
    hook = repository / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{heard}'\n")
    hook.chmod(0o755)
    git(repository, "config", "core.hooksPath", str(hook.parent))
    async with copies.copy(str(repository), head(repository)):
        assert not heard.exists()


async def test_a_shallow_clone_can_be_copied(copies: GitCopies, repository: Path, tmp_path: Path) -> None:
    commit_file(repository, "second.txt", "2\n")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", str(shallow))
    async with copies.copy(str(shallow), head(shallow)) as copy:
        assert copy.missing is None
        assert len(git(Path(copy.path), "log", "--oneline").splitlines()) == 1


async def test_what_cannot_be_copied_leaves_an_empty_folder_and_says_so(
    copies: GitCopies, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = head(repository)
    for where, what in ((repository, None), (repository, "0" * 40), (tmp_path / "nowhere", commit)):
        async with copies.copy(str(where), what) as copy:
            assert copy.missing is not None
            assert os.listdir(copy.path) == []  # noqa: PTH208
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    async with copies.copy(str(repository), commit) as copy:
        assert copy.missing is not None
        assert "too large" in copy.missing


async def test_what_a_killed_server_left_is_removed(copies: GitCopies, tmp_path: Path) -> None:
    await copies.clear()
    left = tmp_path / "writing/0123/project"
    left.mkdir(parents=True)
    (left / "closed").mkdir(mode=0o500)
    await copies.clear()
    assert not (tmp_path / "writing").exists()


async def test_a_branch_is_told_by_its_commits_and_its_difference(
    branches: GitBranches, repository: Path
) -> None:
    main = head(repository)
    git(repository, "checkout", "--quiet", "-b", "work/one")
    commit_file(repository, "src/upload.py", "for _ in range(3): send()\n")
    commit_file(repository, "new.py", "x = 1\n")
    git(repository, "commit", "--quiet", "--amend", "-m", "feat: new\n\nIt is new.")
    git(repository, "checkout", "--quiet", "main")
    commit_file(repository, "later.txt", "not the branch's\n")

    work = await branches.work(str(repository), "work/one", "main", None)
    assert (work.branch, work.base) == ("work/one", "main")
    assert work.commit == git(repository, "rev-parse", "work/one").strip()
    assert len(work.messages) == 2
    assert work.messages[1] == "feat: new\n\nIt is new.", "the oldest comes first"
    assert "+for _ in range(3): send()" in work.patch
    assert "later.txt" not in work.patch + work.stat
    assert "2 files changed" in work.stat
    assert work.is_whole

    assert (await branches.work(str(repository), "main", "main", None)).messages == ()
    assert await branches.head(str(repository)) == "main"
    assert await branches.commit(str(repository), "main", None) == head(repository)
    assert await branches.commit(str(repository), "gone", None) == head(repository)
    git(repository, "checkout", "--quiet", "--detach", main)
    assert await branches.head(str(repository)) is None


async def test_a_branch_that_is_only_on_the_remote_stands_in(
    branches: GitBranches, repository: Path, tmp_path: Path
) -> None:
    git(repository, "branch", "work/far")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repository), str(clone))
    assert (await branches.work(str(clone), "work/far", "main", None)).commit == head(repository)


async def test_a_branch_or_a_base_that_is_not_there_is_named(branches: GitBranches, repository: Path) -> None:
    for branch, base, field in (("gone", "main", "branch"), ("main", "gone", "base")):
        with pytest.raises(Invalid) as caught:
            await branches.work(str(repository), branch, base, None)
        assert [one.field for one in caught.value.fields] == [field]


async def test_a_repository_without_a_commit_has_none(branches: GitBranches, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", str(tmp_path / "empty"))
    assert await branches.commit(str(tmp_path / "empty"), "main", None) is None
