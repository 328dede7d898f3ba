"""Bringing branches together, on real repositories."""

import os
from pathlib import Path

import pytest

from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.system import SystemClock
from kanbanai.domain.errors import Conflict, Invalid, MergeConflict
from kanbanai.domain.git import Merged
from kanbanai.domain.worktrees import NewWorktree, WorktreeMade
from kanbanai.ports import AttemptGit, Compared
from tests.contracts.worktrees import ME, commit_file, git, refs, repository_in, unlink, write

pytestmark = pytest.mark.anyio
BASE = Compared(base="main")


@pytest.fixture
def tools() -> AttemptGit:
    return attempt_git(os.environ, SystemClock())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return repository_in(tmp_path / "repository")


@pytest.fixture
async def made(tools: AttemptGit, repository: Path) -> WorktreeMade:
    path = repository.parent / "worktrees/project/one"
    new = NewWorktree(repository=str(repository), path=str(path), branch="work/one", base="main")
    return await tools.worktrees.create(new)


def state(folder: Path | str) -> tuple[str, str, str]:
    """Where a work tree is, and what is not committed in it."""
    return (
        git(folder, "rev-parse", "HEAD"),
        git(folder, "rev-parse", "--abbrev-ref", "HEAD"),
        git(folder, "status", "--porcelain"),
    )


def in_conflict(repository: Path, made: WorktreeMade) -> None:
    """Both sides change the same line of `first.txt`."""
    commit_file(repository, "first.txt", "theirs\n", "theirs")
    commit_file(made.path, "first.txt", "ours\n", "ours")


# ── The base into the branch ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_rebase_puts_the_branch_on_top_of_the_base_and_keeps_the_authors(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(made.path, "ours.txt", message="ours")
    theirs = commit_file(repository, "theirs.txt")
    sha = await tools.integration.update(made.path, BASE, how="rebase", keep=False, identity=ME)
    assert state(made.path) == (sha, "work/one", "")
    assert git(made.path, "rev-parse", "HEAD~1") == theirs
    assert git(made.path, "log", "-1", "--format=%an %cn") == "Test Ada"


async def test_a_merge_brings_the_base_in(tools: AttemptGit, repository: Path, made: WorktreeMade) -> None:
    ours = commit_file(made.path, "ours.txt")
    theirs = commit_file(repository, "theirs.txt")
    sha = await tools.integration.update(made.path, BASE, how="merge", keep=False, identity=ME)
    assert git(made.path, "rev-parse", "HEAD^1", "HEAD^2").split() == [ours, theirs]
    assert state(made.path) == (sha, "work/one", "")


async def test_the_newest_of_the_remote_is_what_is_brought_in(
    tools: AttemptGit, repository: Path, made: WorktreeMade, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "remote.git")
    git(repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(tmp_path, "clone", "--quiet", "remote.git", "other")
    newest = commit_file(tmp_path / "other", "theirs.txt")
    git(tmp_path / "other", "push", "--quiet")
    assert await tools.integration.update(made.path, BASE, how="rebase", keep=False, identity=ME) == newest


@pytest.mark.parametrize("how", ["rebase", "merge"])
async def test_a_conflict_is_told_with_its_files_and_all_is_as_it_was(
    tools: AttemptGit, repository: Path, made: WorktreeMade, how: str
) -> None:
    in_conflict(repository, made)
    before = state(made.path)
    with pytest.raises(MergeConflict) as caught:
        await tools.integration.update(made.path, BASE, how=how, keep=False, identity=ME)  # type: ignore[arg-type]
    assert [one.field for one in caught.value.fields] == ["first.txt"]
    assert state(made.path) == before
    assert (await tools.inspection.status(made.path, BASE)).going_on is None


@pytest.mark.parametrize("how", ["rebase", "merge"])
async def test_a_conflict_that_is_kept_can_be_resolved(
    tools: AttemptGit, repository: Path, made: WorktreeMade, how: str
) -> None:
    in_conflict(repository, made)
    with pytest.raises(MergeConflict, match="waits for you"):
        await tools.integration.update(made.path, BASE, how=how, keep=True, identity=ME)  # type: ignore[arg-type]
    status = await tools.inspection.status(made.path, BASE)
    assert (status.going_on, status.conflicts, status.branch) == (how, ["first.txt"], "work/one")
    assert [(one.path, one.status) for one in status.files] == [("first.txt", "U")]
    with pytest.raises(MergeConflict, match="still marks"):
        await tools.integration.proceed(made.path, identity=ME)
    with pytest.raises(Conflict, match=f"A {how} is going on"):
        await tools.integration.update(made.path, BASE, how="merge", keep=False, identity=ME)
    write(made.path, "first.txt", "both\n")
    sha = await tools.integration.proceed(made.path, identity=ME)
    assert state(made.path) == (sha, "work/one", "")
    assert git(made.path, "merge-base", "--is-ancestor", "main", "HEAD") == ""
    with pytest.raises(Conflict, match="Nothing waits"):
        await tools.integration.proceed(made.path, identity=ME)


@pytest.mark.parametrize("how", ["rebase", "merge"])
async def test_a_conflict_that_is_kept_can_be_given_up(
    tools: AttemptGit, repository: Path, made: WorktreeMade, how: str
) -> None:
    in_conflict(repository, made)
    before = state(made.path)
    with pytest.raises(MergeConflict):
        await tools.integration.update(made.path, BASE, how=how, keep=True, identity=ME)  # type: ignore[arg-type]
    await tools.integration.abort(made.path)
    assert state(made.path) == before
    with pytest.raises(Conflict, match="Nothing waits"):
        await tools.integration.abort(made.path)


async def test_work_that_is_not_committed_is_not_rebased_over(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(repository, "theirs.txt")
    write(made.path, "first.txt", "changed")
    before = state(made.path)
    with pytest.raises(Conflict, match="uncommitted changes") as caught:
        await tools.integration.update(made.path, BASE, how="rebase", keep=True, identity=ME)
    assert [one.field for one in caught.value.fields] == ["first.txt"]
    assert state(made.path) == before


@pytest.mark.parametrize("how", ["rebase", "merge"])
async def test_an_untracked_file_in_the_way_is_not_written_over(
    tools: AttemptGit, repository: Path, made: WorktreeMade, how: str
) -> None:
    commit_file(repository, "theirs.txt")
    commit_file(made.path, "ours.txt")
    write(made.path, "theirs.txt", "mine")
    before = state(made.path)
    with pytest.raises(Conflict) as caught:
        await tools.integration.update(made.path, BASE, how=how, keep=False, identity=ME)  # type: ignore[arg-type]
    assert [one.field for one in caught.value.fields] == ["theirs.txt"]
    assert state(made.path) == before


async def test_a_base_that_is_not_there_cannot_be_brought_in(tools: AttemptGit, made: WorktreeMade) -> None:
    with pytest.raises(Invalid, match="no branch 'nowhere'"):
        await tools.integration.update(
            made.path, Compared(base="nowhere"), how="merge", keep=False, identity=ME
        )


# ── The branch into the base ────────────────────────────────────────────────────────────────────────────────────────


async def merged(tools: AttemptGit, repository: Path, made: WorktreeMade, how: str) -> Merged:
    return await tools.integration.merge(
        str(repository),
        branch=made.branch,
        into="main",
        how=how,  # type: ignore[arg-type]
        message="feat: one\n\nBecause.\n",
        identity=ME,
    )


async def test_a_fast_forward_moves_the_base_and_the_files_where_it_is_checked_out(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    before = git(repository, "rev-parse", "main")
    sha = commit_file(made.path, "ours.txt")
    assert await merged(tools, repository, made, "ff") == Merged(base="main", sha=sha, before=before)
    assert state(repository) == (sha, "main", "")
    assert (repository / "ours.txt").read_text() == "x\n"
    # Again: there is nothing to merge.
    assert await merged(tools, repository, made, "merge") == Merged(base="main", sha=sha, before=sha)


async def test_a_merge_commit_has_two_parents_the_message_and_whom_the_settings_name(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    ours, theirs = commit_file(made.path, "ours.txt"), commit_file(repository, "theirs.txt")
    done = await merged(tools, repository, made, "merge")
    assert state(repository) == (done.sha, "main", "")
    assert git(repository, "rev-parse", "main^1", "main^2").split() == [theirs, ours]
    assert git(repository, "log", "-1", "--format=%an %cn %B").strip() == "Ada Ada feat: one\n\nBecause."
    assert sorted(git(repository, "ls-files").split()) == ["first.txt", "ours.txt", "theirs.txt"]


async def test_a_squash_is_one_commit_and_a_second_one_adds_nothing(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(made.path, "ours.txt")
    commit_file(made.path, "more.txt")
    theirs = commit_file(repository, "theirs.txt")
    done = await merged(tools, repository, made, "squash")
    assert git(repository, "rev-list", "--parents", "-1", "main").split() == [done.sha, theirs]
    again = await merged(tools, repository, made, "squash")
    assert again.sha == again.before == done.sha


async def test_a_base_that_moved_on_cannot_just_be_moved_forward(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(made.path, "ours.txt")
    commit_file(repository, "theirs.txt")
    before = state(repository)
    with pytest.raises(Conflict, match="update work/one first"):
        await merged(tools, repository, made, "ff")
    assert state(repository) == before


@pytest.mark.parametrize("how", ["merge", "squash"])
@pytest.mark.parametrize("is_checked_out", [True, False])
async def test_a_conflict_with_the_base_changes_nothing_anywhere(
    tools: AttemptGit, repository: Path, made: WorktreeMade, how: str, is_checked_out: bool
) -> None:
    in_conflict(repository, made)
    if not is_checked_out:
        git(repository, "switch", "--quiet", "-c", "elsewhere")
    before = state(repository), state(made.path), git(repository, "for-each-ref")
    with pytest.raises(MergeConflict) as caught:
        await merged(tools, repository, made, how)
    assert [one.field for one in caught.value.fields] == ["first.txt"]
    assert (state(repository), state(made.path), git(repository, "for-each-ref")) == before


async def test_a_base_that_is_checked_out_nowhere_moves_and_no_file_does(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(made.path, "ours.txt")
    git(repository, "switch", "--quiet", "-c", "elsewhere")
    write(repository, "first.txt", "dirty")
    before = state(repository)
    done = await merged(tools, repository, made, "merge")
    assert git(repository, "rev-parse", "main") == done.sha
    assert state(repository) == before


async def test_uncommitted_changes_that_are_not_in_the_way_stay(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(repository, "theirs.txt")
    commit_file(made.path, "ours.txt")
    write(repository, "first.txt", "dirty")
    write(repository, "staged.txt")
    git(repository, "add", "staged.txt")
    await merged(tools, repository, made, "merge")
    assert git(repository, "status", "--porcelain").splitlines() == [" M first.txt", "A  staged.txt"]
    assert (repository / "first.txt").read_text() == "dirty"
    assert (repository / "ours.txt").read_text() == "x\n"


@pytest.mark.parametrize("name", ["first.txt", "new file.txt"])
async def test_uncommitted_changes_in_the_way_forbid_the_merge_and_stay(
    tools: AttemptGit, repository: Path, made: WorktreeMade, name: str
) -> None:
    commit_file(made.path, name, "ours\n")
    write(repository, name, "dirty")
    before = state(repository)
    for how in ("ff", "merge", "squash"):
        with pytest.raises(Conflict, match="uncommitted changes are in the way") as caught:
            await merged(tools, repository, made, how)
        assert [one.field for one in caught.value.fields] == [name]
        assert state(repository) == before
    assert (repository / name).read_text() == "dirty"


async def test_a_base_that_is_being_rebased_is_left_alone(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(made.path, "ours.txt")
    git(repository, "switch", "--quiet", "-c", "side")
    commit_file(repository, "first.txt", "side\n")
    git(repository, "switch", "--quiet", "main")
    commit_file(repository, "first.txt", "main\n")
    git(repository, "merge", "side", code=1)
    before = refs(repository), git(repository, "rev-parse", "main")
    with pytest.raises(Conflict, match="A merge is going on"):
        await merged(tools, repository, made, "merge")
    assert (refs(repository), git(repository, "rev-parse", "main")) == before


async def test_a_file_deleted_on_one_side_and_changed_on_the_other_is_a_conflict(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    unlink(f"{made.path}/first.txt")
    git(made.path, "commit", "--quiet", "--all", "-m", "gone")
    commit_file(repository, "first.txt", "theirs\n")
    with pytest.raises(MergeConflict) as caught:
        await merged(tools, repository, made, "merge")
    assert [one.field for one in caught.value.fields] == ["first.txt"]


async def test_two_attempts_merge_at_once_and_neither_is_lost(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    import asyncio

    second = await tools.worktrees.create(
        NewWorktree(repository=str(repository), path=f"{made.path}-2", branch="work/two", base="main")
    )
    commit_file(made.path, "ours.txt")
    commit_file(second.path, "theirs.txt")
    await asyncio.gather(
        merged(tools, repository, made, "merge"), merged(tools, repository, second, "squash")
    )
    assert sorted(git(repository, "ls-files").split()) == ["first.txt", "ours.txt", "theirs.txt"]
    assert state(repository)[2] == ""
